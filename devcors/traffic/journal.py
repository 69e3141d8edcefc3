"""The exchanges of this run: bounded, numbered, told to whoever listens, preflights tied to their requests."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator

from .record import Exchange

Listener = Callable[[Exchange], None]


class Journal:
    """Keeps the last `limit` finished exchanges and tells each to the listeners, in the order in which they end."""

    def __init__(self, limit: int = 5000) -> None:
        self._kept: deque[Exchange] = deque(maxlen=limit)
        self._listeners: list[Listener] = []
        self._preflights: OrderedDict[tuple[str, str, str], int] = OrderedDict()
        self._last_id = 0

    def next_id(self) -> int:
        """The number of a new exchange, from 1."""
        self._last_id += 1
        return self._last_id

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` for each exchange that ends; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def preflighted(self, exchange: Exchange, method: str) -> None:
        """`exchange` is a preflight for `method`: the next such request of that origin names it."""
        self._preflights[exchange.origin or "", exchange.url, method] = exchange.id
        while len(self._preflights) > 256:
            self._preflights.popitem(last=False)

    def preflight_of(self, origin: str, url: str, method: str) -> int | None:
        """The preflight that this request was allowed by, if one was seen; it is named once."""
        return self._preflights.pop((origin, url, method), None)

    def finish(self, exchange: Exchange) -> None:
        """The exchange has ended."""
        self._kept.append(exchange)
        for listener in tuple(self._listeners):
            listener(exchange)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
