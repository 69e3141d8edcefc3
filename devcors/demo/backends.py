"""Starts and stops the demo's servers in the running event loop, on free ports of 127.0.0.1.

Tornado brings the HTTP and WebSocket server; it comes with mitmproxy. Nothing here knows devcors' proxy: these are
plain backends, and each of them would do the same behind any other.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from .api import Api, api_application
from .bad_cookies import cookies_application
from .broken import broken_application
from .frontend import frontend_application

LOOPBACK = "127.0.0.1"
GRACE = 1.0  # seconds that open connections get to end


@dataclass(frozen=True)
class Backends:
    """The ports of the running servers; `closed` is one that refuses connections and that nobody else can take."""

    frontend: int
    api: int
    broken: int
    cookies: int
    closed: int
    _servers: tuple[HTTPServer, ...] = field(repr=False)
    _api: Api = field(repr=False)
    _closed: socket.socket = field(repr=False)

    async def stop(self) -> None:
        """Takes no more connections and ends the open ones, streams and chats too. A second call does nothing."""
        for server in self._servers:
            server.stop()
        self._api.hang_up()
        closing = [server.close_all_connections() for server in self._servers]
        await asyncio.wait_for(asyncio.gather(*closing), GRACE)
        self._closed.close()


def _serve(application: Application, listener: socket.socket) -> HTTPServer:
    server = HTTPServer(application)
    server.add_socket(listener)
    return server


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _closed_port() -> socket.socket:
    """A socket that is bound but does not listen: connections are refused and the port stays ours."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.bind((LOOPBACK, 0))
    return taken


async def start_backends() -> Backends:
    """Starts all of them. Raises OSError where a socket cannot be had."""
    listeners = [bind_sockets(0, LOOPBACK, socket.AF_INET)[0] for _ in range(4)]
    frontend, api, broken, cookies = map(_port, listeners)
    memory = Api(address=f"{LOOPBACK}:{api}")
    applications = (frontend_application(), api_application(memory), broken_application(), cookies_application())
    servers = tuple(map(_serve, applications, listeners))
    closed = _closed_port()
    return Backends(frontend, api, broken, cookies, _port(closed), servers, memory, closed)
