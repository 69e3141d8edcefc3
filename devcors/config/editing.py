"""Edits of devcors.toml as text, with everything else in it left as somebody wrote it: comments, order, blank lines.

Known: the text of a file that can be parsed. Wanted: the same text with one value changed. tomlkit makes the change;
that it made this one and no other is checked with the parser that devcors reads its files with. Nothing here touches a
file, and nothing says whether the new value is a good one: the loader does, before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli

from devcors.errors import ConfigError

from .values import shown

FRONTEND = "frontend"
"""The name of the front end, where that of a route is its pattern; no pattern is like it."""


class NotInFileError(ConfigError):
    """What is to be changed does not stand in the file, or not in one place."""


def retargeted(text: str, name: str, target: str) -> str:
    """The text with another target for one route (by its pattern) or the front end.

    Raises NotInFileError where the text does not give it one target, or gives one with a variable in it.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = tomli.loads(text)
    path = _path_of_target(wanted, name)
    _set(wanted, path, target)
    try:
        document: Any = tomlkit.parse(text)
        _set(document, path, target)
        edited = tomlkit.dumps(document)
    except (TOMLKitError, LookupError, AttributeError, TypeError):
        edited = text
    if parsed(edited) != wanted:
        raise NotInFileError(
            f"the target of {shown(name)} cannot be changed without touching the rest of the file",
            hint="edit the file by hand",
        )
    return edited


def parsed(text: str) -> dict[str, Any] | None:
    """What stands in a text, None where it is not TOML."""
    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError):
        return None


def target_in(document: Mapping[str, Any], name: str) -> str | None:
    """The target that `retargeted` would change; None where it would refuse."""
    try:
        path = _path_of_target(document, name)
    except NotInFileError:
        return None
    value: Any = document
    for key in path:
        value = value[key]
    return str(value)


def scripts_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a file says of `scripts`, by the table in which it stands, profiles that are not chosen included.

    Whoever may edit the file by the network must not change what this returns: scripts are code that devcors runs.
    """
    profiles = document.get("profiles")
    tables = profiles if isinstance(profiles, Mapping) else {}
    found = {f"profiles.{name}": table for name, table in tables.items() if isinstance(table, Mapping)}
    return {name: table["scripts"] for name, table in {"": document, **found}.items() if "scripts" in table}


def _path_of_target(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    above = (FRONTEND,) if name == FRONTEND else ("routes", name)
    value: Any = document
    for key in above:
        if not isinstance(value, Mapping) or key not in value:
            raise NotInFileError(
                f"{shown(name)} does not stand in this file", hint="it may come from another file or the command line"
            )
        value = value[key]
    path = above
    if isinstance(value, Mapping) and "target" in value:
        path, value = (*above, "target"), value["target"]
    if not isinstance(value, str):
        why = "has several targets" if isinstance(value, list) else "has no target here"
        raise NotInFileError(f"{shown(name)} {why}", hint="edit the file itself")
    if "${" in value:
        raise NotInFileError(
            f"the target of {shown(name)} holds a variable", hint="set the variable, or edit the file itself"
        )
    return path


def _set(document: Any, path: tuple[str, ...], value: str) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value
