"""A case on which rules and browser do not agree, made small and printed so that it can be run again."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from .asking import Browser
from .playing import differences, played

Json = dict[str, Any]


_FRESH = itertools.count(10**6)


def disagreements(case: Json, browser: Browser) -> list[str]:
    """What rules and browser do not agree on, a line each, in words of the step."""
    # under a name of its own: the browser remembers the preflights of a URL
    fresh = json.loads(json.dumps(case).replace(case["id"], f"d{next(_FRESH)}"))
    ((_, said),) = browser.ask([fresh])
    return list(compared(fresh, said))


def compared(case: Json, said: list[Any]) -> Iterator[str]:
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
            yield _edited(case, lambda steps, number=number: steps.pop(number))
        yield from _smaller_step(case, number)


def _smaller_step(case: Json, number: int) -> Iterator[Json]:
    step = case["steps"][number]
    for key in ("body", "headers", "method", "credentials", "withCredentials"):
        if key in step:
            yield _edited(case, lambda steps, key=key: steps[number].pop(key))
    for at in range(len(step.get("headers", []))):
        yield _edited(case, lambda steps, at=at: steps[number]["headers"].pop(at))
    if len(step["hops"]) > 1:
        yield _edited(case, lambda steps: _end_early(steps[number]["hops"]))
    for at, hop in enumerate(step["hops"]):
        for kind in ("preflight", "response"):
            for key in ("headers", "set_cookie"):
                for line in range(len(hop[kind].get(key, []))):
                    yield _edited(
                        case, lambda steps, at=at, kind=kind, key=key, line=line: steps[number]["hops"][at][kind][key].pop(line)
                    )


def _end_early(hops: list[Json]) -> None:
    """Leaves out the last hop; the one before it answers 200."""
    hops.pop()
    hops[-1]["response"]["status"] = 200
    hops[-1]["response"].pop("location")


def _edited(case: Json, edit: Callable[[list[Json]], object]) -> Json:
    smaller = copy.deepcopy(case)
    edit(smaller["steps"])
    return smaller
