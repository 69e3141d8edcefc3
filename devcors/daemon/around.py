"""What goes along with the engine: the admin port, the note that this devcors runs, and the system's proxy setting."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict

from devcors.errors import DevcorsError, SettingsError, StartError
from devcors.proxy.engine import Engine
from devcors.system.identity import own_identity
from devcors.system.proxysettings.holding import give_back, renew, take
from devcors.system.proxysettings.journal import journal_file
from devcors.system.proxysettings.values import Manual, Pac, Wanted

from .admin.server import AdminServer
from .auto_config import admin_url, proxy_authority, script_url
from .running import Run, Running, announce, withdraw
from .terminal import Terminal


class Around:
    """`follow` after each start and reload, then `leave`, then `stop`. Changes of the system block, so: in a thread."""

    def __init__(self, engine: Engine, terminal: Terminal, run: Run, admin: AdminServer) -> None:
        self._engine = engine
        self._run = run
        self._terminal = terminal
        self._admin = admin
        self._process = own_identity()
        self._announced: Running | None = None

    async def follow(self) -> None:
        """Serves and announces what the engine is now; sets the PAC URL anew where it has another content."""
        await self._admin.serve(self._engine.admin)
        proxy, url = proxy_authority(self._engine), script_url(self._engine)
        assert proxy.port is not None
        admin = admin_url(self._engine)
        running = Running(self._process, proxy.host, proxy.port, url, admin, **asdict(self._run))
        if running != self._announced:
            with suppress(StartError):  # it serves all the same where nobody can be told
                announce(running)
            self._announced = running
        if journal_file().exists():
            await self._renew([Manual(proxy.host, proxy.port), *([Pac(url)] if url else [])])

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
        with suppress(StartError):
            withdraw(self._process.pid)
        await self._admin.stop()
