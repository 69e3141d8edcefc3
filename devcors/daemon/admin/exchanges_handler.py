"""GET /api/exchanges, one exchange, and its bodies."""

from __future__ import annotations

import asyncio

from devcors.traffic.bodies import shown
from devcors.traffic.record import Exchange

from .details import body_json, details
from .fixing import fixes
from .handling import Api, ApiError
from .telling import compact, judge, told

LIMIT = 200
MOST = 5_000


class ExchangesHandler(Api):
    """A page of the table, the newest first."""

    async def get(self, *_: str) -> None:
        """Those that began before `before`, at most `limit`."""
        store, where = self.backstage.store, self.wanted()
        if where.blocked:
            await judge(store)
        limit = min(self.number("limit") or LIMIT, MOST)
        cursor = store.last  # what ends from now on comes by the stream
        page = store.page(where, self.number("before"), limit)
        exchanges = await told(page.exchanges, self.teller())
        self.answer_text(f'{{"exchanges":{exchanges},"older":{compact(page.older)},"cursor":{cursor}}}')


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
        known = details(exchange, tuple(self.backstage.store), self.backstage.rows)
        # they are made of templates: too slow for the loop that serves the browser
        self.answer({**known, "fixes": await asyncio.to_thread(fixes, exchange)})


class BodyHandler(OneExchange):
    """What was kept of a body, for people."""

    async def get(self, *path: str) -> None:
        """Decoded, and without what looks like a secret unless `secrets=1`."""
        number, way = path
        exchange = self.found(number)
        response = exchange.response or exchange.sent
        head = response if way == "response" else exchange.request
        size = exchange.response_bytes if way == "response" else exchange.request_bytes
        kept = bytes(exchange.response_kept if way == "response" else exchange.request_kept)
        # not in the loop: a megabyte of Brotli takes its time
        body = await asyncio.to_thread(
            shown, head.fields if head else (), kept, size, with_secrets=self.flag("secrets")
        )
        self.answer(body_json(body))
