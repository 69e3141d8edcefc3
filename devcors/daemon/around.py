"""What goes along with the engine: the admin port, the note that this devcors runs, and the system's proxy setting."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict

from devcors.errors import DevcorsError, SettingsError, StartError
from devcors.proxy.engine import Engine
from devcors.proxy.tasks import spawn
from devcors.system.identity import own_identity
from devcors.system.proxysettings.holding import give_back, renew, take
from devcors.system.proxysettings.journal import journal_file
from devcors.system.proxysettings.values import Manual, Pac, Wanted

from .admin.server import AdminServer
from .auto_config import admin_url, proxy_authority, script_url
from .running import Run, Running, announce, is_announced, withdraw
from .terminal import Terminal

LOOK = 2.0  # seconds between two looks whether the state file is there


class Around:
    """`follow` after each start and reload, then `leave`, then `stop`. Changes of the system block, so: in a thread."""

    def __init__(self, engine: Engine, terminal: Terminal, run: Run, admin: AdminServer) -> None:
        self._engine = engine
        self._run = run
        self._terminal = terminal
        self._admin = admin
        self._process = own_identity()
        self._announced: Running | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.unannounced: StartError | None = None
        """Why other commands cannot find this one; None where they can."""

    @property
    def dashboard(self) -> str | None:
        """The dashboard's URL with the token; None without an admin port."""
        return self._announced.dashboard if self._announced else None

    async def follow(self) -> None:
        """Serves and announces what the engine is now; sets the PAC URL anew where it has another content."""
        await self._admin.serve(self._engine.admin)
        proxy, url = proxy_authority(self._engine), script_url(self._engine)
        assert proxy.port is not None
        admin = admin_url(self._engine)
        running = Running(self._process, proxy.host, proxy.port, url, admin, **asdict(self._run))
        if running != self._announced:
            self._announced = running
            self._announce(running)
            if self._keeping is None:
                self._keeping = spawn(self._keep_announced(), name="keep the state file")
        if journal_file().exists():
            await self._renew([Manual(proxy.host, proxy.port), *([Pac(url)] if url else [])])

    def _announce(self, running: Running) -> None:
        """It serves all the same where nobody can be told."""
        try:
            announce(running)
        except StartError as error:
            if self.unannounced is None:
                self._terminal.message(f"note: other devcors commands cannot find this one: {error}", "yellow")
            self.unannounced = error
        else:
            self.unannounced = None

    async def _keep_announced(self) -> None:
        """Somebody may clear the folder away, and a full disk gets room again."""
        while True:
            await asyncio.sleep(LOOK)
            if self._announced is not None and not is_announced(self._announced):
                self._announce(self._announced)

    async def _renew(self, served: list[Wanted]) -> None:
        try:
            if setting := await asyncio.to_thread(renew, served, self._process):
                self._terminal.message(f"the system's proxy is set anew: {setting}", "cyan")
        except DevcorsError as error:
            self._terminal.error(error)

    async def take_system_proxy(self) -> None:
        """For `up --system-proxy`. Raises SettingsError."""
        url = script_url(self._engine)
        if url is None:
            raise SettingsError(
                "--system-proxy needs the admin port, which serves proxy.pac",
                hint="take `admin = false` out of [server]",
            )
        before = await asyncio.to_thread(take, Pac(url), self._process)
        self._terminal.message(f"the system's proxy is set to devcors; {before} comes back at the end", "cyan")
        if before != "none":
            self._terminal.message("note: hosts that [intercept] does not name go direct meanwhile", "yellow")

    async def leave(self) -> None:
        """Gives back the system's proxy, where it points here; before anything stops serving."""
        try:
            if await asyncio.to_thread(give_back, self._process):
                self._terminal.message("the system's proxy is as before", "cyan")
        except DevcorsError as error:
            self._terminal.error(error)

    async def stop(self) -> None:
        """Closes the admin port."""
        if self._keeping is not None:
            self._keeping.cancel()
        with suppress(OSError):
            withdraw(self._process.pid)
        await self._admin.stop()
