"""Several tables laid over one another: file, local file, profile, command line.

Known: tables as tomli returns them, the lowest first. Wanted: one table, and for each value in it where it stands, so
that an error points at the file that gave it. Tables merge, everything else replaces, and `false` removes what is
below, unless the schema has `false` for a value of that key. A table laid over a short form is laid over the table
that the short form means: `"/api" = { verify = false }` keeps the URL that the file has for `/api`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from .positions import Path
from .shape import Shape, file_shape


@dataclass(frozen=True, slots=True)
class Source:
    """What gives values: a file, or the command line (which has no file and no text)."""

    name: str
    file: FilePath | None = None
    text: str = ""


class Place(NamedTuple):
    """Where a value stands: in the source's own terms, `[profiles.NAME]` included."""

    source: Source
    path: Path


class Layer(NamedTuple):
    """A table to lay, and where it stands itself."""

    place: Place
    table: Mapping[str, Any]


class Layered:
    """The tables laid over one another so far: `data`, and the place of everything in it."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.data: dict[str, Any] = {}
        self._places: dict[Path, Place] = {}
        for layer in layers:
            self._places[()] = layer.place
            self._lay(self.data, layer.table, (), layer.place, file_shape())

    def place(self, path: Path) -> Place:
        """Where the value at this path of `data` stands."""
        known = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in self._places)
        source, above = self._places[known]
        return Place(source, (*above, *path[len(known) :]))

    def _lay(self, base: dict[str, Any], table: Mapping[str, Any], at: Path, place: Place, shape: Shape | None) -> None:
        for key, value in table.items():
            here, there = (*at, key), Place(place.source, (*place.path, key))
            inner = shape and shape.inner(key)
            if _removes(value, inner):
                self._remove(base, here)
            elif isinstance(value, dict):
                self._lay(self._table(base, here, there, inner), value, here, there, inner)
            else:
                if key in base:
                    self._forget(here)
                self._places[here] = there
                base[key] = _cleared(value, inner)

    def _table(self, base: dict[str, Any], here: Path, there: Place, shape: Shape | None) -> dict[str, Any]:
        """The table to lay the next one over: the one that is there, the short form's, or a new one."""
        key = str(here[-1])
        below = base.get(key)
        if isinstance(below, dict):
            return below
        new: dict[str, Any] = {}
        if isinstance(below, str) and shape and shape.short:
            new[shape.short] = below
            self._places[(*here, shape.short)] = self._places[here]
        elif key in base:
            self._forget(here)
        self._places[here] = there
        base[key] = new
        return new

    def _remove(self, base: dict[str, Any], here: Path) -> None:
        if base.pop(str(here[-1]), None) is not None:
            self._forget(here)

    def _forget(self, path: Path) -> None:
        for known in [known for known in self._places if known[: len(path)] == path]:
            del self._places[known]


def _removes(value: Any, shape: Shape | None) -> bool:
    return value is False and shape is not None and not shape.flag


def _cleared(value: Any, shape: Shape | None) -> Any:
    """A list as it stands, less what `false` removes from the tables in it: nothing is below them."""
    if isinstance(value, list):
        return [_cleared(member, shape) for member in value]
    if isinstance(value, dict):
        inner = {key: shape and shape.inner(key) for key in value}
        return {key: _cleared(one, inner[key]) for key, one in value.items() if not _removes(one, inner[key])}
    return value
