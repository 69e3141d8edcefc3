"""`doctor`."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from devcors.daemon.checkup import checkup

from .output import console, print_json

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


def print_checkup(config: Path | None, profile: str | None, *, as_json: bool) -> int:
    """0 where nothing is broken; warnings are no fault."""
    checks = list(checkup(config, profile))
    if as_json:
        print_json([check.to_json() for check in checks])
    else:
        out = console()
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark, style = _MARKS[check.result]
            out.print(Text.assemble((f"{mark} ", style), (f"{check.name:<{width}}  ", "bold"), check.message))
            if check.hint:
                out.print(f"  hint: {check.hint}")
    return 1 if any(check.result == "error" for check in checks) else 0
