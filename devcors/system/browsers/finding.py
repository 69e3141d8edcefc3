"""Which browsers this machine has, and which of them is opened."""

from __future__ import annotations

import sys

from devcors.errors import StartError

from . import linux, macos, windows
from .browser import NAMES, TITLES, Browser, Look, Name, ThisMachine

_SYSTEMS = {"linux": linux.find, "darwin": macos.find, "win32": windows.find}


def installed(look: Look | None = None, platform: str = sys.platform) -> list[Browser]:
    """Every browser found, the first of each name, in the order of NAMES."""
    find = _SYSTEMS.get(platform, linux.find)  # other POSIX systems have a PATH as well
    found: dict[Name, Browser] = {}
    for browser in find(look or ThisMachine()):
        found.setdefault(browser.name, browser)
    return [found[name] for name in NAMES if name in found]


def choose(name: Name | None, among: list[Browser]) -> Browser:
    """The browser of this name, or the first. Raises StartError where there is none."""
    wanted = [browser for browser in among if name in (None, browser.name)]
    if wanted:
        return wanted[0]
    others = ", ".join(browser.name for browser in among)
    if name is None:
        raise StartError("no browser found on this machine", hint=f"install one of {', '.join(TITLES.values())}")
    raise StartError(
        f"{TITLES[name]} was not found on this machine",
        hint=f"there is {others}: devcors browser {among[0].name}" if among else f"install {TITLES[name]}",
    )
