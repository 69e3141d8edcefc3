"""The gateway on real sockets, in this process, on any event loop."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

import pytest

from devcors.proxy.dialing import Dialer
from devcors.proxy.gateway.client import ClientConnection
from devcors.proxy.gateway.lane import Gateway
from devcors.traffic.journal import Journal
from devcors.traffic.store import Store
from tests.policy.asking import policy_of

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


def loops() -> list[Any]:
    """Factories of event loops, asyncio's and uvloop's, for `parametrize`."""
    own = pytest.param(asyncio.SelectorEventLoop, id="asyncio")
    try:
        import uvloop
    except ImportError:
        return [own, pytest.param(None, id="uvloop", marks=pytest.mark.skip("uvloop is not installed"))]
    return [own, pytest.param(uvloop.new_event_loop, id="uvloop")]


def run(loop_factory: Callable[[], asyncio.AbstractEventLoop], coroutine: Coroutine[Any, Any, None]) -> None:
    """On a new loop; nothing may reach its exception handler."""
    errors: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: errors.append(context))
        runner.run(coroutine)
    assert not errors, errors


class Live:
    """`port` is the front door's."""

    def __init__(self, gateway: Gateway, store: Store, port: int) -> None:
        self.gateway = gateway
        self.store = store
        self.port = port

    def client(self) -> socket.socket:
        """A connection; blocking, with a timeout, for `asyncio.to_thread`."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


@asynccontextmanager
async def live(serve: Serve, *, lines: str = "", scheme: str = "http", **tls: Any) -> AsyncIterator[Live]:
    """A gateway whose front end is `serve`, with TLS where `ssl` is given. In the end nothing of it may be left."""
    serving = 0

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal serving
        serving += 1
        try:
            await serve(reader, writer)
        finally:
            serving -= 1

    upstream = await asyncio.start_server(served, "127.0.0.1", 0, **tls)
    target = f"{'https' if tls else scheme}://127.0.0.1:{upstream.sockets[0].getsockname()[1]}"
    policy, journal = policy_of(f'frontend = {{ target = "{target}" {lines} }}'), Journal()
    store = Store()
    journal.listen(store.add)
    gateway = Gateway(lambda: policy, journal, Dialer(), lambda _: None, mock.Mock(name="authority"))
    door = await asyncio.get_running_loop().create_server(lambda: ClientConnection(gateway), "127.0.0.1", 0)
    try:
        yield Live(gateway, store, door.sockets[0].getsockname()[1])
    finally:
        door.close()
        upstream.close()
        gateway.close()
        for _ in range(200):
            if not gateway.clients and not gateway.pool._open and not serving:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)  # the last callbacks
    assert not gateway.clients
    assert not gateway.pool._open


def reset(connection: socket.socket) -> None:
    """Ends it with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


async def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Waits for something that must come true."""
    for _ in range(int(seconds / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")
