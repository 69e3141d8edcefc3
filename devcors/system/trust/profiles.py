"""Where browsers on Linux keep their NSS databases: Debian's, snap's and flatpak's ways.

Chromium and its kin share one database of the user's; one in a snap or flatpak has a home of its own. Firefox has one
for each profile, listed in profiles.ini beside them.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from pathlib import Path

from .nss import NssDatabase
from .store import Commands

# homes within the home: where a packaged program sees its own `~`
_SANDBOXES = ("snap/*/current", ".var/app/*")

_SHARED = (".pki/nssdb", ".local/share/pki/nssdb")
_CHROMIUMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "brave-browser",
    "vivaldi",
)
_FIREFOXES = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ".librewolf",
    ".var/app/io.gitlab.librewolf-community/.librewolf",
)


def nss_databases(home: Path, commands: Commands) -> Iterator[NssDatabase]:
    """All that there are, and the shared one where a Chromium is installed that has not made it yet."""
    yield from _chromiums(home, commands)
    for folder in _FIREFOXES:
        for name, profile in firefox_profiles(home / folder):
            yield NssDatabase(f"Firefox, {_kind(folder)}{name}", profile, commands)


def _kind(folder: str) -> str:
    return "snap, " if folder.startswith("snap/") else "flatpak, " if folder.startswith(".var/") else ""


def _chromiums(home: Path, commands: Commands) -> Iterator[NssDatabase]:
    found = [home / folder for folder in _SHARED if (home / folder / "cert9.db").exists()]
    if not found and any(commands.find(name) for name in _CHROMIUMS):
        found = [home / _SHARED[0]]
    for folder in found:
        yield NssDatabase("Chromium, Chrome, Edge", folder, commands)
    for sandbox in _SANDBOXES:
        for inner in sorted(home.glob(sandbox)):
            for shared in _SHARED:
                if (inner / shared / "cert9.db").exists():
                    program = inner.parent.name if sandbox.startswith("snap/") else inner.name
                    yield NssDatabase(program, inner / shared, commands)


def firefox_profiles(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and folder of each profile that has a database, by the profiles.ini in `folder`."""
    # names hold what they like: no interpolation; Firefox may write a section twice
    listing = configparser.RawConfigParser(strict=False)
    try:
        listing.read_string((folder / "profiles.ini").read_text("utf-8", "replace"))
    except (OSError, configparser.Error):
        return
    for section in listing.sections():
        path = listing.get(section, "Path", fallback="")
        if not section.startswith("Profile") or not path:
            continue
        relative = listing.get(section, "IsRelative", fallback="1") == "1"
        profile = folder / path if relative else Path(path)
        if (profile / "cert9.db").exists():
            yield listing.get(section, "Name", fallback=profile.name), profile
