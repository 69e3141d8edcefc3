"""What may stand in the file: which tables have which keys, where `false` is a value, what a string is for.

Known: the models of `schema`. Wanted: one answer for laying tables over one another, for messages and for the JSON
Schema, so that a key added to a model is known to all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .schema import Config, Table


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at one place.

    keys: of a table whose keys are fixed. entries: of a table whose keys are free. short: the key that a string in
    the table's place fills. listed: a list of such tables may stand here too. flag: `false` is a value here; anywhere
    else it removes what was laid below.
    """

    keys: Mapping[str, Shape] = field(default_factory=dict)
    entries: Shape | None = None
    short: str | None = None
    listed: bool = False
    flag: bool = False

    @property
    def is_table(self) -> bool:
        """Whether a table may stand here."""
        return bool(self.keys) or self.entries is not None

    def inner(self, key: str) -> Shape | None:
        """What may stand below this key; None where the key is unknown."""
        return self.keys.get(key, self.entries)

    def at(self, path: Iterable[str | int]) -> Shape | None:
        """What may stand at a path of the file; the members of a list are where the list is."""
        here: Shape | None = self
        for key in path:
            if here and isinstance(key, str):
                here = here.inner(key)
        return here


@cache
def file_shape() -> Shape:
    """A whole file: the config, and `[profiles.NAME]` with the same keys."""
    config = _of(Config)
    return replace(config, keys={**config.keys, "profiles": Shape(entries=config)})


def _of(annotation: Any) -> Shape:
    parts = get_args(annotation)
    kind = get_origin(annotation)
    if kind is Annotated:
        return _of(parts[0])
    if kind in (Union, UnionType):
        return reduce(_either, map(_of, parts))
    if kind is dict:
        return Shape(entries=_of(parts[1]))
    if kind is tuple:
        member = _of(parts[0])
        return replace(member, listed=True) if member.keys else Shape()
    if kind is Literal:
        return Shape(flag=any(choice is False for choice in parts))
    if isinstance(annotation, type) and issubclass(annotation, Table):
        keys = {name: _of(info.annotation) for name, info in annotation.model_fields.items()}
        return Shape(keys=keys, short=annotation.short_form)
    return Shape(flag=annotation is bool)


def _either(one: Shape, other: Shape) -> Shape:
    table = one if one.is_table else other
    return replace(table, flag=one.flag or other.flag)
