"""GET /api/export.har and /api/export.mitm."""

from __future__ import annotations

import asyncio

from devcors.proxy.har import dump_bytes, har_text
from devcors.traffic.record import Exchange

from .handling import Api


class Export(Api):
    """The kept exchanges that the query's filter takes, as a file; with secrets only where it says `secrets=1`."""

    def wanted_ones(self) -> list[Exchange]:
        """In the order of their end."""
        where = self.wanted()
        return [exchange for exchange in self.backstage.store if where.takes(exchange)]

    def file(self, data: bytes, media_type: str, name: str) -> None:
        """Ends the request."""
        self.set_header("Content-Type", media_type)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(data)


class HarExport(Export):
    """As HTTP Archive 1.2."""

    async def get(self, *_: str) -> None:
        """For DevTools, and for `devcors diagnose --har`."""
        text = await asyncio.to_thread(har_text, self.wanted_ones(), with_secrets=self.flag("secrets"))
        self.file(text.encode("utf-8", "replace"), "application/json; charset=utf-8", "devcors.har")


class DumpExport(Export):
    """As a mitmproxy dump."""

    async def get(self, *_: str) -> None:
        """For mitmweb, mitmproxy and mitmdump."""
        data = await asyncio.to_thread(dump_bytes, self.wanted_ones(), with_secrets=self.flag("secrets"))
        self.file(data, "application/octet-stream", "devcors.mitm")
