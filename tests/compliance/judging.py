"""What was wrong with a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .case import Case, Expect, Received, Seen
from .reading import End, Message


class Kind(Enum):
    """The worst comes first."""

    REACHED = "a message that must be refused went through"
    NOT_PASSED = "what must pass did not"
    CONTENT = "it passed, but not as it must"
    ANSWER = "it was refused, but not as it must be"


@dataclass(frozen=True, slots=True)
class Violation:
    """What went wrong, in a sentence."""

    kind: Kind
    text: str


def judge(case: Case, seen: Seen) -> Iterator[Violation]:
    """Everything that was wrong, the same whatever proxy it was."""
    for fault in seen.exchange.faults:
        yield Violation(Kind.CONTENT, fault)
    if case.in_answer and case.expect is not Expect.PASS:
        yield from _answer_refused(case, seen, may_pass=case.expect is Expect.EITHER)
        if case.expect is Expect.REJECT:
            yield from _checks(case, seen)
    elif case.expect is Expect.REJECT:
        yield from _refused(case, seen)
    elif case.expect is Expect.EITHER and not _passed(case, seen):
        yield from _refused(case, seen, before=0)
    else:
        yield from _went_through(case, seen)


def _passed(case: Case, seen: Seen) -> bool:
    return sum(each.complete for each in seen.exchange.received) >= case.reach


# requests that must be refused


def _refused(case: Case, seen: Seen, before: int | None = None) -> Iterator[Violation]:
    """`before`: how many good requests come before the faulty one."""
    before = case.reach if before is None else before
    received = seen.exchange.received
    counted = [each for each in received if not (case.in_body and _cut_short(each))]
    if len(counted) > before:
        yield Violation(Kind.REACHED, f"{len(counted)} requests came to the backend, {before} should")
    if len(counted) < before:
        yield Violation(Kind.NOT_PASSED, f"{len(counted)} requests came to the backend, {before} good ones were sent")
    yield from _error_answer(case, seen, before)


def _cut_short(received: Received) -> bool:
    """A request that the backend can see to be incomplete does no harm (RFC 9112, section 8)."""
    return received.message is not None and not received.message.complete and received.fault is None


def _error_answer(case: Case, seen: Seen, before: int) -> Iterator[Violation]:
    finals = seen.finals[before:]
    if seen.fault is not None:
        yield Violation(Kind.ANSWER, f"the client got what is no HTTP: {seen.fault}")
    elif not finals and seen.end is End.OPEN:
        yield Violation(Kind.ANSWER, "no answer, and the connection stays open")
    elif not finals and not case.may_hang_up:
        yield Violation(Kind.ANSWER, f"no answer, the connection was {seen.end.value}")
    elif finals and (finals[0].status not in case.statuses or not finals[0].complete):
        wanted = " or ".join(map(str, sorted(case.statuses)))
        yield Violation(Kind.ANSWER, f"{finals[0].status} came, {wanted} was wanted{_short(finals[0])}")
    if finals and case.closes and seen.end is End.OPEN:
        yield Violation(Kind.ANSWER, "the connection stays open after a faulty message")


def _short(message: Message) -> str:
    return "" if message.complete else " (incomplete)"


# answers that must be refused


def _answer_refused(case: Case, seen: Seen, *, may_pass: bool) -> Iterator[Violation]:
    final = seen.finals[0] if seen.finals else None
    if seen.fault is not None:
        yield Violation(Kind.REACHED, f"the client got what is no HTTP: {seen.fault}")
    elif final is None:
        if seen.end is End.OPEN:
            yield Violation(Kind.ANSWER, "no answer, and the connection stays open")
        elif not case.may_cut:
            yield Violation(Kind.ANSWER, f"no answer, the connection was {seen.end.value}")
    elif final.status in case.statuses:
        if not final.complete:
            yield Violation(Kind.ANSWER, f"{final.status} came, incomplete")
    elif may_pass and (final.complete or not case.may_cut):
        yield from _went_through(case, seen)
    elif final.complete or not case.may_cut:
        yield Violation(Kind.REACHED, f"the client got {final.status} with {final.body[:80]!r}{_short(final)}")
    elif seen.end is End.OPEN:
        yield Violation(Kind.ANSWER, f"{final.status} came, its end did not, and the connection stays open")


# what must pass


def _went_through(case: Case, seen: Seen) -> Iterator[Violation]:
    received = seen.exchange.received
    for each in received:
        if each.fault is not None:
            yield Violation(Kind.REACHED, f"the backend got what is no HTTP: {each.fault}")
    good = sum(each.complete for each in received)
    if good != case.reach and not (case.may_end and good < case.reach) and not (case.may_retry and good > case.reach):
        kind = Kind.NOT_PASSED if good < case.reach else Kind.REACHED
        yield Violation(kind, f"{good} whole requests came to the backend, {case.reach} should")
        if good < case.reach:
            return
    if not case.leaves:
        yield from _answers(case, seen)
    yield from _checks(case, seen)


def _checks(case: Case, seen: Seen) -> Iterator[Violation]:
    for check in case.checks:
        try:
            fault = check(seen)
        except IndexError:  # what it looks at did not come, which was told already
            continue
        if fault is not None:
            yield Violation(Kind.CONTENT, fault)


def _answers(case: Case, seen: Seen) -> Iterator[Violation]:
    if seen.fault is not None:
        yield Violation(Kind.REACHED, f"the client got what is no HTTP: {seen.fault}")
    statuses = tuple(message.status for message in seen.finals)
    ended = case.may_end and seen.end is not End.OPEN and statuses
    if statuses != case.finals and not (ended and statuses == case.finals[: len(statuses)]):
        kind = Kind.NOT_PASSED if len(statuses) < len(case.finals) else Kind.CONTENT
        yield Violation(kind, f"the client got {list(statuses)}, {list(case.finals)} should have come")
    elif case.cut:
        if seen.finals[-1].complete:
            yield Violation(Kind.REACHED, f"{seen.finals[-1].body[:80]!r} came as a whole message")
    elif any(not message.complete for message in seen.finals):
        yield Violation(Kind.NOT_PASSED, "a response did not come whole")
    if case.closes and seen.end is End.OPEN:
        yield Violation(Kind.CONTENT, "the client's connection stays open")
