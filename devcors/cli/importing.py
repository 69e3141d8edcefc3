"""`import`: reading another dev server's config by running it, writing devcors.toml, and telling what became of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from devcors.errors import UsageError
from devcors.interop.imports.finding import Found, find
from devcors.interop.imports.importing import imported, text_for, write
from devcors.interop.imports.model import Entry, Imported, Remark, Source

from .output import console, print_json


class Wishes(NamedTuple):
    """The options of the command."""

    yes: bool = False
    dry_run: bool = False
    force: bool = False
    as_json: bool = False


def import_config(path: Path, wishes: Wishes) -> int:
    """0 when something was taken over, 1 when no entry can be a route."""
    found = find(path)
    if not (wishes.yes or found.reader.plain or agreed(found)):
        console(stderr=True).print("nothing was run, nothing was written")
        return 1
    read = imported(found)
    made = text_for(read, found.folder, force=wishes.force)
    useful = bool(read.routes)
    written = write(made, found.folder) if useful and not wishes.dry_run else None
    if wishes.as_json:
        print_json(_json(read, made.kept, written, made.text))
        return 0 if useful else 1
    report(read, made.kept, console(stderr=wishes.dry_run))
    if wishes.dry_run and useful:
        sys.stdout.write(made.text)
    _close(written, useful=useful, dry=wishes.dry_run)
    return 0 if useful else 1


def agreed(found: Found) -> bool:
    """Whether the user lets the project's code run. Raises UsageError where nobody can be asked."""
    if not can_ask():
        raise UsageError(
            f"{found.file} is a program of the project: reading it runs it",
            hint="devcors import --yes, where the project is one that you trust",
        )
    return typer.confirm(f"Reading {found.path} runs it with Node, as its dev server would. Go on?", err=True)


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def report(read: Imported, kept: tuple[str, ...], out: Console) -> None:
    """A line for every entry, with what is otherwise below it."""
    out.print(f"{read.tool}: {read.file}")
    for entry in read.entries:
        out.print(_line(entry, kept))
        for remark in entry.remarks:
            out.print(Text(f"    {remark.source}: {remark}", "yellow"))


def _line(entry: Entry, kept: tuple[str, ...]) -> Text:
    place = f"{entry.source}: "
    if not entry.routes:
        return Text.assemble(place, (f"✗ {entry.name}", "yellow"), f" {entry.without}")
    mark = ("~ ", "yellow") if entry.remarks else ("✓ ", "green")
    line = Text.assemble(place, mark, f"{entry.name} → {entry.routes[0][1]['target']}")
    if any(pattern in kept for pattern, _ in entry.routes):
        line.append("  kept as devcors.toml has it (--force replaces it)", "yellow")
    return line


def _close(written: Path | None, *, useful: bool, dry: bool) -> None:
    out = console(stderr=True) if dry or not useful else console()
    if not useful:
        out.print(Text("nothing was written: no entry can be a route", "yellow"))
    elif written:
        out.print(Text(f"wrote {written}", "green"))
        out.print("next: devcors up")


def _json(read: Imported, kept: tuple[str, ...], written: Path | None, text: str) -> dict[str, Any]:
    return {
        "tool": read.tool,
        "file": read.file,
        "frontend": read.frontend,
        "entries": [_entry_json(entry, kept) for entry in read.entries],
        "written": str(written) if written else None,
        "config": text,
    }


def _entry_json(entry: Entry, kept: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": entry.name,
        **_place_json(entry.source),
        "routes": [{"pattern": pattern, **table} for pattern, table in entry.routes],
        "kept": [pattern for pattern, _ in entry.routes if pattern in kept],
        "remarks": [_remark_json(remark) for remark in entry.remarks],
    }


def _remark_json(remark: Remark) -> dict[str, Any]:
    return {"option": remark.option or None, "text": remark.text, **_place_json(remark.source)}


def _place_json(source: Source) -> dict[str, Any]:
    return {"file": source.file, "line": source.line}
