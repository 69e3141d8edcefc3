"""Opening the TCP connection to an upstream: both address families, the connect timer, and patience.

Known: `localhost` is 127.0.0.1 for some servers and ::1 for others, and a dev server is often not up yet. Wanted: the
address that answers, at once where it answered before; a held request while a server is (re)starting; otherwise the
refusal itself, at once.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from devcors.config.schema import Timeout
from devcors.policy.rules import Upstream
from devcors.routing.upstream_proxies import UpstreamProxies, UpstreamProxy, WaysOut, names_this_machine
from devcors.urls import DEFAULT_PORTS, is_ip_literal

from .ownership import Place, is_here, is_own
from .tasks import spawn
from .upstream_proxy import open_tunnel

C = TypeVar("C")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[str, int], Awaitable[Streams]]
Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

_RETRY = 0.05
_STAGGER = 0.25  # seconds, RFC 8305, section 8: the recommended delay between two attempts
_LOCALHOST = ("127.0.0.1", "::1")


class DialError(OSError):
    """No connection. `timer` names the timeout that fired, where one did; `cause` is an errno name or a sentence."""

    def __init__(self, cause: str, timer: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.timer = timer


async def _connect(address: str, port: int) -> Streams:
    return await asyncio.open_connection(address, port)


async def _adopt(sock: socket.socket) -> Streams:
    return await asyncio.open_connection(sock=sock)


async def _open_socket(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _nobody() -> UpstreamProxies:
    return UpstreamProxies()


async def _resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, in the order of preference of the system; all of them, so that each failure is seen."""
    if host == "localhost":
        return _LOCALHOST
    if is_ip_literal(host):
        return (host,)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or too long for DNS
        raise DialError("not a host name") from None
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@dataclass
class Dialer:
    """Dials upstreams and remembers what answered. `starting()` tells whether the COMMAND of `up` is coming up.

    `own()` gives devcors' listeners, which are never dialed. `proxies` are the ways out of the network that the
    environment names, `system()` those of the system's setting; it is asked for what leaves this machine.
    """

    starting: Callable[[], bool] = lambda: False
    connect: Connect = _connect
    resolve: Resolve = _resolve
    own: Callable[[], Iterable[Place]] = tuple
    proxies: UpstreamProxies = field(default_factory=UpstreamProxies)
    system: Callable[[], Awaitable[UpstreamProxies]] = _nobody
    seen: dict[tuple[str, int], str | None] = field(default_factory=dict)
    """By host and port of the upstreams that the config names: what the last attempt failed of, None: it did not."""
    _winner: dict[tuple[str, int], str] = field(default_factory=dict)

    async def dial(self, host: str, port: int, upstream: Upstream | None) -> Streams:
        """An open connection as streams; otherwise as `dial_with`."""
        return await self.dial_with(self.connect, host, port, upstream, _adopt)

    async def dial_with(
        self,
        connect: Callable[[str, int], Awaitable[C]],
        host: str,
        port: int,
        upstream: Upstream | None,
        adopt: Callable[[socket.socket], Awaitable[C]],
    ) -> C:
        """What `connect` makes of an address that answers, or `adopt` of a connection through the proxy behind us.

        `upstream` holds the timers where the config names the server. Raises DialError.
        """
        try:
            connection = await self._dial_patiently(connect, host, port, upstream, adopt)
        except DialError as error:
            self._note(upstream, error.cause)
            raise
        self._note(upstream, None)
        return connection

    async def probe(self, upstream: Upstream, seconds: float) -> None:
        """Looks whether an upstream takes connections, for `seen`; what is opened is closed again."""
        once = replace(upstream, wait=0.0, timeout=Timeout(connect=seconds))
        with suppress(DialError):
            _, writer = await self.dial(upstream.host, upstream.port, once)
            writer.close()

    def _note(self, upstream: Upstream | None, failure: str | None) -> None:
        if upstream is not None:
            self.seen[upstream.host, upstream.port] = failure

    async def _dial_patiently(
        self,
        connect: Callable[[str, int], Awaitable[C]],
        host: str,
        port: int,
        upstream: Upstream | None,
        adopt: Callable[[socket.socket], Awaitable[C]],
    ) -> C:
        timeout = upstream.timeout.connect if upstream else 10.0
        deadline = time.monotonic() + self._patience(host, port, upstream)
        while True:
            try:
                async with asyncio.timeout(timeout or None):
                    if (sock := await self._through_proxy(host, port, upstream)) is not None:
                        return await adopt(sock)
                    return await self._dial_once(connect, host, port)
            except DialError:
                raise
            except OSError as error:
                if isinstance(error, TimeoutError) and error.errno is None:  # ours; the system's own is ETIMEDOUT
                    raise DialError(f"no connection within timeout.connect = {timeout:g}s", "timeout.connect") from None
                # only a refusal means "not listening yet"; an unknown host or no route will not mend itself
                if error.errno != errno.ECONNREFUSED or time.monotonic() >= deadline:
                    raise DialError(cause_of(error)) from error
                await asyncio.sleep(_RETRY)

    def _patience(self, host: str, port: int, upstream: Upstream | None) -> float:
        """Seconds to wait while connections are refused: for servers that are, or were, known to be there."""
        known = (host, port) in self._winner
        return upstream.wait if upstream and (known or self.starting()) else 0.0

    async def _dial_once(self, connect: Callable[[str, int], Awaitable[C]], host: str, port: int) -> C:
        key, addresses = (host, port), self._others(await self.resolve(host, port), port)
        if not addresses:
            raise DialError("the target is devcors itself")
        first = self._winner.get(key, addresses[0])
        ordered = sorted(addresses, key=lambda address: address != first)
        address, connection = await _race(ordered, lambda address: connect(address, port))
        self._winner[key] = address
        return connection

    async def _through_proxy(self, host: str, port: int, upstream: Upstream | None) -> socket.socket | None:
        """A connection to `host` that the proxy behind us has made; None where it is reached directly."""
        if names_this_machine(host):
            return None
        # of a host that the config does not name, only what is not http's own port may be a tunnel for TLS
        tls = upstream.tls if upstream else port != DEFAULT_PORTS["http"]
        for proxy in WaysOut(self.proxies, await self.system()).proxies_for(host, port, tls=tls):
            if (sock := await self._reached(proxy)) is not None:
                return await _tunneled(sock, proxy, host, port)
        return None

    async def _reached(self, proxy: UpstreamProxy) -> socket.socket | None:
        """A connection to the proxy; None where that is devcors itself. Raises DialError."""
        try:
            addresses = self._others(await self.resolve(proxy.host, proxy.port), proxy.port)
            if not addresses:  # a shell whose environment sends everything through us has started us
                return None
            return (await _race(addresses, lambda address: _open_socket(address, proxy.port)))[1]
        except OSError as error:
            raise DialError(f"the proxy {proxy} cannot be reached: {cause_of(error)}") from error

    def _others(self, addresses: tuple[str, ...], port: int) -> list[str]:
        """Without what leads back to devcors; a request that went there would come back here for ever."""
        own = tuple(self.own())
        return [address for address in addresses if not is_own((address, port), own, is_here)]


async def _tunneled(sock: socket.socket, proxy: UpstreamProxy, host: str, port: int) -> socket.socket:
    """The same connection, as one to `host`. Raises DialError."""
    try:
        await open_tunnel(sock, proxy, host, port)
    except BaseException as error:
        sock.close()
        if isinstance(error, OSError):
            raise DialError(str(error)) from error
        raise
    return sock


async def _race(addresses: list[str], connect: Callable[[str], Awaitable[C]]) -> tuple[str, C]:
    """The first address that answers: each next one is tried when the last has failed, or is slow (RFC 8305)."""
    waiting, running = list(addresses), dict[asyncio.Task[C], str]()
    failed: OSError | None = None
    try:
        while waiting or running:
            if waiting:
                address = waiting.pop(0)
                running[spawn(_awaited(connect(address)), name=f"connect to {address}")] = address
            done, _ = await asyncio.wait(
                running, timeout=_STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                address = running.pop(task)
                try:
                    return address, task.result()
                except OSError as error:
                    # where this machine has no IPv6, the refusal of 127.0.0.1 is what counts
                    if failed is None or error.errno == errno.ECONNREFUSED:
                        failed = error
    finally:
        for task in running:
            task.add_done_callback(_drop)
            task.cancel()
    assert failed is not None
    raise failed


async def _awaited(connecting: Awaitable[C]) -> C:
    return await connecting


def _drop(task: asyncio.Task[Any]) -> None:
    """A connection that came too late."""
    if not task.cancelled() and task.exception() is None:
        connection = task.result()
        (connection[1] if isinstance(connection, tuple) else connection).close()


def cause_of(error: OSError) -> str:
    """`ECONNREFUSED` and the like; the system's words where there is no such name (an unknown host)."""
    if error.errno is not None and error.errno in errno.errorcode:
        return errno.errorcode[error.errno]
    return error.strerror or str(error)


def is_loopback_peer(address: str) -> bool:
    """Whether an IP address of a peer is this machine's loopback (also as an IPv4-mapped IPv6 address)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback
