"""What devcors' gateway lane is held to, beside what a run measured. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .figures import Figures, Summary
from .measures import (
    ADDED,
    DIRECT,
    DOWN,
    MANY_OF_FEW,
    MEMORY_BEFORE,
    MEMORY_REQUESTS,
    MEMORY_SOCKETS,
    PAGE,
    TRIP_ADDED,
    UP,
    VERDICT_COST,
    rate,
)

DEVCORS = "devcors"


class Target(NamedTuple):
    """`bound` holds for the median: at least, or at most where `at_most`."""

    name: str
    bound: float
    at_most: bool
    unit: str
    actual: Callable[[Figures], Summary | None]


class Held(NamedTuple):
    """A target and what was measured; `met` is None where it was not. `unsure`: the rounds do not agree on it."""

    target: Target
    actual: Summary | None
    met: bool | None
    unsure: bool = False


def _ratio(measure: str, peer: str) -> Callable[[Figures], Summary | None]:
    return lambda figures: figures.ratio((measure, DEVCORS), (measure, peer))


def _own(measure: str) -> Callable[[Figures], Summary | None]:
    return lambda figures: figures.summary(measure, DEVCORS)


def _growth(figures: Figures) -> Summary | None:
    """From after start to after everything, in MB."""
    before = figures.summary(MEMORY_BEFORE, DEVCORS)
    after = figures.summary(MEMORY_SOCKETS, DEVCORS) or figures.summary(MEMORY_REQUESTS, DEVCORS)
    if before is None or after is None:
        return None
    grown = after.median - before.median
    return Summary(grown, grown, grown)


def _rates() -> list[Target]:
    bounds = (("vite", 7.0), ("caddy", 1.4), ("nginx", 0.3))
    return [
        Target(f"requests/s at {connections}, of {peer}'s", bound, False, "x", _ratio(rate(connections), peer))
        for connections in (16, 64)
        for peer, bound in bounds
    ]


TARGETS: tuple[Target, ...] = (
    *_rates(),
    Target("added latency at 1, of vite's", 0.2, True, "x", _ratio(ADDED, "vite")),
    Target("200 MB down, of nginx's", 0.8, False, "x", _ratio(DOWN, "nginx")),
    Target("200 MB up, of nginx's", 0.8, False, "x", _ratio(UP, "nginx")),
    Target("WebSocket added round trip, of vite's", 0.5, True, "x", _ratio(TRIP_ADDED, "vite")),
    Target("1,000 routes, of 10", 0.95, False, "x", _own(MANY_OF_FEW)),
    Target("what verdicts cost", 10.0, True, "%", _own(VERDICT_COST)),
    Target("memory after start", 100.0, True, "MB", _own(MEMORY_BEFORE)),
    Target("memory growth", 10.0, True, "MB", _growth),
    Target("page of 1,000 modules, of direct", 1.08, True, "x", _ratio(PAGE, DIRECT)),
)


def held(figures: Figures) -> list[Held]:
    """Every target, measured or not."""
    out = []
    for target in TARGETS:
        actual = target.actual(figures)
        if actual is None:
            out.append(Held(target, None, None))
            continue
        unsure = _meets(target, actual.least) != _meets(target, actual.most)
        out.append(Held(target, actual, _meets(target, actual.median), unsure))
    return out


def _meets(target: Target, value: float) -> bool:
    return value <= target.bound if target.at_most else value >= target.bound
