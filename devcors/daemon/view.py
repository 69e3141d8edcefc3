"""Which exchanges somebody at the terminal wants to see at the moment."""

from __future__ import annotations

from dataclasses import dataclass

from devcors.traffic.record import Exchange


@dataclass
class View:
    """`missed` were not printed while paused."""

    blocked_only: bool = False
    paused: bool = False
    missed: int = 0

    def wants(self, exchange: Exchange) -> bool:
        """Whether it is printed."""
        if self.paused:
            self.missed += 1
            return False
        return not self.blocked_only or exchange.blocked

    def go_on(self) -> int:
        """Ends the pause; how many were missed."""
        missed, self.missed, self.paused = self.missed, 0, False
        return missed
