"""A child's output in whole lines where possible: what devcors prints goes between lines, never into one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 0.05


class LineBuffer:
    """Hands complete lines on at once, and the start of a line (a prompt, a progress bar) after `PATIENCE` seconds."""

    def __init__(self, on_output: Callable[[bytes], None]) -> None:
        self._on_output = on_output
        self._held = bytearray()
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, data: bytes) -> None:
        """Takes what the child wrote."""
        self._held += data
        end = self._held.rfind(b"\n") + 1
        if end:
            self._hand_on(end)
        if self._held and not self._timer:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.flush)

    def flush(self) -> None:
        """Hands on whatever is held."""
        self._hand_on(len(self._held))

    def _hand_on(self, end: int) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if end:
            data = bytes(self._held[:end])
            del self._held[:end]
            self._on_output(data)
