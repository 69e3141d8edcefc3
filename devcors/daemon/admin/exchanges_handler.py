"""GET /api/exchanges, one exchange, and its bodies."""

from __future__ import annotations

import asyncio

from devcors.traffic.record import Exchange

from .details import details
from .fixing import fixes
from .handling import Api, ApiError

LIMIT = 200
MOST = 5_000


class ExchangesHandler(Api):
    """A page of the table, the newest first."""

    def get(self, *_: str) -> None:
        """Those that began before `before`, at most `limit`."""
        store, rows = self.backstage.store, self.backstage.rows
        limit = min(self.number("limit") or LIMIT, MOST)
        cursor = store.last  # what ends from now on comes by the stream
        page = store.page(self.wanted(), self.number("before"), limit)
        self.answer({"exchanges": [*map(rows.row, page.exchanges)], "older": page.older, "cursor": cursor})


class OneExchange(Api):
    """Base of what is about one exchange."""

    def found(self, number: str) -> Exchange:
        """The exchange. Raises ApiError."""
        exchange = self.backstage.store.get(int(number)) if len(number) < 16 else None
        if exchange is None:
            raise ApiError(404, f"exchange {number} is not kept", "older ones make room for newer ones")
        return exchange


class ExchangeHandler(OneExchange):
    """All of one."""

    async def get(self, *path: str) -> None:
        """Its record, heads, timeline, verdicts in words, and the fixes."""
        exchange = self.found(path[0])
        told = details(exchange, tuple(self.backstage.store), self.backstage.rows)
        # they are made of templates: too slow for the loop that serves the browser
        self.answer({**told, "fixes": await asyncio.to_thread(fixes, exchange)})
