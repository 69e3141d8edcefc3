"""`config check|schema|path`."""

from __future__ import annotations

import os
from pathlib import Path

from rich.text import Text

from devcors.errors import ConfigError, UsageError

from .output import console, print_error, print_json


def check_config(config: Path | None, profile: str | None, *, as_json: bool) -> int:
    """0 if the config is fine, 2 with everything that is wrong otherwise."""
    from devcors.config.loading import load

    try:
        loaded = load(path=config, environ=os.environ, profile=profile)
    except ConfigError as error:
        if as_json:
            print_json({"valid": False, "errors": [str(error)], "hint": error.hint})
        else:
            print_error(error)
        return error.exit_code
    files = [str(file) for file in loaded.files if file.exists()]
    if as_json:
        print_json({"valid": True, "files": files, "variables": list(loaded.expanded)})
    else:
        console().print(Text(f"ok: {', '.join(files) or 'no file'}", "green"))
    return 0


def print_schema() -> None:
    """The JSON Schema, for editors."""
    from devcors.config.jsonschema import config_schema

    print_json(config_schema())


def print_path(config: Path | None) -> None:
    """The file that `up` would use."""
    from devcors.config.discovery import find

    found = find(config, os.environ, Path.cwd(), Path.home())
    if found is None:
        raise UsageError("no devcors.toml here or in a folder above", hint="devcors init writes one")
    print(found)
