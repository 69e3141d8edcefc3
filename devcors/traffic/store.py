"""The exchanges of this run that can be looked at again: bounded by number and by size, asked by admin API and exports.

Known: exchanges in the order in which they end; each has its number from its start. Wanted: nothing on the hot path but
an entry in a queue, and an answer to every question by a walk over it, since questions are rare.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from devcors.heads import Fields

from .filters import EVERYTHING, Filter
from .record import Exchange

COUNT = 5_000
SIZE = 64 * 1024 * 1024
"""Bytes of heads and bodies."""

_RECORD = 1_500
"""Bytes that a record takes beside them, seen by `python -m benchmarks.recording`."""

_REMEMBERED, _MEMORABLE = 256, 4096


class Counts:
    """What came through one route, kept or not. `errors`: devcors found no answer, or it was a 5xx."""

    __slots__ = ("errors", "last", "requests")

    def __init__(self) -> None:
        self.requests = self.errors = 0
        self.last: float | None = None
        """When the last one ended, in seconds since the epoch."""


class Page(NamedTuple):
    """Exchanges, the newest first; `older` tells that there are more."""

    exchanges: tuple[Exchange, ...]
    older: bool


class News(NamedTuple):
    """Exchanges in the order of their end.

    `cursor` is what to ask with next, `left_out` how many have come since the last question and are not among these:
    some more than were asked for, and some that are gone from the store already (not known is whether a filter would
    have taken those).
    """

    exchanges: tuple[Exchange, ...]
    cursor: int
    left_out: int


class Store:
    """A journal's listener. While `paused` nothing is added; the counts go on.

    `count` exchanges and `size` bytes at most; the ones that ended first go first.
    """

    def __init__(self, count: int = COUNT, size: int = SIZE) -> None:
        self.limit_count = count
        self.limit_size = size
        self.size = 0
        """Bytes of what is kept, about."""
        self.last = 0
        """How many were added ever: the cursor of the newest one."""
        self.paused = False
        self.counts: dict[str | None, Counts] = {}
        """By name of the route, None for what no route took."""
        self._kept: deque[Exchange] = deque()
        self._weights: deque[int] = deque()

    def add(self, exchange: Exchange) -> None:
        """The exchange has ended."""
        counts = self.counts.get(exchange.route)
        if counts is None:
            counts = self.counts[exchange.route] = Counts()
        counts.requests += 1
        counts.last = exchange.ended
        if exchange.error is not None or (exchange.status or 0) >= 500:
            counts.errors += 1
        if self.paused:
            return
        weight = _weight(exchange)
        self._kept.append(exchange)
        self._weights.append(weight)
        self.last += 1
        self.size += weight
        while len(self._kept) > self.limit_count or self.size > self.limit_size:
            self._kept.popleft()
            self.size -= self._weights.popleft()

    def get(self, number: int) -> Exchange | None:
        """The exchange with this number, None where it is not kept (any more)."""
        return next((exchange for exchange in reversed(self._kept) if exchange.id == number), None)

    def page(self, where: Filter = EVERYTHING, before: int | None = None, limit: int = 200) -> Page:
        """The newest `limit` of those that began before the number `before`."""
        found: list[Exchange] = []
        # by number, not by end: a stream that began long ago does not come up in between when it ends
        for exchange in sorted(self._kept, key=_number, reverse=True):
            if (before is None or exchange.id < before) and where.takes(exchange):
                if len(found) == limit:
                    return Page(tuple(found), older=True)
                found.append(exchange)
        return Page(tuple(found), older=False)

    def since(self, cursor: int, where: Filter = EVERYTHING, limit: int = 1_000) -> News:
        """What has ended since a cursor (`last`, or `News.cursor`); the newest `limit` of it."""
        new = min(max(self.last - cursor, 0), len(self._kept))
        gone = max(self.last - cursor, 0) - new
        found: deque[Exchange] = deque(maxlen=limit)
        taken = 0
        for exchange in self._tail(new):
            if where.takes(exchange):
                found.append(exchange)
                taken += 1
        return News(tuple(found), self.last, gone + taken - len(found))

    def _tail(self, number: int) -> list[Exchange]:
        newest_first = reversed(self._kept)
        return [next(newest_first) for _ in range(number)][::-1]

    def blocked(self) -> dict[str | None, int]:
        """How many of the kept ones a browser withholds, by route. Makes the verdicts that nobody has asked for yet."""
        found: dict[str | None, int] = {}
        for exchange in self._kept:
            if exchange.is_cross_origin and exchange.blocked:
                found[exchange.route] = found.get(exchange.route, 0) + 1
        return found

    def clear(self) -> None:
        """Forgets the exchanges; the counts and the cursor go on."""
        self._kept.clear()
        self._weights.clear()
        self.size = 0

    def __iter__(self) -> Iterator[Exchange]:
        """In the order of their end."""
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)


def _number(exchange: Exchange) -> int:
    return exchange.id


def _weight(exchange: Exchange) -> int:
    """Bytes of the record, the heads and the bodies; what the client got is mostly made of what the upstream sent."""
    request, response, captured = exchange.request, exchange.response or exchange.sent, exchange.captured
    weight = _RECORD + 2 * len(exchange.url)
    if request is not None:
        weight += _weight_of(request.fields)
    if response is not None:
        weight += _weight_of(response.fields)
    if captured is not None:
        weight += len(captured.request) + len(captured.response)
    return weight


_weighed: dict[int, tuple[Fields, int]] = {}


def _weight_of(fields: Fields) -> int:
    """Bytes of field lines. The gateway gives equal heads as the same object, so most need not be added up again."""
    known = _weighed.get(id(fields))
    if known is not None and known[0] is fields:
        return known[1]
    weight = sum(map(len, chain.from_iterable(fields)))
    if weight <= _MEMORABLE:
        if len(_weighed) >= _REMEMBERED:
            _weighed.clear()
        _weighed[id(fields)] = (fields, weight)
    return weight
