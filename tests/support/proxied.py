"""`devcors up --system-proxy` in a GNOME session of its own, and the ways in which it can end."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .daemon import environment
from .forking import BROKEN, Forked, forked
from .gnome import Gnome

CONFIG = 'frontend = "http://localhost:9"\n[intercept]\n"api.example.test" = {}\n'
_UNTIL_GO = ["--", "sh", "-c", "while [ ! -e go ]; do sleep 0.01; done"]


class Ran(NamedTuple):
    code: int
    err: str


class Proxied:
    """One `devcors up`, with what goes with it; `folder` is its home and working folder."""

    def __init__(self, gnome: Gnome, folder: Path) -> None:
        self.folder = folder
        self.gnome = gnome
        self.environ = environment(folder / "home", gnome.environ)
        self.journal = folder / "home" / "state" / "system-proxy.json"
        self.pid = 0
        self._up: Forked | None = None
        self._errors = folder / "up.err"
        (folder / "devcors.toml").write_text(CONFIG)

    def up(self, *words: str, broken: bool = False, ending: bool = False) -> None:
        """Starts it, until the setting is taken where it is to take it."""
        environ = {**self.environ, **({BROKEN: "1"} if broken else {})}
        line = ["up", "--port", "0", *words, *(_UNTIL_GO if ending else [])]
        self._up = self._started(line, environ, self._errors)
        self.pid = self._up.pid
        self.says("the system's proxy is set" if "--system-proxy" in words else "(front end)")

    def says(self, part: str) -> None:
        """Until the `up` has said this."""
        until(lambda: part in self._errors.read_text())

    def devcors(self, *words: str, **environ: str) -> Ran:
        """Another devcors command, to its end."""
        errors = self.folder / "other.err"
        code = self._started(words, {**self.environ, **environ}, errors).wait()
        return Ran(code, errors.read_text())

    def _started(self, words: Sequence[str], environ: Mapping[str, str], errors: Path) -> Forked:
        with Path(os.devnull).open("wb") as quiet, errors.open("wb") as said:
            return forked(words, self.folder, environ, quiet.fileno(), said.fileno())

    def go(self) -> None:
        """What waits for it goes on."""
        (self.folder / "go").touch()

    def signal(self, number: int) -> None:
        """To the `up`."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Until it has ended; its status."""
        assert self._up
        code = self._up.wait()
        self.pid = 0
        return code

    def watchdogs(self, pid: int) -> list[int]:
        """Those of this owner."""
        of_its = ("proxysettings.watching", f"\0{pid}\0")
        return [watchdog for watchdog, command in _commands() if all(part in command for part in of_its)]

    def kill_watchdogs(self) -> None:
        """As by `kill -9`, and until they are gone."""
        for watchdog in self.watchdogs(self.pid):
            os.kill(watchdog, signal.SIGKILL)
        until(lambda: not self.watchdogs(self.pid))

    def after_a_power_cut(self) -> None:
        """The journal is all that is left, and its pid is somebody else's in another boot."""
        raw = json.loads(self.journal.read_text())
        raw["owner"] = [os.getpid(), "another-boot/1"]
        self.journal.write_text(json.dumps(raw))

    def end(self) -> None:
        """Whatever a failed test left."""
        if self.pid:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)
            self.wait()


def _commands() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                found.append((int(folder.name), (folder / "cmdline").read_text(errors="replace")))
    return found


def until(holds: Callable[[], bool], timeout: float = 10.0) -> float:
    """Waits; returns the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < timeout, "it did not come"
        time.sleep(0.02)
    return time.monotonic() - began
