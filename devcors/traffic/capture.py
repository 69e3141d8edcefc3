"""The beginning of a body, kept for inspection as it passes: `[server] capture` bytes of it, as it is encoded."""

from __future__ import annotations


def longer(kept: bytes | bytearray, data: bytes, limit: int) -> bytes | bytearray:
    """What is kept of a body after one more piece of it, at most `limit` bytes.

    The first piece is kept as it is, since mostly there is but one and a copy would cost; a second makes a `bytearray`.
    """
    if not kept:
        return data[:limit]  # of immutable bytes within the limit, no copy
    if (left := limit - len(kept)) <= 0:
        return kept
    if not isinstance(kept, bytearray):
        kept = bytearray(kept)
    kept += data[:left]
    return kept
