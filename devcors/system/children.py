"""The dev server that `devcors up -- COMMAND…` runs: started on a terminal of its own, ended with all that it started.

Known: the command is a launcher (npm, pnpm, make) whose children do the work, it has keyboard shortcuts, and it may end
by itself. Wanted: it feels as if it ran in the user's terminal, and nothing of it is left when devcors is gone. If
devcors itself is killed, the kernel closes the pty and hangs up on the child, so even then it ends.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from devcors.errors import StartError
from devcors.proxy.tasks import spawn

from .processes import Family

LAST_WORDS = 0.2  # seconds for what a child wrote just before it ended
UNKNOWN_STATUS = 128 + 9  # of a child that could be neither ended nor waited for (sudo)


class Wire(Protocol):
    """The way to and from a child: `terminals.Pty` or `pipes.Pipes`."""

    def send(self, data: bytes) -> None: ...
    async def ended(self, within: float) -> None: ...
    def close(self) -> None: ...


class Child:
    """A running command. `wait` or `stop` must be awaited in the end: they give back the terminal."""

    def __init__(self, process: asyncio.subprocess.Process, wire: Wire) -> None:
        self.pid = process.pid
        self._process = process
        self._wire = wire
        self._family = Family(process.pid)
        self._end = spawn(self._until_end(), name=f"child {process.pid}")

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        on_output: Callable[[bytes], None],
        keys: Callable[[bytes], bytes] | None = None,
    ) -> Child:
        """Runs `command` in `cwd`, with devcors' own environment and `environ` over it.

        `on_output` gets what the child prints: whole lines, or what there is of a line after 50 ms. `keys` gets what is
        typed on devcors' own terminal, and gives back what is the child's.
        Raises StartError where the command or the folder is not there or may not be run.
        """
        environment = {**os.environ, **environ}
        program = find_program(command, cwd, environment)
        try:
            if sys.platform == "win32":
                from .pipes import start_on_pipes

                return cls(*await start_on_pipes([program, *command[1:]], cwd, environment, on_output))
            from .terminals import start_on_pty

            return cls(*await start_on_pty(command, cwd, environment, on_output, keys))
        except OSError as error:
            raise StartError(
                f"cannot run {command[0]}: {error.strerror}", hint="run it without devcors first"
            ) from error

    async def wait(self) -> int:
        """The exit status once the command has ended, 128 + n where signal n ended it.

        What it left running stays; `stop` ends that too.
        """
        return await asyncio.shield(self._end)

    async def stop(self, grace: float = 5.0) -> int:
        """Ends the command and all that it started: SIGTERM, after `grace` seconds SIGKILL. Returns the exit status.

        Also right after the command ended by itself, to end what it left running.
        """
        if not await self._family.end(grace):
            self._wire.close()  # a hang-up reaches also those whom we may not signal
        await asyncio.wait({self._end}, timeout=2.0)
        return self._end.result() if self._end.done() else UNKNOWN_STATUS

    def kill(self) -> None:
        """Ends the command and all that it started at once; `wait` then returns soon."""
        self._family.kill()

    def send(self, data: bytes) -> None:
        """Types `data` on the command's terminal."""
        self._wire.send(data)

    async def _until_end(self) -> int:
        try:
            status = await self._process.wait()
            await self._wire.ended(within=LAST_WORDS)
        finally:
            self._wire.close()
        return status if status >= 0 else 128 - status


def find_program(command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    """The file that `command` would run in `cwd`. Raises StartError with the most likely remedy."""
    if not cwd.is_dir():
        raise StartError(f"folder not found: {cwd}", hint="start devcors in the folder of the front end")
    name = command[0]
    if "/" in name or os.sep in name:
        found = shutil.which(cwd / name)
        if not found and (cwd / name).is_file():
            raise StartError(f"not executable: {name}", hint=f"chmod +x {name}")
    else:
        found = shutil.which(name, path=environ.get("PATH"))
    if not found:
        raise StartError(f"command not found: {name}", hint=_remedy(command, cwd))
    return str(found)


def _remedy(command: Sequence[str], cwd: Path) -> str:
    name = command[0]
    if " " in name:
        return f"write it without quotes: devcors up -- {name}"
    if "=" in name:
        return f"put variables before devcors: {name} devcors up -- {' '.join(command[1:])}"
    if (cwd / "node_modules" / ".bin" / name).exists():
        return f"it is in node_modules/.bin: devcors up -- npx {' '.join(command)}"
    return f"is {name} installed, and is its folder in PATH?"
