"""The `devcors` proxy mode: one listener for the front door and the proxy, told apart by what a client says first.

A Protocol looks at the first bytes. What is no HTTP/1 request is refused there; a request head that comes too slowly
or too large never reaches mitmproxy, which would hold it without a limit (seen on 11.0.2 and 12.2.3). Everything else
is handed over: transport, bytes and client address, with mitmproxy's bookkeeping of connections kept.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, cast

from mitmproxy import ctx
from mitmproxy.proxy import layer, layers, mode_specs
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.mode_servers import AsyncioServerInstance

from devcors.policy.checks import HEAD_SECONDS, MAX_HEAD, MAX_TARGET

from .connection import DevcorsConnectionHandler
from .gateway.client import TLS_HANDSHAKE, ClientConnection
from .tasks import spawn

if TYPE_CHECKING:
    from .engine import DevcorsMaster

_H2_PREFACE = b"PRI * HTTP/2.0"  # RFC 9113, section 3.4


class DevcorsMode(mode_specs.ProxyMode):
    """Registers itself as `devcors` by being defined."""

    description = "devcors"
    transport_protocol = "tcp"

    def __post_init__(self) -> None:
        """Nothing to parse: the mode takes no data."""


class DevcorsInstance(AsyncioServerInstance[DevcorsMode]):
    """The listeners of the mode. The sockets are bound by the engine, which knows what to do when a port is taken."""

    def make_top_layer(self, context: Context) -> layer.Layer:
        """mitmproxy's explicit-proxy layer; what follows is decided by our `next_layer`."""
        return layers.modes.HttpProxy(context)

    async def listen(self, host: str, port: int) -> list[Any]:  # noqa: ARG002 - mitmproxy's signature
        """Serves on the engine's sockets; address and port of mitmproxy's options are of no account."""
        return await self.serve(_master().engine.sockets)

    async def serve(self, sockets: list[socket.socket]) -> list[Any]:
        """One asyncio server for each socket."""
        loop = asyncio.get_running_loop()
        return [await loop.create_server(self.protocol, sock=sock) for sock in sockets]

    def protocol(self) -> asyncio.Protocol:
        """What serves a new connection: the gateway, unless users' own scripts are to see every flow."""
        engine = _master().engine
        return FirstBytes(self) if engine.config.scripts else ClientConnection(engine.gateway)

    async def move(self, sockets: list[socket.socket]) -> None:
        """Listens on new sockets, then stops listening on the old; open connections go on."""
        old, self._servers = self._servers, await self.serve(sockets)
        for server in old:
            server.close()

    async def handle_stream(self, reader: Any, writer: Any = None) -> None:
        """Serves one connection in mitmproxy's lane."""
        engine = _master().engine
        handler = DevcorsConnectionHandler(
            ctx.master,
            reader,
            writer,
            ctx.options,
            self.mode,
            dialer=engine.dialer,
            policy=lambda: engine.policy,
        )
        handler.layer = self.make_top_layer(handler.layer.context)
        with self.manager.register_connection(handler.layer.context.client.id, handler):
            await handler.handle_client()

    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each listener."""
        return [(address[0], address[1]) for address in self.listen_addrs]


def _master() -> DevcorsMaster:
    return cast("DevcorsMaster", ctx.master)


class FirstBytes(asyncio.Protocol):
    """Collects the first request head, within limits, then hands the connection over."""

    def __init__(self, instance: DevcorsInstance) -> None:
        self._instance = instance
        self._buffer = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The clock of the first head starts with its first byte: browsers open connections ahead of need."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """More of the head."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(HEAD_SECONDS, self._refuse, b"408 Request Timeout")
        self._buffer += data
        head = self._buffer.lstrip(b"\r\n")  # RFC 9112, section 2.2: empty lines before a request line are ignored
        if head.startswith(TLS_HANDSHAKE):
            self._hand_over() if _master().engine.policy.door.https else self._close()
        elif head.startswith(_H2_PREFACE):
            self._refuse(b"505 HTTP Version Not Supported")
        elif b"\r\n\r\n" in head or b"\n\n" in head:
            self._hand_over()
        elif b"\n" not in head and len(head) > MAX_TARGET + 64:
            self._refuse(b"414 URI Too Long")
        elif len(head) > MAX_HEAD:
            self._refuse(b"431 Request Header Fields Too Large")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client left before its request was whole."""
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _refuse(self, status: bytes) -> None:
        assert self._transport is not None
        self._transport.write(b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status)
        self._close()

    def _close(self) -> None:
        self._stop_timer()
        assert self._transport is not None
        self._transport.close()

    def _hand_over(self) -> None:
        self._stop_timer()
        assert self._transport is not None
        hand_over(self._instance, self._transport, bytes(self._buffer.lstrip(b"\r\n")))


def hand_over(instance: DevcorsInstance, transport: asyncio.Transport, data: bytes) -> None:
    """A connection goes to mitmproxy's lane: to StreamReader and StreamWriter, with the bytes seen so far fed in."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    reader.feed_data(data)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    spawn(instance.handle_stream(reader, writer), name="devcors connection")
