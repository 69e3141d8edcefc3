"""What was imported, as the text of a devcors.toml: a new one, or laid into one that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomli

from devcors.config.editing import parsed
from devcors.errors import ConfigError
from devcors.interop.proxy_settings import printable
from devcors.interop.starter import toml_key, toml_value

from .model import Entry, Imported, Routes

_HEAD = """\
# devcors: the front end and its backends at one address, http://localhost:2677, so that no request is cross-origin.
# Start it:       devcors up
# All the keys:   devcors config schema
"""


@dataclass(frozen=True, slots=True)
class Text:
    """The text, and the patterns of which the file already had something else, which was kept."""

    text: str
    kept: tuple[str, ...] = ()


def routes_table(routes: Routes) -> dict[str, Any]:
    """`[routes]`: a URL where a table says no more than its target, an array where several have one pattern."""
    by_pattern: dict[str, list[dict[str, Any]]] = {}
    for pattern, table in routes:
        by_pattern.setdefault(pattern, []).append(table)
    return {pattern: _short(tables[0]) if len(tables) == 1 else tables for pattern, tables in by_pattern.items()}


def document(imported: Imported) -> dict[str, Any]:
    """The keys of a devcors.toml for what was imported."""
    frontend = {} if imported.frontend is None else {"frontend": imported.frontend}
    return {**frontend, "routes": routes_table(imported.routes)}


def _short(table: dict[str, Any]) -> Any:
    return table["target"] if set(table) == {"target"} else table


def new_text(imported: Imported) -> str:
    """A whole file, with a comment at each entry that says where it comes from and what is otherwise."""
    written = routes_table(imported.routes)
    lines = [_HEAD + f"# Imported from:  {printable(imported.file)} ({imported.tool})", ""]
    if imported.frontend is not None:
        lines += [f"frontend = {toml_value(imported.frontend)}", ""]
    lines.append("[routes]")
    for entry in imported.entries:
        lines += _comments(entry)
        for pattern, _ in entry.routes:
            if pattern in written:  # all tables of a pattern stand where the first of them is
                lines.append(f"{_quoted_key(pattern)} = {toml_value(written.pop(pattern))}")
    return "\n".join(lines) + "\n"


def _comments(entry: Entry) -> Iterator[str]:
    what = "" if entry.routes else f", {entry.without.removeprefix('is ')}: {_quoted_key(entry.name)}"
    yield f"# {printable(str(entry.source))}{what}"
    for remark in entry.remarks:
        yield f"#   {printable(str(remark))}"


def merged_text(text: str, imported: Imported, *, force: bool) -> Text:
    """The text with the imported keys in it, and everything else as it was.

    A pattern that has another value already keeps it, and is told, unless `force`. Raises ConfigError where the text
    cannot be changed without touching the rest.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = tomli.loads(text)
    kept: list[str] = []
    new: dict[str, Any] = {}
    routes = wanted.setdefault("routes", {})
    if not isinstance(routes, dict):
        raise _untouchable()
    for pattern, value in _escaped(routes_table(imported.routes)).items():
        if pattern in routes and routes[pattern] != value and not force:
            kept.append(pattern)
        elif routes.get(pattern) != value:
            new[pattern] = value
    routes.update(new)
    frontend = None if "frontend" in wanted or imported.frontend is None else _escaped(imported.frontend)
    if frontend is not None:
        wanted["frontend"] = frontend
    try:
        edited = _edited(tomlkit.parse(text), new, frontend)
    except (TOMLKitError, LookupError, AttributeError, TypeError, ValueError):
        edited = text
    if parsed(edited) != wanted:
        raise _untouchable()
    return Text(edited, tuple(kept))


def _untouchable() -> ConfigError:
    return ConfigError(
        "the routes cannot be put into the file without touching the rest of it",
        hint="move it away, import, and put the two together by hand",
    )


def _edited(document: Any, new: Mapping[str, Any], frontend: Any) -> str:
    import tomlkit

    if frontend is not None:
        text = tomlkit.dumps(document)
        document = tomlkit.parse(f"frontend = {_plain(frontend)}\n{text}")
    if "routes" not in document:
        document["routes"] = tomlkit.table()
    for pattern, value in new.items():
        document["routes"][pattern] = tomlkit.value(_plain(value))
    return tomlkit.dumps(document)


def _escaped(value: Any) -> Any:
    """As it stands in a file, where `${` would be a variable."""
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value.replace("${", "$${") if isinstance(value, str) else value


def _plain(value: Any) -> str:
    """A value that is escaped already, in TOML."""
    return toml_value(value).replace("$$${", "$${")


def _quoted_key(pattern: str) -> str:
    quoted = toml_key(pattern)
    return quoted if quoted.startswith('"') else f'"{quoted}"'
