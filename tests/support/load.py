"""A helper process that loads the front door at PORT: looping requests, one event stream and one socket under /s.

In the end it says what it counted, and every failure: another answer than `one` or `two`, a connection, the stream or
the socket that was closed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field

from tornado.websocket import websocket_connect

from .helpers import say, until_told
from .streams import hang_up

CONNECTIONS = 8


@dataclass
class Counts:
    """What came, and what went wrong."""

    requests: int = 0
    events: int = 0
    echoes: int = 0
    failures: list[str] = field(default_factory=list)


class Load:
    """The clients; each goes on until it is cancelled, and opens its connection once."""

    def __init__(self, port: int) -> None:
        self.counts = Counts()
        self._port = port

    async def run(self) -> None:
        """Until told to stop."""
        clients: list[Callable[[], Coroutine[None, None, None]]] = [
            *[self._loop] * CONNECTIONS,
            self._listen,
            self._talk,
        ]
        tasks = [asyncio.get_running_loop().create_task(self._guarded(client)) for client in clients]
        await until_told()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _guarded(self, client: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await client()
        except Exception as error:
            self.counts.failures.append(f"{client.__name__}: {error!r}")
        else:
            self.counts.failures.append(f"{client.__name__} has ended")

    async def _ask(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        reader, writer = await asyncio.open_connection("localhost", self._port)
        return reader, writer, f"GET {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n\r\n".encode()

    async def _loop(self) -> None:
        reader, writer, request = await self._ask("/load")
        try:
            while True:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                if not head.startswith(b"HTTP/1.1 200 ") or body not in (b"one", b"two"):
                    self.counts.failures.append(f"{head!r} {body[:200]!r}")
                self.counts.requests += 1
        finally:
            writer.close()

    async def _listen(self) -> None:
        reader, writer, request = await self._ask("/s/events?count=0&every=0.02")
        try:
            writer.write(request)
            while piece := await self._next(reader):
                self.counts.events += piece.count(b"data:")
        finally:
            writer.close()

    @staticmethod
    async def _next(reader: asyncio.StreamReader) -> bytes:
        # not `wait_for`, which before Python 3.12 may lose a cancellation that comes together with data
        async with asyncio.timeout(5):
            return await reader.read(65536)

    async def _talk(self) -> None:
        client = await websocket_connect(f"ws://localhost:{self._port}/s/echo")
        try:
            while True:
                await client.write_message(str(self.counts.echoes))
                if await client.read_message() != str(self.counts.echoes):
                    return
                self.counts.echoes += 1
                await asyncio.sleep(0.01)
        finally:
            hang_up(client)


def _length(head: bytes) -> int:
    return next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))


if __name__ == "__main__":
    load = Load(int(sys.argv[1]))
    asyncio.run(load.run())
    say(asdict(load.counts))
