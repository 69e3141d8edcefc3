"""How devcors may differ from Next, besides what the comparison of all imports knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from tests.parity.backend import Backend
from tests.parity.imports.asking import Ask, Outcome, asked
from tests.parity.imports.comparing import Difference, differences

_MORE = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-port")


def seen(ask: Ask, tool: int, devcors: int, backends: Mapping[str, Backend]) -> tuple[Outcome, list[Difference]]:
    """What devcors made of a request that a route takes, and how that differs from Next; both are ports."""
    one, other = asked(ask, tool, backends), asked(ask, devcors, backends)
    found: list[Difference] = []
    if one.status == 308 and (again := _at_another_slash(ask, one)):
        one = asked(again, tool, backends)
        found.append(Difference("slash", "a redirect", again.path, ask.path))
        other = _with_slashes_of(other, one)
    another = other.backend is not None and one.backend != other.backend
    if another and ask.path != ask.path.lower():  # Next compares without case
        return other, [*found, Difference("case", "backend", one.backend, other.backend)]
    named = [each._replace(better=_better(each)) for each in differences(ask, one, other, [])]
    return other, [*found, *named]


def stays(ask: Ask, tool: int, devcors: int, backends: Mapping[str, Backend]) -> tuple[Outcome, list[Difference]]:
    """The same for a request that stays with Next: but for the way there, all of it has to be equal.

    X-Forwarded-Host is then the address of Next, as devcors' own front end has it.
    """
    one, other = asked(ask, tool, backends), asked(ask, devcors, backends)
    if one.backend is None or other.backend is None:
        same = one.backend == other.backend and one.status == other.status
        return other, [] if same else [Difference(None, "the answer", one, other)]
    assert one.received
    assert other.received
    pairs = [(one.status, other.status), (one.body, other.body), (one.backend, other.backend),
             (one.received.method, other.received.method), (one.received.target, other.received.target)]  # fmt: skip
    return other, [Difference(None, "with Next", *pair) for pair in pairs if pair[0] != pair[1]]


def _at_another_slash(ask: Ask, outcome: Outcome) -> Ask | None:
    """The request that Next redirects to, where it is the same but for slashes."""
    location = dict(outcome.fields).get("location", "").replace("http://@OWN@", "")
    same = _without_slashes(location) == _without_slashes(ask.path)
    return replace(ask, path=location) if same else None


def _without_slashes(target: str) -> str:
    path, mark, query = target.partition("?")
    return re.sub("/+", "/", path).rstrip("/") + mark + query


def _with_slashes_of(outcome: Outcome, other: Outcome) -> Outcome:
    """The outcome, with the other's slashes in the target, if there is no other difference."""
    if not outcome.received or not other.received:
        return outcome
    if _without_slashes(outcome.received.target) != _without_slashes(other.received.target):
        return outcome
    return replace(outcome, received=replace(outcome.received, target=other.received.target))


def _better(difference: Difference) -> str | None:
    if difference.what == "target" and difference.better != "raw":
        (path, _, query), (same, _, raw) = (str(each).partition("?") for each in (difference.tool, difference.devcors))
        parts = [parse_qsl(each, keep_blank_values=True) for each in (query, raw)]
        # Next brings those of one name together
        return "query" if path == same and sorted(parts[0]) == sorted(parts[1]) else None
    more = difference.what.removeprefix("the backend's ") in _MORE
    return "forwarded" if more and difference.tool is None else difference.better
