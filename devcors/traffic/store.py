"""The exchanges of this run that can be looked at again: bounded by number and by size, asked by admin API and exports.

Known: exchanges in the order in which they end; each has its number from its start. Wanted: nothing on the hot path but
an entry in a queue, and an answer to every question by a walk over it, since questions are rare.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from devcors.heads import Fields, RequestHead, ResponseHead

from .filters import EVERYTHING, Filter
from .record import Exchange

COUNT = 5_000
SIZE = 64 * 1024 * 1024
"""Bytes of heads and bodies."""

_RECORD = 1_500
"""Bytes that a record takes beside them, seen by `python -m benchmarks.recording`."""

_AT_ONCE = 16
"""So many that have ended are taken in together: one by one they would cost the hot path twice as much. With the
default of `capture` that is at most 2 MB more than the bound."""

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
        self._new: list[Exchange] = []
        self._kept: deque[Exchange] = deque()
        self._weights: deque[int] = deque()
        self._size = 0
        self._last = 0
        self._paused = False
        self._counts: dict[str | None, Counts] = {}

    def add(self, exchange: Exchange) -> None:
        """The exchange has ended."""
        self._new.append(exchange)
        if len(self._new) >= _AT_ONCE:
            self._take_in()

    def _take_in(self) -> None:
        """Counts, weighs and keeps what was added. Whatever is asked of the store, this comes first."""
        new, self._new = self._new, []
        for exchange in new:
            self._count(exchange)
        if self._paused:
            return
        weights = _weights(new)
        self._kept += new
        self._weights += weights
        self._last += len(new)
        self._size += sum(weights)
        while len(self._kept) > self.limit_count or self._size > self.limit_size:
            self._kept.popleft()
            self._size -= self._weights.popleft()

    def _count(self, exchange: Exchange) -> None:
        counts = self._counts.get(exchange.route)
        if counts is None:
            counts = self._counts[exchange.route] = Counts()
        counts.requests += 1
        counts.last = exchange.ended
        if exchange.error is not None or (exchange.status or 0) >= 500:
            counts.errors += 1

    @property
    def size(self) -> int:
        """Bytes of what is kept, about."""
        self._take_in()
        return self._size

    @property
    def last(self) -> int:
        """How many were added ever: the cursor of the newest one."""
        self._take_in()
        return self._last

    @property
    def counts(self) -> Mapping[str | None, Counts]:
        """By name of the route, None for what no route took."""
        self._take_in()
        return self._counts

    @property
    def paused(self) -> bool:
        """Whether what ends is only counted."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._take_in()
        self._paused = paused

    @property
    def _all(self) -> deque[Exchange]:
        self._take_in()
        return self._kept

    def get(self, number: int) -> Exchange | None:
        """The exchange with this number, None where it is not kept (any more)."""
        return next((exchange for exchange in reversed(self._all) if exchange.id == number), None)

    def page(self, where: Filter = EVERYTHING, before: int | None = None, limit: int = 200) -> Page:
        """The newest `limit` of those that began before the number `before`."""
        found: list[Exchange] = []
        # by number, not by end: a stream that began long ago does not come up in between when it ends
        for exchange in sorted(self._all, key=_number, reverse=True):
            if (before is None or exchange.id < before) and where.takes(exchange):
                if len(found) == limit:
                    return Page(tuple(found), older=True)
                found.append(exchange)
        return Page(tuple(found), older=False)

    def since(self, cursor: int, where: Filter = EVERYTHING, limit: int = 1_000) -> News:
        """What has ended since a cursor (`last`, or `News.cursor`); the newest `limit` of it."""
        ended = max(self.last - cursor, 0)
        new = min(ended, len(self._kept))
        found: deque[Exchange] = deque(maxlen=limit)
        taken = 0
        for exchange in self._tail(new):
            if where.takes(exchange):
                found.append(exchange)
                taken += 1
        return News(tuple(found), self._last, ended - new + taken - len(found))

    def _tail(self, number: int) -> list[Exchange]:
        newest_first = reversed(self._kept)
        return [next(newest_first) for _ in range(number)][::-1]

    def blocked(self) -> dict[str | None, int]:
        """How many of the kept ones a browser withholds, by route. Makes the verdicts that nobody has asked for yet."""
        found: dict[str | None, int] = {}
        for exchange in self._all:
            if exchange.is_cross_origin and exchange.blocked:
                found[exchange.route] = found.get(exchange.route, 0) + 1
        return found

    def clear(self) -> None:
        """Forgets the exchanges; the counts and the cursor go on."""
        self._take_in()
        self._kept.clear()
        self._weights.clear()
        self._size = 0

    def __iter__(self) -> Iterator[Exchange]:
        """In the order of their end."""
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)


def _number(exchange: Exchange) -> int:
    return exchange.id


def _weights(exchanges: Iterable[Exchange]) -> list[int]:
    """Bytes of each record, heads and bodies; what the client got is mostly made of what the upstream sent."""
    weights: list[int] = []
    request: RequestHead | None = None
    response: ResponseHead | None = None
    heads = 0
    for exchange in exchanges:
        answered = exchange.response or exchange.sent
        if exchange.request is not request or answered is not response:
            request, response = exchange.request, answered
            heads = sum(_weight_of(head.fields) for head in (request, response) if head is not None)
        bodies = len(exchange.request_kept) + len(exchange.response_kept)
        weights.append(_RECORD + 2 * len(exchange.url) + heads + bodies)
    return weights


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
