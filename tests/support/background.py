"""`devcors up -d` and the commands for what it leaves running, as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from devcors.daemon.running import Running
from devcors.system.identity import Identity

from .daemon import environment


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Home:
    """A folder for all that devcors keeps; what was started with it is ended in the end."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._environ = environ or {}

    def devcors(self, *words: str, cwd: Path, code: int | None = 0) -> Ran:
        """Runs a command to its end, and expects its status (None: any)."""
        ended = subprocess.run(
            [sys.executable, "-m", "devcors", *words],
            cwd=cwd,
            env=environment(self.folder, self._environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        ran = Ran(ended.returncode, ended.stdout, ended.stderr)
        assert "Traceback" not in ran.err, ran.err
        assert code is None or ran.code == code, ran
        return ran

    def up(self, cwd: Path, *words: str) -> int:
        """Starts one in the background; its pid."""
        told = json.loads(self.devcors("up", "-d", "--json", "--port", "0", *words, cwd=cwd).out)
        assert isinstance(told["pid"], int)
        return told["pid"]

    def status(self, cwd: Path) -> dict[str, Any]:
        """What `status --json` says."""
        told: dict[str, Any] = json.loads(self.devcors("status", "--json", cwd=cwd).out)
        return told

    def only(self, cwd: Path) -> dict[str, Any]:
        """The same of the only one that runs."""
        (one,) = self.status(cwd)["running"]
        assert isinstance(one, dict)
        return one


@contextmanager
def home(folder: Path, **environ: str) -> Iterator[Home]:
    """A home in which nothing is left running."""
    made = Home(folder, environ)
    folder.mkdir(exist_ok=True)
    try:
        yield made
    finally:
        made.devcors("down", "--all", cwd=folder, code=None)


def is_running(pid: int) -> bool:
    """Whether the process has not ended; one that ended and was not waited for has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    return state not in (b"Z", b"X")


def wait_until(what: Callable[[], bool], timeout: float = 10.0) -> None:
    """Looks often; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def running_in(at: Home, pid: int) -> Running:
    """What the state file of one says."""
    raw = json.loads((at.state / "running" / f"{pid}.json").read_text())
    return Running(**{**raw, "process": Identity(*raw["process"])})
