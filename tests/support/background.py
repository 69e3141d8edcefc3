"""`devcors up -d` and the commands for what it leaves running: they run in this process, what they start in its own."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from devcors.cli.main import run
from devcors.daemon.running import Running
from devcors.system.identity import Identity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what mitmproxy's own dependencies say of their age is not our error
    import mitmproxy.addons  # noqa: F401 - for its effect


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Home:
    """A folder for all that devcors keeps."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._patch = patch
        self._capsys = capsys
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        patch.delenv("DEVCORS_CONFIG", raising=False)
        patch.setenv("DEVCORS_HOME", str(folder))
        patch.setenv("NO_COLOR", "1")

    def devcors(self, *words: str, cwd: Path, code: int | None = 0) -> Ran:
        """Runs a command to its end, and expects its status (None: any)."""
        self._patch.chdir(cwd)
        self._patch.setattr(sys, "argv", ["devcors", *words])
        self._capsys.readouterr()
        status: object = 0
        try:
            run()
        except SystemExit as ended:
            status = ended.code or 0
        out, err = self._capsys.readouterr()
        assert isinstance(status, int)
        ran = Ran(status, out, err)
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
def home(folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Home]:
    """A home in which nothing is left running."""
    made = Home(folder, patch, capsys)
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
