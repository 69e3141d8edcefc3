"""One client connection in mitmproxy's lane: dialing is ours (families, waiting, timers), the rest is mitmproxy's."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mitmproxy.connection import ConnectionState, Server
from mitmproxy.proxy import commands, events, server_hooks
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.server import ConnectionIO

from .dialing import Dialer, DialError
from .faults import CANCELLED, DIAL_FAILED, TIMER_FIRED

if TYPE_CHECKING:
    from devcors.policy import Policy

# SSE streams and sockets are never idled out (behaviour: no timer that was not asked for)
_NEVER = 365 * 24 * 3600


class DevcorsConnectionHandler(ProxyConnectionHandler):
    """`policy` is asked anew at each dial, since a reload may have changed it."""

    def __init__(
        self,
        *args: object,
        dialer: Dialer,
        policy: Callable[[], Policy],
    ) -> None:
        super().__init__(*args)
        self._dialer = dialer
        self._policy = policy
        self.timeout_watchdog.timeout = _NEVER

    def log(self, message: str, level: int = logging.INFO, exc_info: Any = None) -> None:
        """mitmproxy's; but a client that refuses a certificate is told of once, by `Refusals`."""
        if "trust the proxy's certificate" in message:
            level = logging.DEBUG
        super().log(message, level, exc_info)

    async def open_connection(self, command: commands.OpenConnection) -> None:
        """Dials, tells the addons, and serves the connection until it ends."""
        server = command.connection
        hook_data = server_hooks.ServerConnectionHookData(client=self.client, server=server)
        try:
            await self.handle_hook(server_hooks.ServerConnectHook(hook_data))
            reader, writer = await self._dial(server)
        except (DialError, asyncio.CancelledError) as error:
            server.error = error_text(error)
            await self.handle_hook(server_hooks.ServerConnectErrorHook(hook_data))
            await self.server_event(events.OpenConnectionCompleted(command, server.error))
            if isinstance(error, asyncio.CancelledError):
                raise
            return
        server.timestamp_tcp_setup = time.time()
        server.state = ConnectionState.OPEN
        server.peername = writer.get_extra_info("peername")
        server.sockname = writer.get_extra_info("sockname")
        self.transports[server] = ConnectionIO(asyncio.current_task(), reader, writer)
        await self.handle_hook(server_hooks.ServerConnectedHook(hook_data))
        await self.server_event(events.OpenConnectionCompleted(command, None))
        try:
            await self.handle_connection(server)
        finally:
            server.timestamp_end = time.time()
            await self.handle_hook(server_hooks.ServerDisconnectedHook(hook_data))

    async def _dial(self, server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if server.error:
            raise DialError(server.error)
        assert server.address is not None
        host, port = server.address[:2]
        server.timestamp_start = time.time()
        upstream = self._policy().upstreams.get((host, port))
        return await self._dialer.dial(host, port, upstream)


def error_text(error: BaseException) -> str:
    """The text by which `failure_from` knows what happened."""
    if isinstance(error, DialError):
        return f"{TIMER_FIRED if error.timer else DIAL_FAILED}{error.cause}"
    return CANCELLED
