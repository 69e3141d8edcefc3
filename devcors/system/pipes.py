"""A child on pipes, for systems without ptys (Windows): no colours of its own accord and no keyboard shortcuts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from devcors.proxy.tasks import spawn

from .lines import LineBuffer

CHUNK = 65536


async def start_on_pipes(
    command: Sequence[str], cwd: Path, environ: Mapping[str, str], on_output: Callable[[bytes], None]
) -> tuple[asyncio.subprocess.Process, Pipes]:
    """Starts `command` with standard input, output and error on pipes. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
        env=environ,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return process, Pipes(process.stdin, process.stdout, on_output)


class Pipes:
    """devcors' end of a child's pipes; the same interface as `terminals.Pty`."""

    def __init__(
        self, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader, on_output: Callable[[bytes], None]
    ) -> None:
        self._stdin = stdin
        self._lines = LineBuffer(on_output)
        self._pump = spawn(self._read(stdout), name="output of the child")

    def send(self, data: bytes) -> None:
        """Writes `data` to the child's standard input."""
        if not self._stdin.is_closing():
            self._stdin.write(data)

    async def ended(self, within: float) -> None:
        """Waits until nobody has the child's end open any more, at most `within` seconds."""
        await asyncio.wait({self._pump}, timeout=within)

    def close(self) -> None:
        """Gives up the pipes. May be called twice."""
        self._pump.cancel()
        self._lines.flush()
        self._stdin.close()

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await stdout.read(CHUNK):
                self._lines.feed(data)
