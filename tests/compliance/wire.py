"""One TCP connection of the catalogue, seen from an end of ours: what came, how it ended, sending in given pieces."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from collections.abc import Callable, Iterator

from .reading import End

_ODD_SIZES = (1, 2, 61, 1009, 4099, 7, 16381)
_BYTE_BY_BYTE_UP_TO = 3000


def pieces_of(data: bytes) -> Iterator[bytes]:
    """Single bytes; for what is long, pieces of odd sizes."""
    if len(data) <= _BYTE_BY_BYTE_UP_TO:
        yield from (data[at : at + 1] for at in range(len(data)))
        return
    at = 0
    for size in itertools.cycle(_ODD_SIZES):
        if at >= len(data):
            return
        yield data[at : at + size]
        at += size


class Wire:
    """Plain sockets rather than asyncio's streams: these forget what had come when a later write fails."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self.received = bytearray()
        self.end = End.OPEN
        self._pump = self._loop.create_task(self._read())

    async def _read(self) -> None:
        while self.end is End.OPEN:
            try:
                data = await self._loop.sock_recv(self._sock, 1 << 18)
            except OSError:
                self.end = End.RESET
            else:
                self.received += data
                if not data:
                    self.end = End.CLOSED
            self._news.set()

    async def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Waits for something that came on this connection, or its end; whether it did within `seconds`."""
        deadline = self._loop.time() + seconds
        while not ready():
            left = deadline - self._loop.time()
            if left <= 0 or self.end is not End.OPEN:
                return False
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return ready()
        return True

    async def more(self, seconds: float) -> bool:
        """Waits for further bytes, or the end."""
        size = len(self.received)
        return await self.until(lambda: len(self.received) > size, seconds)

    async def send(self, data: bytes, *, pieces: bool) -> bool:
        """Whole or in pieces, each a segment of its own; False when the other side takes no more."""
        try:
            if not pieces:
                await self._loop.sock_sendall(self._sock, data)
                return True
            for piece in pieces_of(data):
                await self._loop.sock_sendall(self._sock, piece)
                await asyncio.sleep(0)
        except OSError:
            return False
        return True

    def half_close(self) -> None:
        """No more from us; we go on reading."""
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            return  # gone already

    async def close(self, *, reset: bool = False) -> None:
        """Ends the connection, orderly or by a reset; again does nothing."""
        # the loop must have let go of the descriptor before it is closed, and maybe another's
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        if reset and self._sock.fileno() >= 0:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()
