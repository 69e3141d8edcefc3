"""A row of the table, and how a server may differ from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Other:
    """How a server differs, and why that is so."""

    why: str
    status: int | None = None
    target: str | None = None
    seen: dict[str, str | None] = field(default_factory=dict)
    got: dict[str, Any] = field(default_factory=dict)
    unseen: bool = False


@dataclass(frozen=True)
class Case:
    """One request. In `seen` and `got`, fields by lower-case name; None: there is none. `@OWN@` is the server's own
    host and port, `@PORT@` the backend's port. `target` None: nothing must reach the backend.
    """

    name: str
    path: str
    target: str | None
    method: str = "GET"
    sent: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunked: bool = False
    status: int = 200
    seen: dict[str, str | None] = field(default_factory=dict)
    got: dict[str, Any] = field(default_factory=dict)
    content: bytes | None = None
    other: dict[str, Other] = field(default_factory=dict)
