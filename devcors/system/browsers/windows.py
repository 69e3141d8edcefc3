r"""Windows: the registry's App Paths, then the usual folders of programs.

Source: https://learn.microsoft.com/windows/win32/shell/app-registration (App Paths).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .browser import NAMES, Browser, Look, Name

_PROGRAMS: dict[Name, str] = {"chrome": "chrome.exe", "edge": "msedge.exe", "firefox": "firefox.exe"}
_FOLDERS: dict[Name, str] = {
    "chromium": "Chromium/Application/chrome.exe",
    "chrome": "Google/Chrome/Application/chrome.exe",
    "edge": "Microsoft/Edge/Application/msedge.exe",
    "firefox": "Mozilla Firefox/firefox.exe",
}
_PLACES = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")


def find(look: Look) -> Iterator[Browser]:
    """Every browser once. Chromium's App Path is chrome.exe too, so there the folder tells which of the two it is."""
    for name in NAMES:
        path = next((path for path in _places(name, look) if look.exists(path)), None)
        if path is not None:
            yield Browser(name, (str(path),), libraries=path.parent if name == "firefox" else None)


def _places(name: Name, look: Look) -> Iterator[Path]:
    if name in _PROGRAMS and (path := look.app_path(_PROGRAMS[name])) is not None and "Chromium" not in path.parts:
        yield path
    for variable in _PLACES:
        if folder := look.environ.get(variable):
            yield Path(folder) / _FOLDERS[name]
