"""What every kind of browser is told, however it is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Opening:
    """One start of a browser: what to open, and devcors as its proxy.

    `host` and `port` are where devcors listens; `authority` is the PEM file of its CA. `extra` are options of the
    user's own, handed on as they are.
    """

    url: str
    host: str
    port: int
    authority: Path
    headless: bool = False
    extra: tuple[str, ...] = ()
