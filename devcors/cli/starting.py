"""`init`."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from .output import console


def write_starter_config(folder: Path, *, force: bool) -> None:
    """Writes devcors.toml and says what it was made from."""
    from devcors.interop.frontends import detect
    from devcors.interop.starter import starter_config, write_starter

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
    out.print(Text(f"wrote {written}", "green"))
    out.print("next: devcors up" + (f" -- {found.command}" if found and found.command else ""))


def _routes(count: int) -> str:
    return "1 route" if count == 1 else f"{count} routes"
