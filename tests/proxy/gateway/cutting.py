"""Streams in pieces: whole, byte by byte, and cut anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from hypothesis import strategies as st


def bytewise(data: bytes) -> list[bytes]:
    """One byte at a time."""
    return [data[at : at + 1] for at in range(len(data))]


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Cut at these offsets (taken modulo the length)."""
    if not data:
        return []
    marks = sorted({0, len(data), *(place % len(data) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(marks)]


places = st.lists(st.integers(0, 1 << 20), max_size=8)
"""For `cut`."""
