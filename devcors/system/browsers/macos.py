"""macOS: application bundles, for all users and for this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .browser import NAMES, Browser, Look, Name

_BUNDLES: dict[Name, tuple[str, str]] = {
    "chromium": ("Chromium.app", "Chromium"),
    "chrome": ("Google Chrome.app", "Google Chrome"),
    "edge": ("Microsoft Edge.app", "Microsoft Edge"),
    "firefox": ("Firefox.app", "firefox"),
}


def find(look: Look) -> Iterator[Browser]:
    """The program inside of each bundle: `open` would hand the options to a browser that runs already."""
    for name in NAMES:
        bundle, program = _BUNDLES[name]
        for applications in (Path("/Applications"), look.home / "Applications"):
            folder = applications / bundle / "Contents/MacOS"
            if look.exists(folder / program):
                yield Browser(name, (str(folder / program),), libraries=folder if name == "firefox" else None)
