"""What serving makes is freed at once, by reference counting: the garbage collector is told to come seldom."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from .live import Live, live, loops, run, until

UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers requests, and agrees to upgrades, after which it echoes what comes."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if b"Upgrade" in head:
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\n" + UPGRADE + b"\r\n")
                while data := await reader.read(100):
                    writer.write(data)
                return
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def requests(lane: Live) -> None:
    """Three on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", lane.port)
    for _ in range(3):
        writer.write(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 ")
    writer.close()
    await writer.wait_closed()


async def tunnel(lane: Live) -> None:
    """One that says something and ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", lane.port)
    writer.write(b"GET /x HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + b"\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()
    await writer.wait_closed()


async def left_behind(lane: Live, use: Callable[[Live], Awaitable[None]], times: int) -> Counter[str]:
    """The types of devcors' own objects that only the collector can free, after so many uses."""
    gc.collect()
    gc.disable()
    try:
        for _ in range(times):
            await use(lane)
        await until(lambda: not lane.gateway.clients and not lane.gateway.tunnels)
        lane.store.clear()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return Counter(type(one).__name__ for one in gc.garbage if type(one).__module__.startswith("devcors."))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("use", [requests, tunnel])
@pytest.mark.parametrize("loop_factory", loops())
def test_nothing_waits_for_the_collector(
    use: Callable[[Live], Awaitable[None]], loop_factory: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def check() -> None:
        async with live(serve) as lane:
            await left_behind(lane, use, 3)  # what is made once
            assert not await left_behind(lane, use, 10)

    run(loop_factory, check())
