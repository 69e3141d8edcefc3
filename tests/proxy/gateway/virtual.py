"""An event loop whose time jumps, and transports without sockets: everything that happens is ordered by the test.

`FakeTransport` behaves as asyncio's own and uvloop's do over a loopback connection; test_virtual.py holds it to that.
Where the two differ it is as strict as the stricter one.
"""

from __future__ import annotations

import asyncio
import errno
import math
import selectors
import socket
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

Address = tuple[str, int]


class StalledError(Exception):
    """Nothing is ready and no timer is set: what is waited for will never happen."""


class _Jumping(selectors.SelectSelector):
    """Where a real selector would wait, the clock is put forward."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StalledError
        self._loop.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs only when told to. `errors` holds what reached its exception handler.

    `dialed` is called with the address and port of each connection that is made, and with its protocol; it gives the
    transport or raises OSError. `dial_seconds` is how long that takes.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.errors: list[Mapping[str, Any]] = []
        self.dialed: Callable[[str, int, asyncio.Protocol], FakeTransport] | None = None
        self.dial_seconds = 0.0
        super().__init__(_Jumping(self))
        self._clock_resolution = 1e-6
        self.set_exception_handler(lambda _, context: self.errors.append(context))

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        """With `time`, what the modules under test take for the module `time`."""
        return self.now

    async def create_connection(  # type: ignore[override]
        self, factory: Callable[[], asyncio.Protocol], host: str, port: int
    ) -> tuple[FakeTransport, asyncio.Protocol]:
        assert self.dialed is not None
        if self.dial_seconds:
            await asyncio.sleep(self.dial_seconds)
        protocol = factory()
        transport = self.dialed(host, port, protocol)
        protocol.connection_made(transport)
        return transport, protocol

    def settle(self) -> None:
        """Runs what can run now; no time passes."""
        while True:
            self.call_soon(self.stop)
            self.run_forever()
            if not cast("Any", self)._ready:
                return

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.call_at(self.now + seconds, self.stop)
        self.run_forever()
        self.settle()

    def timers(self) -> list[str]:
        """What is still to happen."""
        return [repr(handle) for handle in cast("Any", self)._scheduled if not handle.cancelled()]


class FakeTransport(asyncio.Transport):
    """One end of a connection; the methods that the other end is played with stand below.

    `taken` is what the other end has got, `room` how much more it takes, `finished` whether it has seen an end after
    that, and `aborted` whether that end was no good one. `lost`: connection_lost was called.
    """

    def __init__(self, loop: VirtualLoop, protocol: asyncio.Protocol, own: Address, peer: Address | None) -> None:
        super().__init__({"sockname": own, "peername": peer, "socket": self})
        self.taken = bytearray()
        self.room = math.inf
        self.finished = self.aborted = self.lost = self.departed = False
        self._loop = loop
        self._protocol = protocol
        self._incoming: deque[bytes | OSError | None] = deque()
        self._waiting = bytearray()
        self._high, self._low = 64 * 1024, 16 * 1024
        self._closing = self._ended = self._choked = self._reading_paused = self._deaf = self._broken = False
        self._lingers = True

    # what the protocol calls

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        """As its own socket: what closes with SO_LINGER of no time ends by RST."""
        assert (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER)
        self._lingers = any(value[4:])

    def getsockopt(self, level: int, option: int, _: int) -> bytes:
        """As its own socket: the state, which is ESTABLISHED until it is told of its end."""
        assert (level, option) == (socket.IPPROTO_TCP, socket.TCP_INFO)
        return b"\1"

    def fileno(self) -> int:
        """Nothing lies in any kernel's buffer here."""
        raise OSError(errno.EBADF, "no such file")

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def is_closing(self) -> bool:
        return self._closing

    def is_reading(self) -> bool:
        return not (self._closing or self._reading_paused or self._deaf)

    def pause_reading(self) -> None:
        if not self._closing:
            self._reading_paused = True

    def resume_reading(self) -> None:
        if not self._closing and self._reading_paused:
            self._reading_paused = False
            self._loop.call_soon(self._deliver)

    def _must_not_be_lost(self) -> None:
        if self.lost:  # uvloop's way; asyncio does nothing then
            raise RuntimeError("the handler is closed")

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._must_not_be_lost()
        self._high = 64 * 1024 if high is None else high
        self._low = self._high // 4 if low is None else low

    def get_write_buffer_size(self) -> int:
        return len(self._waiting)

    def write(self, data: Any) -> None:
        self._must_not_be_lost()
        if self._ended:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self.aborted or (self._closing and not self._waiting):
            return
        if self._broken:
            self._force_close(BrokenPipeError(32, "Broken pipe"))
            return
        self._waiting += data
        self._send()
        if len(self._waiting) > self._high and not self._choked:
            self._choked = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._must_not_be_lost()
        if not self._closing and not self._ended:
            self._ended = True
            self._send()

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            if not self._waiting:
                self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        self._force_close(None)

    # how it comes about

    def _send(self) -> None:
        size = int(min(self.room, len(self._waiting)))
        self.taken += self._waiting[:size]
        del self._waiting[:size]
        self.room -= size
        if self._choked and len(self._waiting) <= self._low:
            self._choked = False
            self._protocol.resume_writing()
        if self._waiting:
            return
        if self._ended:
            self.finished = True
        if self._closing and not self.lost and not self.aborted:
            self._loop.call_soon(self._lose, None)

    def _force_close(self, error: OSError | None) -> None:
        if self.lost or self.aborted:
            return
        self.aborted = True
        self._closing = True
        self._waiting.clear()
        self._loop.call_soon(self._lose, error)

    def _lose(self, error: OSError | None) -> None:
        if not self.lost:
            self.aborted = self.aborted or not self._lingers
            self.lost = self.finished = True
            self._protocol.connection_lost(error)

    def _deliver(self) -> None:
        if not self._incoming or not self.is_reading():
            return
        item = self._incoming.popleft()
        if self._incoming:
            self._loop.call_soon(self._deliver)
        if item is None:
            self._deaf = True
            if not self._protocol.eof_received():
                self.close()
        elif isinstance(item, OSError):
            self._force_close(item)
        else:
            self._protocol.data_received(item)

    # what the other end does

    def receive(self, data: bytes) -> None:
        """It sends this."""
        if data and not self.lost:
            self._arrived(data)

    def receive_eof(self) -> None:
        """It has nothing more to say, but may read on."""
        self._arrived(None)

    def receive_reset(self) -> None:
        """It is gone: RST. Who does not read learns of it when it writes."""
        self._broken = True
        self._arrived(ConnectionResetError(104, "Connection reset by peer"))

    def _arrived(self, item: bytes | OSError | None) -> None:
        self._incoming.append(item)
        self._loop.call_soon(self._deliver)

    def take(self, size: float = math.inf) -> None:
        """It reads so much more than it has room for already; by default everything from now on."""
        self.room += size
        if not self.lost and not self.aborted:
            self._loop.call_soon(self._send)
