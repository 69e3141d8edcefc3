"""What a browser is to devcors, and what finding one may ask of the machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

Name = Literal["chromium", "chrome", "edge", "firefox"]
NAMES: tuple[Name, ...] = get_args(Name)
"""In the order in which one is taken where none is named."""

TITLES: Mapping[Name, str] = {
    "chromium": "Chromium",
    "chrome": "Google Chrome",
    "edge": "Microsoft Edge",
    "firefox": "Firefox",
}


@dataclass(frozen=True, slots=True)
class Browser:
    """An installed browser. `command` starts it, options follow.

    `profiles` is the folder in which its profiles must lie, where its sandbox (snap, flatpak) sees no other;
    `libraries` is where its own shared libraries are, where that is known.
    """

    name: Name
    command: tuple[str, ...]
    profiles: Path | None = None
    libraries: Path | None = None

    @property
    def title(self) -> str:
        """For people."""
        return TITLES[self.name]


class Look(Protocol):
    """The questions that finding asks; tests answer them without a machine."""

    home: Path
    environ: Mapping[str, str]

    def which(self, program: str) -> Path | None:
        """The file that a command of this name would run."""

    def exists(self, path: Path) -> bool:
        """Whether there is such a file or folder."""

    def app_path(self, program: str) -> Path | None:
        """Windows: what the registry's App Paths have for `chrome.exe` and the like."""


class ThisMachine:
    """The machine that we run on."""

    def __init__(self) -> None:
        self.home = Path.home()
        self.environ: Mapping[str, str] = os.environ

    def which(self, program: str) -> Path | None:
        """On PATH."""
        found = shutil.which(program)
        return Path(found) if found else None

    def exists(self, path: Path) -> bool:
        """As the system says."""
        return path.exists()

    def app_path(self, program: str) -> Path | None:
        """The user's own App Paths first, then the machine's."""
        if sys.platform != "win32":
            return None
        import winreg

        key = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\{program}"
        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                return Path(winreg.QueryValue(root, key).strip('"'))
            except OSError:
                continue
        return None
