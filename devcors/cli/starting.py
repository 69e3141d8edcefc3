"""`init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from devcors.errors import ConfigError

from .output import console, print_error

if TYPE_CHECKING:
    from devcors.interop.imports.finding import Found


def write_starter_config(folder: Path, *, force: bool) -> None:
    """Writes devcors.toml and says what it was made from."""
    from devcors.interop.frontends import detect
    from devcors.interop.starter import NAME, starter_config, write_starter

    importable = None if (folder / NAME).exists() else _importable(folder)
    if importable and _offered(importable):
        return
    found = detect(folder)
    written = write_starter(folder, starter_config(found), force)
    out = console()
    if found is None:
        out.print(Text("no known front end found here: the file has the usual values", "yellow"))
    else:
        out.print(f"found {found.name} on port {found.port}")
        certain = sum(route.certain for route in found.routes)
        if certain:
            out.print(f"took over {_routes(certain)}")
        if unsure := len(found.routes) - certain:
            out.print(
                Text(f"found {_routes(unsure)} that only a person can check: take the # away in the file", "yellow")
            )
        for note in found.notes:
            out.print(f"note: {note}")
        if importable and (unsure or found.notes):
            out.print(f"hint: {importable.file} was only read; `devcors import` runs it, and knows what it says")
    out.print(Text(f"wrote {written}", "green"))
    out.print("next: devcors up" + (f" -- {found.command}" if found and found.command else ""))


def _importable(folder: Path) -> Found | None:
    """The config that `import` would run, if it may say something of a proxy."""
    from devcors.interop.files import read_text
    from devcors.interop.imports.finding import find_in

    found = find_in(folder.absolute())
    return found if found and "proxy" in read_text(found.path) else None


def _offered(found: Found) -> bool:
    """Whether the config was imported, after asking for it; what fails is told, and `init` goes on without it."""
    from .importing import Wishes, can_ask, import_config

    question = f"Run {found.file} with Node to take over its proxy settings exactly? (no: it is only read)"
    if not can_ask() or not typer.confirm(question, default=True, err=True):
        return False
    try:
        return import_config(found.path, Wishes(yes=True)) == 0
    except ConfigError as error:
        print_error(error)
        return False


def _routes(count: int) -> str:
    return "1 route" if count == 1 else f"{count} routes"
