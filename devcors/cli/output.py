"""Printing for commands that report: results to stdout, messages to stderr, colour only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from devcors.errors import ConfigError, DevcorsError


def console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is; lines are not folded when piped, those of a table neither."""
    plain = bool(os.environ.get("NO_COLOR") or os.environ.get("CI"))
    out = Console(stderr=stderr, highlight=False, markup=False, soft_wrap=True, no_color=True if plain else None)
    if not out.is_terminal:
        out.width = 10_000
    return out


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_error(error: DevcorsError) -> None:
    """What, where, why; the next step on a line of its own."""
    out = console(stderr=True)
    # a problem in a file begins with its place, as compilers have it, so that editors find it
    out.print(str(error) if isinstance(error, ConfigError) else Text.assemble(("error: ", "bold red"), str(error)))
    if error.hint:
        out.print(Text.assemble(("hint: ", "bold"), error.hint))


def duration_text(seconds: float) -> str:
    """The two largest units.

    >>> duration_text(7500)
    '2 h 5 min'
    """
    units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
    left, parts = max(0, int(seconds)), []
    for size, unit in units:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def size_text(count: int) -> str:
    """Bytes, in MB."""
    return f"{count / 1_000_000:.0f} MB"
