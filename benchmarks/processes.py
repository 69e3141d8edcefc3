"""Other programs: started in a session of their own, waited for, weighed, ended with all that they started."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


class BenchError(Exception):
    """Something did not work; the text goes into the table."""


@contextmanager
def running(
    command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The program while the block runs; what it prints goes to `folder`/log. Its session is its own process id."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def wait_answer(
    process: subprocess.Popen[bytes], port: int, target: str, folder: Path, *, seconds: float = 60.0
) -> None:
    """Until a GET through the program is answered with 200. Raises BenchError where it never is."""
    request = f"GET {target} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchError(f"ended with status {process.returncode}: {_last_line(folder)}")
        if _answers(port, request):
            return
        time.sleep(0.005)
    raise BenchError(f"no answer within {seconds:g} s: {_last_line(folder)}")


def _answers(port: int, request: bytes) -> bool:
    try:
        with socket.create_connection((HOST, port), 5) as sock:
            sock.sendall(request)
            return sock.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _last_line(folder: Path) -> str:
    lines = (folder / "log").read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it printed nothing"


def resident(session: int) -> float | None:
    """Megabytes (10^6 bytes) of resident memory of all processes of a session. None where /proc does not say."""
    if not Path("/proc/self/stat").exists():
        return None
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it ended meanwhile
                total += _resident_if_of(folder, session)
    return total * 1024 / 1e6


def _resident_if_of(folder: Path, session: int) -> int:
    """Kibibytes. In `stat` (proc(5)) the session is the fourth field after the name, which ends at the last bracket."""
    if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) != session:
        return 0
    found = _RESIDENT.search((folder / "status").read_text())
    return int(found[1]) if found else 0
