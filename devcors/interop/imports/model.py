"""What an import comes to: each entry of the other tool's config, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Routes = tuple[tuple[str, dict[str, Any]], ...]
"""Patterns with their tables, exactly as they stand under `[routes]`; a table always has its `target`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a file of the project; the line counts from 1, None where it is not known."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is otherwise in devcors, or was left out, and why. `option` is empty where it is the entry."""

    option: str
    text: str
    source: Source

    def __str__(self) -> str:
        return f"{self.option}: {self.text}" if self.option else self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the tool's config has it. `routes` is empty where it cannot be a route; a remark then says why.

    without: what becomes of it then, in words.
    """

    name: str
    source: Source
    routes: Routes = ()
    remarks: tuple[Remark, ...] = ()
    without: str = "is left out"


@dataclass(frozen=True, slots=True)
class Imported:
    """All of one file. `frontend` is as in devcors.toml, None where the config says nothing of its own address."""

    tool: str
    file: str
    frontend: str | dict[str, Any] | None
    entries: tuple[Entry, ...]

    @property
    def routes(self) -> Routes:
        """Of all entries, in order; of a pattern that several have, each, as the tables of an array."""
        return tuple(route for entry in self.entries for route in entry.routes)
