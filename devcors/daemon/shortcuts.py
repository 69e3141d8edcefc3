"""The keys of `up` on a terminal: help, dashboard, reload, clear, blocked only, pause, quit.

Known: beside a COMMAND the keyboard is the command's, which may want every key. Wanted: devcors' own keys never eat its
input. So without a COMMAND a key is enough, and beside one each of ours is behind Ctrl-], as telnet has it; Ctrl-]
twice is one for the command. Ctrl-C and Ctrl-Z are signals, and not seen here.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from devcors.proxy.tasks import spawn

from .terminal import Terminal
from .view import View

PREFIX = b"\x1d"
# ECMA-48: CSI sequences (section 5.4), SS3 (8.3.143) with its character, and Alt with a key: none of them is ours
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])?", re.DOTALL)


class Prefixed:
    """Beside a command: what is typed, parted into its keys and ours."""

    def __init__(self) -> None:
        self._ours = False

    def part(self, data: bytes) -> tuple[bytes, list[str]]:
        """The command's bytes, and our keys, in order. A prefix may be the last that has come.

        >>> Prefixed().part(b"ab\\x1dqc")
        (b'abc', ['q'])
        """
        theirs, ours = bytearray(), []
        for number in data:
            key = bytes((number,))
            if not self._ours and key == PREFIX:
                self._ours = True
                continue
            if not self._ours or key == PREFIX:
                theirs += key
            else:
                ours.append(key.decode("latin-1").lower())
            self._ours = False
        return bytes(theirs), ours


def lone_key(data: bytes) -> str | None:
    """Without a command: the key that was pressed. Text that is pasted, arrows and the like are none of ours.

    >>> lone_key(b"Q"), lone_key(b"quit"), lone_key(b"\\x1b[A")
    ('q', None, None)
    """
    left = _ESCAPES.sub(b"", data)
    return left.decode("latin-1").lower() if len(left) == 1 and left.isalpha() else None


class Reloads(Protocol):
    """`Reloader.reload`."""

    async def reload(self) -> object: ...


@dataclass
class Shortcuts:
    """What the keys do. `dashboard` gives its URL, None where there is no admin port."""

    terminal: Terminal
    view: View
    reloader: Reloads
    dashboard: Callable[[], str | None]
    stop: Callable[[], None]
    beside_command: bool

    def __post_init__(self) -> None:
        self._prefixed = Prefixed()

    @property
    def invitation(self) -> str:
        """For the banner."""
        return "  press Ctrl-] and then h for help" if self.beside_command else "  press h for help"

    def typed(self, data: bytes) -> bytes:
        """Takes what is typed, does what is ours, and gives back what is the command's."""
        if not self.beside_command:
            if (key := lone_key(data)) is not None:
                self._press(key)
            return b""
        theirs, ours = self._prefixed.part(data)
        for key in ours:
            self._press(key)
        return theirs

    def _press(self, key: str) -> None:
        does = self._actions().get(key)
        if does is not None:
            does[1]()
        elif self.beside_command:  # whoever typed the prefix meant us
            self._help()

    def _actions(self) -> Mapping[str, tuple[str, Callable[[], None]]]:
        return {
            "h": ("show this help", self._help),
            "o": ("open the dashboard", self._open),
            "r": ("reload the config", lambda: _in_background(self.reloader)),
            "c": ("clear the screen", self.terminal.clear),
            "b": ("only what a browser blocks, or everything again", self._blocked_only),
            "p": ("print no exchanges, or go on", self._pause),
            "q": ("quit", self.stop),
        }

    def _help(self) -> None:
        before = "Ctrl-] " if self.beside_command else ""
        for key, (text, _) in self._actions().items():
            self.terminal.message(f"  {before}{key}  {text}")

    def _open(self) -> None:
        url = self.dashboard()
        if url is None:
            self.terminal.message("there is no dashboard: `admin` is false in [server]", "yellow")
        elif not _has_screen(os.environ):
            self.terminal.message(f"open it by hand: {url}")
        else:
            spawn(self._browse(url), name="open the dashboard")

    async def _browse(self, url: str) -> None:
        if not await asyncio.to_thread(webbrowser.open, url):
            self.terminal.message(f"no browser could be opened; by hand: {url}", "yellow")

    def _blocked_only(self) -> None:
        self.view.blocked_only = not self.view.blocked_only
        self.terminal.message("only what a browser blocks" if self.view.blocked_only else "every exchange", "cyan")

    def _pause(self) -> None:
        if self.view.paused:
            count = self.view.go_on()
            self.terminal.message(f"going on; {count:,} came meanwhile: devcors logs, or the dashboard", "cyan")
        else:
            self.view.paused = True
            self.terminal.message("paused: exchanges go through, and are not printed", "cyan")


def _in_background(reloader: Reloads) -> None:
    spawn(reloader.reload(), name="reload by key")


def _has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a browser would open in a window: one that runs in the terminal would take it over."""
    return sys.platform in ("darwin", "win32") or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
