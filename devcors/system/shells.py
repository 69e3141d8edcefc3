"""Settings of environment variables, in a shell's own words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

Shell = Literal["sh", "fish", "powershell"]

# PowerShell takes typographic single quotes for quotes too (about_Quoting_Rules)
_POWERSHELL_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")


def shell_of(environ: Mapping[str, str], platform: str) -> Shell:
    """The user's by $SHELL; sh stands for all that have its `export`."""
    path = environ.get("SHELL", "")
    name = PurePath(path.replace("\\", "/")).name.lower().removesuffix(".exe")
    if name == "fish":
        return "fish"
    if name in ("pwsh", "powershell") or (not name and platform == "win32"):
        return "powershell"
    return "sh"


def settings(shell: Shell, variables: Mapping[str, str]) -> str:
    """One line each, for the shell to evaluate."""
    line = {"sh": _sh, "fish": _fish, "powershell": _powershell}[shell]
    return "".join(f"{line(name, text)}\n" for name, text in variables.items())


def how_to(shell: Shell) -> str:
    """What to type so that the settings hold."""
    return {
        "sh": 'eval "$(devcors env)"',
        "fish": "devcors env | source",
        "powershell": "devcors env | Out-String | Invoke-Expression",
    }[shell]


def _sh(name: str, text: str) -> str:
    # the semicolon is for an eval that forgot the quotes around $(…), and so lost the line ends
    return f"export {name}={shlex.quote(text)};"


def _fish(name: str, text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}';"


def _powershell(name: str, text: str) -> str:
    quoted = _POWERSHELL_QUOTES.sub(r"\1\1", text)
    return f"$Env:{name} = '{quoted}'"
