"""POST /api/exchanges/ID/replay."""

from __future__ import annotations

from typing import ClassVar

from .exchanges_handler import OneExchange
from .handling import ApiError
from .replaying import NotReplayableError, replay


class ReplayHandler(OneExchange):
    """The same request once more."""

    allowed: ClassVar[tuple[str, ...]] = ("POST",)

    async def post(self, *path: str) -> None:
        """The number of its new record, null where none came in time."""
        self.body()
        exchange = self.found(path[0])
        if self.backstage.store.paused:
            raise ApiError(409, "recording is paused: nobody would see what comes of it", "go on recording first")
        try:
            self.answer({"id": await replay(self.backstage.engine, exchange)})
        except NotReplayableError as error:
            raise ApiError(409, error.message, error.hint or "") from error
