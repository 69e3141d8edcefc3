"""What a run measured, and the statistics on it. Pure.

Every figure belongs to a measure, a peer and a round. Peers are compared within a round, where the machine was in the
same mood for both, and the median of these ratios is what is told.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Summary(NamedTuple):
    """The median of some rounds, and their least and greatest."""

    median: float
    least: float
    most: float


def summary(values: Sequence[float]) -> Summary | None:
    """Of at least one value; else None."""
    return Summary(statistics.median(values), min(values), max(values)) if values else None


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank: the least value that `percent` of all do not exceed. Raises ValueError where there is none."""
    if not values:
        raise ValueError("no values")
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def rotated(items: Sequence[T], by: int) -> list[T]:
    """The same order, begun elsewhere: it shall not always be the same one that comes first in a round."""
    start = by % len(items) if items else 0
    return [*items[start:], *items[:start]]


Rounds = dict[int, float]


@dataclass
class Figures:
    """The figures by measure, peer and round, what failed, and what is to be known when reading them."""

    values: dict[str, dict[str, Rounds]] = field(default_factory=dict)
    failures: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, measure: str, peer: str, round_: int, value: float) -> None:
        """One figure."""
        self.values.setdefault(measure, {}).setdefault(peer, {})[round_] = value

    def fail(self, measure: str, peer: str, reason: str) -> None:
        """Why a figure is not there. Other rounds may have it."""
        self.failures.setdefault(measure, {})[peer] = reason

    def note(self, text: str) -> None:
        """What a reader of the table should know; said once."""
        if text not in self.notes:
            self.notes.append(text)

    def rounds(self, measure: str, peer: str) -> Rounds:
        """The figures of a peer by round; empty where nothing was measured."""
        return self.values.get(measure, {}).get(peer, {})

    def summary(self, measure: str, peer: str) -> Summary | None:
        """Median and spread over the rounds."""
        return summary([*self.rounds(measure, peer).values()])

    def derive(self, measure: str, of: tuple[str, str], by: tuple[str, str], how: Pair) -> Rounds:
        """A new measure of the first one's peer: `how` of two (measure, peer), in each round that has both."""
        second = self.rounds(*by)
        found = {number: how(first, second[number]) for number, first in self.rounds(*of).items() if number in second}
        usable = {number: value for number, value in found.items() if value is not None}
        for number, value in usable.items():
            self.add(measure, of[1], number, value)
        return usable

    def ratio(self, of: tuple[str, str], to: tuple[str, str]) -> Summary | None:
        """Of two (measure, peer), in each round that has both."""
        second = self.rounds(*to)
        pairs = [(value, second[number]) for number, value in self.rounds(*of).items() if number in second]
        return summary([value for pair in pairs if (value := quotient(*pair)) is not None])


Pair = Callable[[float, float], float | None]


def difference(first: float, second: float) -> float | None:
    """What the first has more."""
    return first - second


def quotient(first: float, second: float) -> float | None:
    """How many times the second the first is. None where the second is not above zero: noise ate the figure."""
    return first / second if second > 0 else None
