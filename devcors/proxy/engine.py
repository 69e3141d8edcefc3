"""The running proxy: mitmproxy's master with the few addons that devcors needs, and a policy that can be swapped."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from mitmproxy import options
from mitmproxy.addons import core, proxyserver, script
from mitmproxy.master import Master

from devcors.config.dirs import TRUSTED
from devcors.config.schema import Config
from devcors.errors import StartError
from devcors.policy import Door, Policy, compile_policy
from devcors.routing.upstream_proxies import UpstreamProxies, proxies_of
from devcors.traffic.journal import Journal
from devcors.urls import listens_everywhere

from .authority import CertificateAuthority
from .dialing import Dialer
from .exchanges import Exchanges
from .gate import Gate
from .gateway.client import ClientConnection
from .gateway.lane import Gateway
from .listening import LOOPBACK, Bound, bind, bind_admin, listen_address
from .mode import DevcorsInstance, hand_over
from .ownership import Place, names_of_machine
from .refusals import Refusals
from .tasks import spawn
from .tls import DevcorsTls

log = logging.getLogger(__name__)


class DevcorsMaster(Master):
    """mitmproxy's master, with a way back to the engine for the mode's server instance."""

    def __init__(self, opts: options.Options, engine: Engine) -> None:
        super().__init__(opts, event_loop=asyncio.get_running_loop())
        self.engine = engine


class Engine:
    """One front door. `start`, then `swap` for each new config, then `stop`.

    `ca_folder` is where the certificate authority lives; it is made when the first TLS is opened. `starting` and
    `system` are the dialer's.
    """

    def __init__(
        self,
        config: Config,
        journal: Journal,
        *,
        ca_folder: Path,
        starting: Callable[[], bool],
        system: Callable[[], Awaitable[UpstreamProxies]],
    ) -> None:
        self.config = config
        self.journal = journal
        self.dialer = Dialer(starting=starting, own=self._own_addresses, proxies=proxies_of(os.environ), system=system)
        self.bound: Bound | None = None
        self.admin: Bound | None = None
        self.gateway = Gateway(lambda: self.policy, journal, self.dialer, self._to_mitmproxy, self.authority)
        self._refusals = Refusals(lambda: self.policy, ca_folder.parent / TRUSTED)
        self._ca_folder = ca_folder
        self._authority: CertificateAuthority | None = None
        self._policy: Policy | None = None
        self._master: DevcorsMaster | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def policy(self) -> Policy:
        """The policy that a request gets that comes now."""
        assert self._policy is not None
        return self._policy

    @property
    def sockets(self) -> list[socket.socket]:
        """The listening sockets."""
        assert self.bound is not None
        return self.bound.sockets

    def authority(self) -> CertificateAuthority:
        """The certificate authority, made on first need."""
        if self._authority is None:
            self._authority = CertificateAuthority.load_or_create(self._ca_folder)
        return self._authority

    async def start(self, *, strict_port: bool = False) -> Bound:
        """Listens; returns where. Raises StartError."""
        host, port = listen_address(self.config)
        self.bound = bind(host, port, strict=strict_port)
        try:
            self.admin = bind_admin(self.config, self.bound, strict=strict_port)
        except StartError:
            self.bound.close()
            raise
        self._policy = compile_policy(self.config, self._door())
        self._prepare(self.config)
        self._master = self._make_master()
        for variable in self.dialer.proxies.unusable:
            log.warning("%s names no http:// proxy: it is not used", variable)
        self._running = spawn(self._master.run(), name="devcors master")
        await self._listening()
        return self.bound

    def _make_master(self) -> DevcorsMaster:
        master = DevcorsMaster(options.Options(), self)
        tls = DevcorsTls(lambda: self.policy, self.authority)
        master.addons.add(
            core.Core(),
            proxyserver.Proxyserver(),
            Gate(lambda: self.policy),
            tls,
            self._refusals,
            script.ScriptLoader(),
            Exchanges(
                lambda: self.policy,
                self.gateway.recorder.beside("mitmproxy"),
                whole_bodies=lambda: bool(self.config.scripts),
                expect=tls.expect,
            ),
        )
        master.options.update(
            mode=["devcors"],
            connection_strategy="lazy",
            upstream_cert=False,
            scripts=list(self.config.scripts),
            # upgraded connections are relayed byte by byte, unless somebody's script wants to see messages
            websocket=bool(self.config.scripts),
        )
        return master

    def _door(self) -> Door:
        assert self.bound is not None
        own = self.bound.host.strip("[]")
        addresses = LOOPBACK if own == "localhost" else (*LOOPBACK, own)
        if listens_everywhere(own):
            addresses = (*addresses, *names_of_machine())
        return Door(self.bound.port, self.admin.port if self.admin else None, addresses)

    def _prepare(self, config: Config) -> None:
        """The authority is there before the first visit, so that its owner can trust it."""
        if config.server.https:
            self.authority()

    async def swap(self, config: Config) -> None:
        """Serves by another config from the next request on.

        Raises StartError, and changes nothing, where its `listen` or `admin` cannot be had. Whoever serves the admin
        port looks at `admin` afterwards: it may be another.
        """
        assert self.bound is not None
        self._prepare(config)
        moved = listen_address(config) != listen_address(self.config)
        bound = bind(*listen_address(config), strict=True) if moved else self.bound
        if moved or config.server.admin != self.config.server.admin:
            try:
                self.admin = bind_admin(config, bound, strict=True, had=self.admin)
            except StartError:
                if moved:
                    bound.close()
                raise
        if moved:
            self.bound = bound
            await self._instances()[0].move(self.bound.sockets)
        self.config = config
        self._policy = compile_policy(config, self._door())
        self._refusals.forget()
        assert self._master is not None
        if list(config.scripts) != self._master.options.scripts:
            self._master.options.update(scripts=list(config.scripts), websocket=bool(config.scripts))

    async def _listening(self) -> None:
        """mitmproxy makes the server instance in a task of its own; it tells nobody when it serves."""
        assert self._running is not None
        while not any(instance.is_running for instance in self._instances()):
            if self._running.done():
                self._running.result()
            await asyncio.sleep(0.002)

    def _instances(self) -> list[DevcorsInstance]:
        assert self._master is not None
        return list(self._master.addons.get("proxyserver").servers)

    def _own_addresses(self) -> set[Place]:
        """Where devcors itself listens, the admin port included: what is never dialed, by whatever name."""
        door = {address for instance in self._instances() for address in instance.addresses()}
        return door | ({(host, self.admin.port) for host in LOOPBACK} if self.admin else set())

    def _to_mitmproxy(self, client: ClientConnection) -> None:
        hand_over(self._instances()[0], client.transport, client.leave())

    async def stop(self) -> None:
        """Stops listening and ends what is open."""
        if self._master is None or self._running is None:
            return
        for instance in self._instances():
            await instance.stop()
        self.gateway.close()
        self._master.shutdown()
        await asyncio.wait([self._running], timeout=5)
