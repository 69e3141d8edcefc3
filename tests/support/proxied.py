"""`devcors up --system-proxy` in a GNOME session of its own, and the ways in which it can end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from .daemon import ROOT, environment
from .gnome import Gnome

CONFIG = 'frontend = "http://localhost:9"\n[intercept]\n"api.example.test" = {}\n'
_UNTIL_GO = ["--", "sh", "-c", "while [ ! -e go ]; do sleep 0.01; done"]


class Ran(NamedTuple):
    code: int
    err: str


class Starter:
    """The other end of `quickly`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.support.quickly"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _ask(self, request: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(json.loads(self._process.stdout.readline()))

    def start(self, words: Sequence[str], folder: Path, environ: Mapping[str, str], errors: Path) -> int:
        """The pid of a new devcors."""
        errors.write_text("")
        return self._ask({"words": list(words), "folder": str(folder), "environ": dict(environ), "errors": str(errors)})

    def wait(self, pid: int) -> int:
        """Until it has ended: its exit status, or the signal's number below zero."""
        return self._ask({"wait": pid})

    def stop(self) -> None:
        """Ends it."""
        self._process.communicate(timeout=20)


@contextmanager
def starter() -> Iterator[Starter]:
    """While the block runs."""
    made = Starter()
    try:
        yield made
    finally:
        made.stop()


class Proxied:
    """One `devcors up`, with what goes with it; `folder` is its home and working folder."""

    def __init__(self, gnome: Gnome, starter: Starter, folder: Path) -> None:
        self.folder = folder
        self.gnome = gnome
        self.environ = environment(folder / "home", gnome.environ)
        self.journal = folder / "home" / "state" / "system-proxy.json"
        self.pid = 0
        self._starter = starter
        self._errors = folder / "up.err"
        (folder / "devcors.toml").write_text(CONFIG)

    def up(self, *words: str, broken: bool = False, ending: bool = False) -> None:
        """Starts it, until the setting is taken where it is to take it."""
        environ = {**self.environ, **({"BROKEN": "1"} if broken else {})}
        line = ["up", "--port", "0", *words, *(_UNTIL_GO if ending else [])]
        self.pid = self._starter.start(line, self.folder, environ, self._errors)
        self.says("the system's proxy is set" if "--system-proxy" in words else "(front end)")

    def says(self, part: str) -> None:
        """Until the `up` has said this."""
        until(lambda: part in self._errors.read_text())

    def devcors(self, *words: str, **environ: str) -> Ran:
        """Another devcors command, to its end."""
        errors = self.folder / "other.err"
        code = self._starter.wait(self._starter.start(words, self.folder, {**self.environ, **environ}, errors))
        return Ran(code, errors.read_text())

    def go(self) -> None:
        """What waits for it goes on."""
        (self.folder / "go").touch()

    def signal(self, number: int) -> None:
        """To the `up`."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Until it has ended; its status."""
        code = self._starter.wait(self.pid)
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
