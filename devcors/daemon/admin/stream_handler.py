"""GET /api/stream: rows as they come, as server-sent events (HTML Standard, section 9.2)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tornado.iostream import StreamClosedError

from .backstage import Backstage
from .feed import EVERY, Feed
from .handling import Api, ApiError
from .telling import compact, told

ALIVE = 15.0
"""Seconds after which a silent stream says that it is there."""

READERS = 32


class StreamHandler(Api):
    """Read with fetch(): an EventSource cannot send the token."""

    def initialize(self, backstage: Backstage) -> None:
        """As of every handler."""
        super().initialize(backstage)
        self._left = asyncio.Event()

    async def get(self, *_: str) -> None:
        """Until the reader or devcors leaves."""
        backstage = self.backstage
        feed = Feed(backstage, self.wanted(), self.number("after"))
        if len(backstage.readers) >= READERS:
            raise ApiError(429, f"{READERS} streams are open already", "close a dashboard")
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        if self.request.method == "HEAD":
            self.finish()
            return
        task = asyncio.current_task()
        assert task is not None
        backstage.readers[self._left] = task
        try:
            with suppress(StreamClosedError):
                await self._send(feed)
        finally:
            del backstage.readers[self._left]

    async def _send(self, feed: Feed) -> None:
        loop = asyncio.get_running_loop()
        self.write(": devcors\n\n")
        await self.flush()
        said = loop.time()
        while not await self._leaves_within(EVERY):
            if (news := feed.news()) is not None:
                exchanges = await told(news.exchanges, self.teller())
                more = f'"cursor":{news.cursor},"left_out":{news.left_out}'
                self._event("exchanges", f'{{"exchanges":{exchanges},{more}}}')
                said = loop.time()
            if (status := feed.status()) is not None:
                self._event("status", compact(status))
                said = loop.time()
            if loop.time() - said >= ALIVE:
                self.write(": still here\n\n")
                said = loop.time()
            # done when the bytes have left: until then a slow reader is sent nothing more
            await self.flush()

    async def _leaves_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._left.wait()
        return self._left.is_set()

    def _event(self, name: str, text: str) -> None:
        self.write(f"event: {name}\ndata: {text}\n\n".encode("utf-8", "replace"))

    def on_connection_close(self) -> None:
        """The reader has gone, or devcors closes the port."""
        super().on_connection_close()
        self._left.set()
