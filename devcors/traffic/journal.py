"""The exchanges of this run: numbered, told to whoever listens, preflights tied to their requests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from .record import Exchange

Listener = Callable[[Exchange], None]


class Timer(Protocol):
    """What `call_later` of an event loop returns."""

    def cancel(self) -> object: ...


Later = Callable[[float, Callable[[], None]], Timer]

FOLLOWS_WITHIN = 1.0
"""Seconds: a request follows its preflight at once, if it follows."""


class Journal:
    """Tells each exchange to the listeners, in the order in which they end. It keeps none: a `Store` that listens does.

    `later` calls a function after some seconds (an event loop's `call_later`). With it, a preflight whose outcome hangs
    on what it does not tell is held for a moment: if no request follows, it was refused, and that is its verdict.
    """

    def __init__(self, later: Later | None = None) -> None:
        # replaced, not changed: whoever is told may leave or join meanwhile
        self._listeners: tuple[Listener, ...] = ()
        self._preflights: OrderedDict[tuple[str, str, str], int] = OrderedDict()
        self._held: dict[int, tuple[Exchange, Timer]] = {}
        self._later = later
        self._last_id = 0

    def next_id(self) -> int:
        """The number of a new exchange, from 1."""
        self._last_id += 1
        return self._last_id

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` for each exchange that ends; returns what ends that."""
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return leave

    def preflighted(self, exchange: Exchange, method: str) -> None:
        """`exchange` is a preflight for `method`: the next such request of that origin names it."""
        self._preflights[exchange.origin or "", exchange.url, method] = exchange.id
        while len(self._preflights) > 256:
            self._preflights.popitem(last=False)

    def preflight_of(self, origin: str, url: str, method: str) -> int | None:
        """The preflight that this request was allowed by, if one was seen; it is named once."""
        if not self._preflights:
            return None
        found = self._preflights.pop((origin, url, method), None)
        if found in self._held:
            exchange, timer = self._held.pop(found)
            timer.cancel()
            self._tell(exchange)
        return found

    def finish(self, exchange: Exchange) -> None:
        """The exchange has ended."""
        # only a preflight can hang on what follows: no other verdict is made for this question
        hangs = exchange.method == "OPTIONS" and exchange.cors is not None and exchange.cors.included is not None
        if self._later is None or not hangs:
            self._tell(exchange)
            return
        timer = self._later(FOLLOWS_WITHIN, lambda: self._not_followed(exchange.id))
        self._held[exchange.id] = (exchange, timer)

    def _not_followed(self, preflight: int) -> None:
        exchange, _ = self._held.pop(preflight)
        assert exchange.cors is not None
        exchange.cors = exchange.cors.included
        self._tell(exchange)

    def close(self) -> None:
        """What is held is told as it stands."""
        for exchange, timer in self._held.values():
            timer.cancel()
            self._tell(exchange)
        self._held.clear()

    def _tell(self, exchange: Exchange) -> None:
        for listener in self._listeners:
            listener(exchange)
