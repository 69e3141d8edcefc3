"""Linux: programs on PATH, snaps, flatpaks.

A snap sees nothing of the home folder's hidden files and has a /tmp of its own; a flatpak sees its own folder below
~/.var/app only. So their profiles must lie in folders of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .browser import NAMES, Browser, Look, Name

_PROGRAMS: dict[Name, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser"),
    "chrome": ("google-chrome", "google-chrome-stable"),
    "edge": ("microsoft-edge", "microsoft-edge-stable"),
    "firefox": ("firefox", "firefox-esr"),
}
_FLATPAKS: dict[Name, str] = {
    "chromium": "org.chromium.Chromium",
    "chrome": "com.google.Chrome",
    "edge": "com.microsoft.Edge",
    "firefox": "org.mozilla.firefox",
}
_SNAPS = Path("/snap/bin")
# where distributions put Firefox, of which /usr/bin has a link or a script that leads there
_FIREFOX_FOLDERS = ("/usr/lib/firefox-esr", "/usr/lib/firefox", "/usr/lib64/firefox", "/opt/firefox")
_SNAP_FIREFOX = Path("/snap/firefox/current/usr/lib/firefox")


def find(look: Look) -> Iterator[Browser]:
    """Every browser, each name's best way first: a program, a snap, a flatpak."""
    for name in NAMES:
        yield from _programs(name, look)
        yield from _flatpaks(name, look)


def _programs(name: Name, look: Look) -> Iterator[Browser]:
    for program in _PROGRAMS[name]:
        if (path := look.which(program)) is None:
            continue
        # Ubuntu's chromium-browser and firefox in /usr/bin are scripts that start the snap
        snap = _SNAPS / name
        if path.parent == _SNAPS or look.exists(snap):
            folder = look.home / "snap" / name / "common"
            yield Browser(name, (str(snap),), folder, _SNAP_FIREFOX if name == "firefox" else None)
        else:
            yield Browser(name, (str(path),), libraries=_libraries(look) if name == "firefox" else None)


def _libraries(look: Look) -> Path | None:
    return next((Path(folder) for folder in _FIREFOX_FOLDERS if look.exists(Path(folder) / "libnss3.so")), None)


def _flatpaks(name: Name, look: Look) -> Iterator[Browser]:
    identifier = _FLATPAKS[name]
    if look.which("flatpak") is None:
        return
    for installed in (look.home / ".local/share/flatpak/app", Path("/var/lib/flatpak/app")):
        if look.exists(installed / identifier):
            files = installed / identifier / "current/active/files"
            libraries = files / "lib/firefox" if name == "firefox" else None
            folder = look.home / ".var/app" / identifier / "cache"
            yield Browser(name, ("flatpak", "run", identifier), folder, libraries)
            return
