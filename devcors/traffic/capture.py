"""The beginnings of an exchange's bodies, kept for inspection as they pass: `[server] capture` bytes of each."""

from __future__ import annotations


class Captured:
    """Bodies as they came, content codings and all; cut off where the limit is reached."""

    __slots__ = ("limit", "request", "response")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.request = bytearray()
        self.response = bytearray()

    def add(self, kept: bytearray, data: bytes) -> None:
        """More of a body; `kept` is one of ours."""
        if (left := self.limit - len(kept)) > 0:
            kept += data[:left]
