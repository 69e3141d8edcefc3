"""Kept-alive connections to upstreams, by target.

Known: servers close idle connections after seconds of their own choosing, some as few as two, and a request sent just
then is lost. Wanted: reuse without that race. So a connection is kept for less time than the server says or usually
means; and a request that could not be sent again is only put on one that was in use a moment ago.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from functools import partial

from devcors.policy.failures import Failure
from devcors.policy.rules import Target, Upstream
from devcors.proxy.dialing import Dialer, DialError

from .tls import upstream_context
from .upstream import UpstreamConnection

_KEPT = 64  # idle connections for one target
_IDLE = 4.0  # seconds, where the server does not say: Node.js and uvicorn close after 5
_FRESH = 1.0  # seconds: so young, a connection is taken for alive even by what cannot be repeated


class DialFailed(Exception):  # noqa: N818 - control flow within the lane: it holds what the policy wants to know
    """No connection."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.cause)
        self.failure = failure


class Pool:
    """All of them, for every client."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._idle: dict[Target, list[UpstreamConnection]] = {}
        self._open: set[UpstreamConnection] = set()
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self, target: Target, *, repeatable: bool) -> UpstreamConnection | None:
        """An idle connection, the one used last; None where there is none that may be trusted with this request."""
        idle = self._idle.get(target)
        now = time.monotonic()
        while idle:
            connection = idle.pop()
            limit = connection.idle_seconds if repeatable else min(_FRESH, connection.idle_seconds)
            if now - connection.idle_since <= limit and not connection.transport.is_closing():
                connection.reused = True
                return connection
            connection.close()
        return None

    def put(self, connection: UpstreamConnection, promised: float | None) -> None:
        """The connection may serve another exchange; `promised`: for so many seconds the server keeps it."""
        idle = self._idle.setdefault(connection.target, [])
        if len(idle) >= _KEPT:
            connection.close()
            return
        connection.idle_since = time.monotonic()
        # it counts from when it has sent the response, which was a little earlier
        connection.idle_seconds = _IDLE if promised is None else promised * 0.8
        idle.append(connection)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(_IDLE, self._sweep)

    def _sweep(self) -> None:
        """Closes what has been idle for too long."""
        now, self._sweeper = time.monotonic(), None
        for idle in self._idle.values():
            for connection in [known for known in idle if now - known.idle_since > known.idle_seconds]:
                connection.close()
        if any(self._idle.values()):
            self._sweeper = asyncio.get_running_loop().call_later(_IDLE, self._sweep)

    def forget(self, connection: UpstreamConnection) -> None:
        """The connection has ended."""
        self._open.discard(connection)
        idle = self._idle.get(connection.target)
        if idle and connection in idle:
            idle.remove(connection)

    async def dial(self, upstream: Upstream) -> UpstreamConnection:
        """A new connection. Raises DialFailed."""
        target = upstream.target
        try:
            connect = partial(self._connect, target=target)
            adopt = partial(self._adopt, target=target)
            connection = await self._dialer.dial_with(connect, upstream.host, upstream.port, upstream, adopt)
            self._open.add(connection)
            if upstream.tls:
                try:
                    await self._start_tls(connection, target, upstream.timeout.connect)
                except BaseException:  # cancelled too: nobody else knows of this connection
                    connection.abort()
                    raise
        except DialError as error:
            raise DialFailed(Failure("timeout" if error.timer else "connect", error.cause)) from None
        return connection

    async def _connect(self, address: str, port: int, *, target: Target) -> UpstreamConnection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: UpstreamConnection(self, target), address, port)
        return connection

    async def _adopt(self, sock: socket.socket, *, target: Target) -> UpstreamConnection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: UpstreamConnection(self, target), sock=sock)
        return connection

    async def _start_tls(self, connection: UpstreamConnection, target: Target, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(
                connection.transport,
                connection,
                upstream_context(target.verify),
                server_hostname=target.host,
                ssl_handshake_timeout=seconds or None,
            )
        except ssl.SSLCertVerificationError as error:
            raise DialFailed(Failure("tls", error.verify_message or str(error))) from None
        except (OSError, TimeoutError) as error:
            cause = getattr(error, "reason", None) or str(error) or "the TLS handshake failed"
            raise DialFailed(Failure("connect", f"TLS: {cause}")) from None
        assert transport is not None
        connection.connection_made(transport)

    def close(self) -> None:
        """Ends all connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in tuple(self._open):
            connection.abort()
        self._idle.clear()
