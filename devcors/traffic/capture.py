"""The beginnings of an exchange's bodies, kept for inspection as they pass: `[server] capture` bytes of each."""

from __future__ import annotations


class Captured:
    """Bodies as they came, content codings and all; cut off where the limit is reached.

    The first piece of a body is kept as it is, since mostly there is but one and a copy would cost; a second makes a
    `bytearray` of it.
    """

    __slots__ = ("limit", "request", "response")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.request: bytes | bytearray = b""
        self.response: bytes | bytearray = b""

    def add_request(self, data: bytes) -> None:
        """More of the request's body."""
        self.request = self._longer(self.request, data)

    def add_response(self, data: bytes) -> None:
        """More of the response's body."""
        self.response = self._longer(self.response, data)

    def _longer(self, kept: bytes | bytearray, data: bytes) -> bytes | bytearray:
        if not kept:
            return data[: self.limit]  # of immutable bytes within the limit, no copy
        if (left := self.limit - len(kept)) <= 0:
            return kept
        if not isinstance(kept, bytearray):
            kept = bytearray(kept)
        kept += data[:left]
        return kept
