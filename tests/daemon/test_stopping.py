"""Ending a process by its identity: gently, by force, and nobody else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.daemon.running import Running, announce, look
from devcors.daemon.stopping import stop, stop_all
from devcors.system.identity import Identity, identity, is_alive

GENTLE = "print('up', flush=True); import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {GENTLE}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    there: list[subprocess.Popen[bytes]] = []
    yield there
    for process in there:
        process.kill()
        process.communicate()


def running(process: Identity) -> Running:
    return Running(process, "127.0.0.1", process.pid, None)


def program(text: str, started: list[subprocess.Popen[bytes]]) -> Running:
    process = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)
    started.append(process)
    assert process.stdout
    process.stdout.readline()
    known = identity(process.pid)
    assert known
    made = running(known)
    announce(made)
    return made


def test_gently_and_by_force(started: list[subprocess.Popen[bytes]]) -> None:
    gentle, stubborn = program(GENTLE, started), program(STUBBORN, started)
    told = {outcome.running: outcome for outcome in stop_all([gentle, stubborn], grace=0.5)}
    assert (told[gentle].text, told[gentle].failed) == ("stopped", False)
    assert told[stubborn].text.startswith("killed, after ")
    assert not is_alive(gentle.process)
    assert not is_alive(stubborn.process)
    assert look().alive == look().gone == []
    assert stop(gentle) == "gone"


def test_a_pid_that_passed_to_somebody_else_gets_no_signal(started: list[subprocess.Popen[bytes]]) -> None:
    somebody = program(GENTLE, started)
    before = running(Identity(somebody.process.pid, "of another boot"))
    announce(before)
    assert stop(before, grace=0.1) == "gone"
    assert is_alive(somebody.process)
