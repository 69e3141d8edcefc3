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
from .auto_config import admin_url, intercepted, proxy_authority, script_url
from .running import Run, Running, announce, is_announced, withdraw
from .terminal import Terminal
from .way_out import WayOut, nobody

LOOK = 2.0  # seconds between two looks whether the state file is there


class Around:
    """`follow` after each start and reload, then `leave`, then `stop`. Changes of the system block, so: in a thread."""

    def __init__(self, engine: Engine, terminal: Terminal, run: Run, admin: AdminServer, way_out: WayOut) -> None:
        self._engine = engine
        self._run = run
        self._terminal = terminal
        self._admin = admin
        self._way_out = way_out
        way_out.changed = self._way_out_changed
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
        await self._publish()
        if intercepted(self._engine.policy) and self._engine.admin is not None:
            self._way_out.refresh(at_once=True)  # beside it: the script is served meanwhile

    async def _publish(self) -> None:
        proxy, url = proxy_authority(self._engine), self._script_url()
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

    def _script_url(self) -> str | None:
        return script_url(self._engine, self._way_out.known)

    async def _way_out_changed(self) -> None:
        """The script has another content, and what devcors itself sends another way."""
        known = self._way_out.known
        told = " and ".join(dict.fromkeys(str(proxy) for proxy in (known.http, known.https) if proxy))
        # devcors itself goes by what its environment says, where that names a proxy
        if not self._engine.dialer.proxies:
            self._terminal.message(f"what leaves this machine goes {f'through {told}' if told else 'directly'}", "cyan")
        await self._publish()

    async def _renew(self, served: list[Wanted]) -> None:
        try:
            if setting := await asyncio.to_thread(renew, served, self._process):
                self._terminal.message(f"the system's proxy is set anew: {setting}", "cyan")
        except DevcorsError as error:
            self._terminal.error(error)

    async def take_system_proxy(self) -> None:
        """For `up --system-proxy`. Raises SettingsError."""
        await self._way_out.refresh()
        url = self._script_url()
        if url is None:
            raise SettingsError(
                "--system-proxy needs the admin port, which serves proxy.pac",
                hint="take `admin = false` out of [server]",
            )
        before = await asyncio.to_thread(take, Pac(url), self._process)
        self._terminal.message(f"the system's proxy is set to devcors; {before} comes back at the end", "cyan")
        if before.not_followed:
            self._terminal.message(
                "note: what [intercept] does not name goes directly meanwhile: devcors follows a proxy set by hand, "
                "but no script",
                "yellow",
            )

    async def leave(self) -> None:
        """Gives back the system's proxy, where it points here; before anything stops serving."""
        self._way_out.changed = nobody  # whatever is set from now on, nobody is to be told of it here
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
