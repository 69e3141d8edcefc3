"""The COMMAND of `up`: runs it, says whether it is still starting, and follows it to the port that it really took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from devcors.proxy.tasks import spawn
from devcors.system.children import Child
from devcors.system.devport import pick_dev_port, urls_in, watch_ports

from .reloading import Reloader
from .terminal import Terminal

STARTING = 30.0  # seconds in which a refused connection means "not up yet"
_HEARD = 64 * 1024  # bytes of output in which its URLs are looked for


class DevServer:
    """One run of the command; `url` is where the front door is, `keys` as in Child.start."""

    def __init__(
        self,
        command: Sequence[str],
        url: str,
        reloader: Reloader,
        terminal: Terminal,
        keys: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self._keys = keys
        self._command = command
        self._url = url
        self._reloader = reloader
        self._terminal = terminal
        self._child: Child | None = None
        self._began = 0.0
        self._heard = bytearray()
        self._announced = False
        self._ports: set[int] = set()
        self._watch: asyncio.Task[None] | None = None

    @property
    def starting(self) -> bool:
        """Whether requests to a server that refuses connections are worth holding."""
        return self._child is None or time.monotonic() - self._began < STARTING

    @property
    def listening(self) -> bool:
        """Whether it has been seen to listen on a port."""
        return bool(self._ports)

    async def start(self) -> None:
        """Raises StartError where the command cannot be run."""
        self._began = time.monotonic()
        self._child = await Child.start(
            self._command, cwd=Path.cwd(), environ={}, on_output=self._output, keys=self._keys
        )
        self._watch = spawn(watch_ports(self._child.pid, self._listening), name="watch ports of COMMAND")

    def _output(self, data: bytes) -> None:
        self._terminal.child_output(data)
        if len(self._heard) < _HEARD:
            self._heard += data
            self._follow()
            self._announce()

    def _announce(self) -> None:
        """A dev server tells its own URL, often after it cleared the screen: ours must stand behind it."""
        if not self._announced and urls_in(bytes(self._heard)):
            self._announced = True
            self._terminal.message(f"  ➜  through devcors: {self._url}", "bold cyan")

    def _listening(self, ports: set[int]) -> None:
        self._ports = ports
        self._follow()

    def _follow(self) -> None:
        wanted = self._reloader.frontend_port
        if wanted is None:
            return
        port = pick_dev_port(self._ports, wanted, urls_in(bytes(self._heard)))
        if port is not None:
            spawn(self._reloader.follow_frontend(port), name="follow the dev server")

    async def wait(self) -> int:
        """The command's exit status."""
        assert self._child is not None
        return await self._child.wait()

    async def stop(self) -> None:
        """Ends the command and all that it started."""
        if self._watch is not None:
            self._watch.cancel()
        if self._child is not None:
            await self._child.stop()

    def kill(self) -> None:
        """The same at once."""
        if self._child is not None:
            self._child.kill()
