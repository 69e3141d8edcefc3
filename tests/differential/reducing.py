"""A case on which rules and browser do not agree, made small and printed so that it can be run again."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .asking import Browser, Said
from .playing import differences, played

Json = dict[str, Any]


_FRESH = itertools.count(10**6)


def disagreements(case: Json, browser: Browser) -> list[str]:
    """What rules and browser do not agree on, a line each, in words of the step."""
    # under a name of its own: the browser remembers the preflights of a URL
    fresh = json.loads(json.dumps(case).replace(case["id"], f"d{next(_FRESH)}"))
    ((_, said),) = browser.ask([fresh])
    return list(compared(fresh, said))


def compared(case: Json, said: Sequence[Said]) -> Iterator[str]:
    """The same for a case that was asked."""
    for number, (ours, theirs) in enumerate(zip(played(case), said, strict=True), start=1):
        yield from (f"step {number}, {line}" for line in differences(ours, theirs))


def reduced(case: Json, disagrees: Callable[[Json], bool]) -> Json:
    """The smallest case found by leaving out one part after another."""
    while smaller := next(filter(disagrees, _smaller(case)), None):
        case = smaller
    return case


def report(case: Json, lines: list[str]) -> str:
    """The case in the form of the recorded ones, and how to run it again."""
    told = "\n".join(f"  {line}" for line in lines)
    return f"{case['id']}:\n{told}\n  to run it again: python -m tests.differential '{json.dumps(case)}'"


def _smaller(case: Json) -> Iterator[Json]:
    for number in range(1, len(case["steps"])):
        if len(case["steps"]) > 2:
            yield _without(case, "steps", number)
        yield from _smaller_step(case, number)


def _smaller_step(case: Json, number: int) -> Iterator[Json]:
    step = case["steps"][number]
    for key in ("body", "headers", "method", "credentials", "withCredentials"):
        if key in step:
            yield _without(case, "steps", number, key)
    for at in range(len(step.get("headers", []))):
        yield _without(case, "steps", number, "headers", at)
    if len(step["hops"]) > 1:
        shorter = _without(case, "steps", number, "hops", len(step["hops"]) - 1)
        last = shorter["steps"][number]["hops"][-1]["response"]
        last["status"] = 200
        del last["location"]
        yield shorter
    for at, hop in enumerate(step["hops"]):
        for kind, key in (("preflight", "headers"), ("response", "headers"), ("response", "set_cookie")):
            for line in range(len(hop[kind][key])):
                yield _without(case, "steps", number, "hops", at, kind, key, line)


def _without(case: Json, *path: str | int) -> Json:
    """The case less what lies at the end of the path."""
    smaller = copy.deepcopy(case)
    place: Any = smaller
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return smaller
