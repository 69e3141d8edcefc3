"""GET /api/status."""

from __future__ import annotations

from .handling import Api
from .standing import probe, standing
from .telling import judge


class StatusHandler(Api):
    """How this devcors stands; with `probe=1` every target is dialed first."""

    async def get(self, *_: str) -> None:
        """All of it."""
        if self.flag("probe"):
            await probe(self.backstage.engine)
        await judge(self.backstage.store)
        self.answer(standing(self.backstage))
