"""Reading other tools' files: never run, never large, never an error.

They belong to whatever repository is at hand. So a file that is missing, too large, no file or not text is as if it
were not there, and one that is not JSON where JSON is wanted reads as an empty object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .javascript import Script

LARGEST = 512 * 1024
SUFFIXES = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")


def read_text(path: Path) -> str:
    """The text of a file, empty where there is none."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return ""
        return path.read_text("utf-8-sig", errors="replace")
    except OSError:
        return ""


def read_json(path: Path) -> Any:
    """The value in a JSON file; comments and trailing commas are allowed, as Angular and TypeScript allow them."""
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Script(text).whole()


def find_script(folder: Path, stem: str) -> Path | None:
    """The configuration file `stem` with the suffix of a script that is there."""
    return next((path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()), None)


def at(data: Any, *keys: str) -> Mapping[str, Any]:
    """The table at a path of keys, empty where there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}
