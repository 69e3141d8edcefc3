"""Why an upstream gave no answer, and what is said to the page and to the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from devcors.heads import ResponseHead

from .answers import problem
from .outcomes import Answer, Forward
from .returning import cors_outcome

FailureKind = Literal["connect", "timeout", "closed", "tls", "malformed"]


@dataclass(frozen=True, slots=True)
class Failure:
    """`cause` is short and exact: an errno name (ECONNREFUSED), the timer that fired, the certificate's fault."""

    kind: FailureKind
    cause: str


def failure_answer(forward: Forward, failure: Failure) -> Answer:
    """502, or 504 for a timer; for a preflight that devcors answers in the server's place, the 204 all the same."""
    answer = _answer(forward, failure)
    if not forward.crosses_origins:
        return answer
    # the server itself has said nothing, so nothing that would let a page read it
    nothing = ResponseHead(answer.head.status, answer.head.reason, ())
    return replace(answer, judge=partial(cors_outcome, forward, nothing, answer.head))


def _answer(forward: Forward, failure: Failure) -> Answer:
    rule, upstream = forward.rule, forward.upstream
    if forward.answers_preflight:
        head = rule.allowance.preflight_response(forward.received)
        return Answer(head, b"", error=_title(forward, failure), route=rule.name, url=forward.url)
    return problem(
        forward.received,
        rule.allowance,
        status=504 if failure.kind == "timeout" else 502,
        title=_title(forward, failure),
        hint=_hint(forward, failure),
        details={"route": rule.name, "target": str(upstream.origin), "cause": failure.cause},
        url=forward.url,
    )


def _title(forward: Forward, failure: Failure) -> str:
    target = str(forward.upstream.origin)
    return {
        "connect": f"{target} cannot be reached: {failure.cause}",
        "timeout": f"{target} did not answer in time: {failure.cause}",
        "closed": f"{target} closed the connection before it answered: {failure.cause}",
        "tls": f"the certificate of {target} is not trusted: {failure.cause}",
        "malformed": f"{target} sent something that is not HTTP: {failure.cause}",
    }[failure.kind]


def _hint(forward: Forward, failure: Failure) -> str:
    rule, upstream = forward.rule, forward.upstream
    place = rule.place
    if failure.kind == "tls":
        return f'for a self-made certificate set verify = false, or verify = "ca.pem", in {place}'
    if failure.kind == "timeout":
        return f"raise timeout in {place}, or see why the server is slow"
    if failure.kind == "connect":
        return f"start the server that listens on {upstream.authority}, or correct the target in {place}"
    return f"look at the log of the server on {upstream.authority}"
