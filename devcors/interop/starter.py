"""The devcors.toml that `devcors init` writes: what was found, and an example of what may be wanted next."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError

from .frontends import FrontEnd
from .proxy_settings import FoundRoute, printable
from .rendering import quoted, render

NAME = "devcors.toml"
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")


def starter_config(found: FrontEnd | None) -> str:
    """The text of a devcors.toml that loads; routes whose meaning was not fully read stand in it as comments."""
    routes = found.routes if found else []
    return render(
        f"templates/{NAME}.j2",
        {"toml": toml_value, "line": _line, "comment": printable},
        {
            "found": found,
            "certain": [route for route in routes if route.certain],
            "uncertain": [route for route in routes if not route.certain],
        },
    )


def write_starter(folder: Path, text: str, force: bool) -> Path:
    """Writes `text` as devcors.toml, whole or not at all. Raises ConfigError where there is one and not `force`."""
    path = folder / NAME
    if os.path.lexists(path) and not force:
        raise ConfigError("there is one already", where=str(path), hint="devcors init --force writes a new one over it")
    temporary = folder / f".{NAME}.{os.getpid()}"
    try:
        temporary.write_text(text, "utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        hint = "run devcors init in a folder that can be written"
        raise ConfigError(f"cannot write: {error.strerror}", where=str(path), hint=hint) from error
    return path


def toml_value(value: Any) -> str:
    """A string, boolean, number, list or table in TOML. `${` is escaped, for devcors would expand a variable there."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value.replace("${", "$${")) if isinstance(value, str) else str(value)


def toml_key(text: str) -> str:
    """A key, in quotes where it needs them."""
    return text if _BARE_KEY.fullmatch(text) else quoted(text)


def _line(route: FoundRoute) -> str:
    table = route.table()
    return f"{quoted(route.pattern)} = {toml_value(table if len(table) > 1 else route.target)}"
