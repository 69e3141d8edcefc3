"""`devcors up --system-proxy` in a GNOME session of its own, and the ways in which it can end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .daemon import environment
from .gnome import Gnome

CONFIG = 'frontend = "http://localhost:9"\n[intercept]\n"api.example.test" = {}\n'
# the real command, in which one method fails when it is told to
_BROKEN = """
import asyncio
from pathlib import Path
from devcors.cli.main import run
from devcors.daemon.session import Session

async def broken(*_):
    while not Path("go").exists():
        await asyncio.sleep(0.01)
    raise RuntimeError("broken on purpose")

Session._start_dev_server = broken
run()
"""
_UNTIL_GO = ["--", "sh", "-c", "while [ ! -e go ]; do sleep 0.01; done"]


class Proxied:
    """One `devcors up --system-proxy`, with what goes with it; `folder` is its home and working folder."""

    def __init__(self, gnome: Gnome, folder: Path) -> None:
        self.folder = folder
        self.gnome = gnome
        self.environ = environment(folder / "home", gnome.environ)
        self.journal = folder / "home" / "state" / "system-proxy.json"
        (folder / "devcors.toml").write_text(CONFIG)
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Of the `up`."""
        assert self._process
        return self._process.pid

    def up(self, *, broken: bool = False, ending: bool = False, words: Sequence[str] = ("--system-proxy",)) -> None:
        """Starts it, until the setting is taken."""
        program = ["-c", _BROKEN] if broken else ["-m", "devcors"]
        command = [sys.executable, *program, "up", "--port", "0", *words, *(_UNTIL_GO if ending else [])]
        self._process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stderr is not None
        wanted = "the system's proxy is set" if "--system-proxy" in words else "(front end)"
        for line in self._process.stderr:
            if wanted in line:
                return
        raise AssertionError("it has ended")

    def devcors(self, *words: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Another devcors command, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "devcors", *words],
            cwd=self.folder,
            env={**self.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        """`system-proxy status --json`."""
        found: dict[str, Any] = json.loads(self.devcors("system-proxy", "status", "--json").stdout)
        return found

    def go(self) -> None:
        """What waits for it goes on."""
        (self.folder / "go").touch()

    def signal(self, number: int) -> None:
        """To the `up`."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Until it has ended; its status."""
        assert self._process
        self._process.communicate(timeout=20)
        return self._process.returncode

    def watchdogs(self) -> list[int]:
        """Those of this `up`."""
        return [
            pid for pid, command in _commands() if "proxysettings.watching" in command and f"\0{self.pid}\0" in command
        ]

    def kill_watchdogs(self) -> None:
        """As by `kill -9`, and until they are gone."""
        for pid in self.watchdogs():
            os.kill(pid, signal.SIGKILL)
        until(lambda: not self.watchdogs())

    def after_a_power_cut(self) -> None:
        """The journal is all that is left, and its pid is somebody else's in another boot."""
        raw = json.loads(self.journal.read_text())
        raw["owner"] = [os.getpid(), "another-boot/1"]
        self.journal.write_text(json.dumps(raw))

    def end(self) -> None:
        """Whatever a failed test left."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def _commands() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found.append((int(folder.name), (folder / "cmdline").read_text(errors="replace")))
            except OSError:
                continue
    return found


def until(holds: Callable[[], bool], timeout: float = 10.0) -> float:
    """Waits; returns the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < timeout, "it did not come"
        time.sleep(0.02)
    return time.monotonic() - began
