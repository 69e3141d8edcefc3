"""Who started whom, so that a dev server can be ended together with everything that it started.

Known: `npm run dev` is npm, a shell, node, esbuild. They share the session that devcors gave the first of them, unless
one of them opened a session of its own; that one is still found as a child of its parent, while the parent lives.
Wanted: all of them gone, and never a stranger hit. So the family is looked up before the first signal, remembered by
pid and start time (a pid alone may be given to somebody else), and looked up again until nobody is left.

Linux answers from /proc, other POSIX systems from `ps`. Windows has `taskkill /T`, which walks the tree itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One living process. `pid` and `started` (a text without meaning of its own) are its identity.

    Parent and session are not: an orphan gets another parent, and any process may open a session.
    """

    pid: int
    parent: int = field(compare=False)
    session: int = field(compare=False)
    started: str


def living() -> list[Process]:
    """Every process of this machine that has not ended (a zombie has); empty on Windows."""
    if sys.platform == "win32":
        return []
    return list(from_proc() if sys.platform == "linux" else from_ps())


def from_proc() -> Iterator[Process]:
    """The processes by /proc/PID/stat (proc_pid_stat(5): fields 1 to 6 and 22)."""
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):  # it ended while we were looking
            # field 2 is the program's name in parentheses, which may hold blanks and parentheses
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if fields[0] not in (b"Z", b"X"):
                yield Process(int(folder.name), int(fields[1]), int(fields[3]), fields[19].decode())


def from_ps() -> Iterator[Process]:
    """The processes by POSIX `ps`; macOS prints no usable session there, so the system is asked for it."""
    columns = ["-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "lstart="]
    listing = subprocess.run(["/bin/ps", "-A", *columns], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, no shell
    for line in listing.stdout.splitlines():
        pid, parent, state, started = line.split(None, 3)
        with suppress(OSError):
            if not state.startswith("Z"):
                yield Process(int(pid), int(parent), os.getsid(int(pid)), started.strip())


def family(table: Iterable[Process], root: int) -> set[Process]:
    """`root`, whoever is in the session that it leads, and all their descendants."""
    table = list(table)
    return descendants(table, (process for process in table if root in (process.pid, process.session)))


def descendants(table: Iterable[Process], ancestors: Iterable[Process]) -> set[Process]:
    """The ancestors themselves and whoever descends from them."""
    children = defaultdict(list)
    for process in table:
        children[process.parent].append(process)
    found: set[Process] = set()
    waiting = list(ancestors)
    while waiting:
        process = waiting.pop()
        if process not in found:
            found.add(process)
            waiting += children[process.pid]
    return found


class Family:
    """The processes of one child; `root` leads a session of its own."""

    def __init__(self, root: int) -> None:
        self.root = root
        self._known: set[Process] = set()

    def members(self) -> set[Process]:
        """Who lives now: also those whose parent has ended since they were first seen."""
        table = living()
        self._known = family(table, self.root) | descendants(table, self._known.intersection(table))
        return self._known

    def signal(self, number: int) -> None:
        """Sends a signal to every member; one that is not ours to signal (sudo) is left out.

        The root and the elder come first, so that none sees a child end and starts another.
        """
        for process in sorted(self.members(), key=lambda member: (member.pid != self.root, member.pid)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, number)

    def kill(self) -> None:
        """Ends all members at once."""
        if sys.platform == "win32":
            command = ["taskkill", "/PID", str(self.root), "/T", "/F"]
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed words, no shell
        else:
            self.signal(signal.SIGKILL)

    async def end(self, grace: float) -> bool:
        """SIGTERM, `grace` seconds, then SIGKILL; returns whether nobody is left. Windows knows no gentle end."""
        if sys.platform != "win32":
            self.signal(signal.SIGTERM)
            if await self._gone(grace):
                return True
        self.kill()
        return await self._gone(2.0, again=self.kill)

    async def _gone(self, within: float, again: Callable[[], None] | None = None) -> bool:
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + within, 0.01
        while self.members():
            if loop.time() > deadline:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.1)
            if again:  # somebody may have been born between the look and the signal
                again()
        return True
