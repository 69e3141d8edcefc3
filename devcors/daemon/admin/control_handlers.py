"""POST /api/clear, /api/pause and /api/reload."""

from __future__ import annotations

from typing import ClassVar

from .config_edits import reloaded_json
from .handling import Api


class ClearHandler(Api):
    """Forgets the exchanges."""

    allowed: ClassVar[tuple[str, ...]] = ("POST",)

    def post(self, *_: str) -> None:
        """All that are kept."""
        self.body()
        self.backstage.store.clear()
        self.backstage.cleared += 1
        self.answer({"cleared": True})


class PauseHandler(Api):
    """Keeps no exchanges, or goes on."""

    allowed: ClassVar[tuple[str, ...]] = ("POST",)

    def post(self, *_: str) -> None:
        """Proxying goes on all the while."""
        self.backstage.store.paused = self.member(self.body(), "paused", bool)
        self.answer({"paused": self.backstage.store.paused})


class ReloadHandler(Api):
    """Loads the config again."""

    allowed: ClassVar[tuple[str, ...]] = ("POST",)

    async def post(self, *_: str) -> None:
        """A config that is refused changes nothing, and is no fault of the question."""
        self.body()
        self.answer(reloaded_json(await self.backstage.reloader.reload()))
