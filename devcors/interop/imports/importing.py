"""The way in: another tool's config in, a devcors.toml out.

Reading runs the project's code, and so is done only when somebody has agreed to it; whoever calls `imported` has asked.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devcors.config.discovery import NAME
from devcors.config.loading import load
from devcors.config.saving import save, stored
from devcors.errors import ConfigError
from devcors.interop.frontends import front_of
from devcors.interop.starter import write_starter

from .evaluating import session
from .finding import Found
from .model import Entry, Imported, Remark
from .writing import Text, document, merged_text, new_text


def imported(found: Found) -> Imported:
    """Reads a config by running it. Raises ConfigError, with file and line, where that is not possible."""
    if found.reader.plain:
        read = found.reader.plain(found.folder, found.file)
    else:
        with session(found.folder) as node:
            read = found.reader.read(found.folder, found.file, node)
    return replace(read, frontend=front_of(found.folder, read.frontend), entries=_agreed(read.entries))


def _agreed(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries whose routes to one server check its certificate in one way, since they share its connections."""
    tables = [table for entry in entries for _, table in entry.routes]
    loose = {_server(table) for table in tables if table.get("verify") is False}
    return tuple(_loosened(entry, loose) for entry in entries)


def _loosened(entry: Entry, loose: set[str]) -> Entry:
    strict = [table for _, table in entry.routes if "verify" not in table and _server(table) in loose]
    if not strict:
        return entry
    text = "another entry with the same target does not check its certificate, so this one does not either"
    routes = tuple(
        (pattern, {**table, "verify": False} if table in strict else table) for pattern, table in entry.routes
    )
    return replace(entry, routes=routes, remarks=(*entry.remarks, Remark("secure", text, entry.source)))


def _server(table: dict[str, Any]) -> str:
    parts = urlsplit(table["target"])
    return f"{parts.hostname}:{parts.port or 443}" if parts.scheme in ("https", "wss") else ""


def text_for(read: Imported, folder: Path, *, force: bool) -> Text:
    """The text of the folder's devcors.toml with what was imported. Raises ConfigError where it would not load."""
    path = folder / NAME
    if not path.exists():
        _check(read)
        return Text(new_text(read))
    load(path=path, environ=os.environ)  # what is broken already is told as such
    made = merged_text(stored(path, os.environ).text, read, force=force)
    load(path=path, environ=os.environ, texts={path: made.text})
    return made


def write(made: Text, folder: Path) -> Path:
    """Writes the folder's devcors.toml, whole or not at all."""
    path = folder / NAME
    if not path.exists():
        return write_starter(folder, made.text, force=False)
    save(path, made.text, stored(path, os.environ).tag)
    return path


def _check(read: Imported) -> None:
    """What the config refuses is not written."""
    from pydantic import ValidationError

    from devcors.config.schema import Config

    try:
        Config.model_validate(document(read))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(f"what it says cannot be a devcors.toml: {place}: {first['msg']}", where=read.file) from error
