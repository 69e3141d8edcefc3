"""`${VAR}` and `${VAR:-default}` in string values; `$${` is a literal `${`.

Known: a table as tomli returns it, so quoting and escapes are over and a variable cannot change the structure. As in
the shell, `:-` stands in for an empty variable too. Keys are never expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .positions import Path
from .values import BadValue, shown

# both groups are empty where `${` is not followed by a name and a closing brace
_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")


@dataclass(slots=True)
class Expansion:
    """What came of expanding: the new value, the names that were looked up, and why which places could not be."""

    value: Any = None
    names: set[str] = field(default_factory=set)
    failed: dict[Path, BadValue] = field(default_factory=dict)


def expand(table: Any, environ: Mapping[str, str], is_literal: Callable[[Path], bool]) -> Expansion:
    """Expands all strings but those at the paths that `is_literal` names (what the shell has expanded already).

    A string that cannot be expanded stays as it is.
    """
    out = Expansion()

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: walk(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, (*path, index)) for index, inner in enumerate(value)]
        if not isinstance(value, str) or "${" not in value or is_literal(path):
            return value
        try:
            return expand_text(value, environ, out.names)
        except BadValue as error:
            out.failed[path] = error
            return value

    out.value = walk(table, ())
    return out


def expand_text(text: str, environ: Mapping[str, str], names: set[str]) -> str:
    """One string; the names that it uses are added to `names`. Raises BadValue for an unset or unclosed variable."""

    def replacement(found: re.Match[str]) -> str:
        name, default = found.groups()
        if found[0] == "$${":
            return "${"
        if not name:
            raise BadValue(
                f"{shown(text[found.start() :])} is no variable", 'write "${NAME}", or "$${" for a literal "${"'
            )
        names.add(name)
        if name not in environ and default is None:
            raise BadValue(f"the variable {name} is not set", f'set it, or give it a default: "${{{name}:-...}}"')
        return environ.get(name, "") if default is None else environ.get(name) or default

    return _REFERENCE.sub(replacement, text)
