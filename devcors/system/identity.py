"""Which process: its pid and when it was started. A pid alone may be given to somebody else, after a reboot too.

Linux: /proc/PID/stat (proc_pid_stat(5), field 22, in ticks since the boot) and the boot's own id. Windows:
GetProcessTimes. Elsewhere: `ps -o lstart=`. Imports little: every command may ask.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Identity(NamedTuple):
    """One process of one boot; `started` is a text without meaning of its own."""

    pid: int
    started: str


def own_identity() -> Identity:
    """Of this process."""
    found = identity(os.getpid())
    assert found is not None
    return found


def identity(pid: int) -> Identity | None:
    """Of a process that has not ended (a zombie has); None where there is none."""
    started = _started_linux(pid) if sys.platform == "linux" else _started_elsewhere(pid)
    return Identity(pid, started) if started else None


def is_alive(wanted: Identity) -> bool:
    """Whether that very process has not ended."""
    return identity(wanted.pid) == wanted


def wait_ended(wanted: Identity, timeout: float) -> bool:
    """Whether it ends within `timeout` seconds; at once where the system tells (Linux), else at the end of them."""
    if not hasattr(os, "pidfd_open"):
        if is_alive(wanted):
            time.sleep(timeout)
        return not is_alive(wanted)
    try:
        descriptor = os.pidfd_open(wanted.pid)
    except OSError:  # no such process, or a kernel that has no such call
        time.sleep(timeout if is_alive(wanted) else 0)
        return not is_alive(wanted)
    try:
        if is_alive(wanted):
            select.select([descriptor], [], [], timeout)
    finally:
        os.close(descriptor)
    return not is_alive(wanted)


def _started_linux(pid: int) -> str | None:
    try:
        # field 2 is the program's name in parentheses, which may hold blanks and parentheses
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else f"{boot}/{fields[19].decode()}"


def _started_elsewhere(pid: int) -> str | None:
    if sys.platform == "win32":
        return _started_windows(pid)
    with suppress(OSError, subprocess.TimeoutExpired):
        command = ["/bin/ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)]
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - fixed words, no shell
        state, _, started = told.stdout.strip().partition(" ")
        return None if state.startswith("Z") else started.strip()
    return None


def _started_windows(pid: int) -> str | None:
    """PROCESS_QUERY_LIMITED_INFORMATION, then the time of creation and, once it has ended, of exit (FILETIME)."""
    if sys.platform != "win32":
        return None
    import ctypes

    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))
    if not handle:
        return None
    created, ended, *others = (ctypes.c_uint64() for _ in range(4))
    known = kernel.GetProcessTimes(handle, *map(ctypes.byref, (created, ended, *others)))
    kernel.CloseHandle(handle)
    return str(created.value) if known and not ended.value else None
