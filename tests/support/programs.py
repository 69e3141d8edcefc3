"""Other programs that tests run: started, waited for until they listen, ended with all that they started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def needed(name: str) -> str:
    """The program's path; where it is missing the test is skipped, except in CI, which must have it."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not on this machine")
        pytest.skip(f"{name} is not on this machine")
    return found


@contextmanager
def program(
    command: Sequence[str], *, port: int, folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Runs it while the block runs, from when it listens on `port`."""
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_listening(port)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_listening(port: int, timeout: float = 30.0) -> None:
    """Until somebody listens on a port of loopback, of either family."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        for host in ("127.0.0.1", "::1"):
            try:
                socket.create_connection((host, port), 1).close()
            except OSError:
                continue
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")
