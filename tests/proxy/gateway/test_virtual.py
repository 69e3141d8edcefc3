"""The fake transport against the real ones: the same script, and the protocol and the other end see the same."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

import pytest

from .live import loops
from .virtual import FakeTransport, StalledError, VirtualLoop

BIG = 16 * 1024 * 1024  # more than the system's buffers hold


class Noting(asyncio.Protocol):
    """Notes what happens; pieces of data that follow one another are one."""

    def __init__(self, *, stays: bool) -> None:
        self.notes: list[Any] = []
        self.transport = cast("asyncio.Transport", None)
        self._stays = stays

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=1000)

    def data_received(self, data: bytes) -> None:
        if self.notes and isinstance(self.notes[-1], bytes):
            self.notes[-1] += data
        else:
            self.notes.append(data)

    def eof_received(self) -> bool:
        self.notes.append("eof")
        return self._stays

    def connection_lost(self, exc: Exception | None) -> None:
        self.notes.append("lost by an error" if exc else "lost")

    def pause_writing(self) -> None:
        self.notes.append("pause")

    def resume_writing(self) -> None:
        self.notes.append("resume")


Play = Callable[[str], tuple[list[Any], int | None]]


def deed(transport: asyncio.Transport, what: str) -> bool:
    """What a protocol does; False where `what` is the other end's."""
    deeds: dict[str, Callable[[], object]] = {
        "write": lambda: transport.write(b"x" * 100),
        "write much": lambda: transport.write(b"x" * BIG),
        "write_eof": transport.write_eof,
        "close": transport.close,
        "abort": transport.abort,
        "pause_reading": transport.pause_reading,
        "resume_reading": transport.resume_reading,
    }
    if what in deeds:
        deeds[what]()
    return what in deeds


def on_fakes(script: str, *, stays: bool) -> tuple[list[Any], int, bool]:
    loop = VirtualLoop()
    try:
        protocol = Noting(stays=stays)
        transport = FakeTransport(loop, protocol, ("127.0.0.1", 1), ("127.0.0.1", 2))
        protocol.connection_made(transport)
        transport.room = 1000
        others: dict[str, Callable[[], object]] = {
            "> data": lambda: transport.receive(b"data"),
            "> eof": transport.receive_eof,
            "> reset": transport.receive_reset,
            "> read": transport.take,
        }
        for what in script.split(", "):
            loop.call_soon(others[what]) if what in others else loop.call_soon(deed, transport, what)
            loop.settle()
        assert not loop.errors
        return protocol.notes, len(transport.taken), transport.finished
    finally:
        loop.close()


class OtherEnd:
    """A plain socket; it reads only when it is told to, from then on."""

    def __init__(self) -> None:
        self.counted, self.ended = 0, False
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self._reads = False

    def does(self, what: str) -> None:
        if what == "> data":
            self.socket.send(b"data")
        elif what == "> eof":
            self.socket.shutdown(socket.SHUT_WR)
        elif what == "> reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
        else:
            self._reads = True

    def read(self, *, always: bool = False) -> int:
        """How much has come so far."""
        try:
            while (self._reads or always) and (data := self.socket.recv(1 << 20)):
                self.counted += len(data)
            self.ended = self._reads or always
        except BlockingIOError:
            pass
        except OSError:  # closed here, or reset there
            self.ended = True
        return self.counted


async def on_sockets(script: str, *, stays: bool) -> tuple[list[Any], int, bool]:
    loop = asyncio.get_running_loop()
    protocol = Noting(stays=stays)
    server = await loop.create_server(lambda: protocol, "127.0.0.1", 0)
    other = OtherEnd()
    try:
        await loop.sock_connect(other.socket, server.sockets[0].getsockname())
        await asyncio.sleep(0.01)
        for what in script.split(", "):
            if not deed(protocol.transport, what):
                other.does(what)
            await quiet(lambda: (other.read(), len(protocol.notes)))
        other.read(always=True)
        return list(protocol.notes), other.counted, other.ended
    finally:
        other.socket.close()
        if not protocol.transport.is_closing():
            protocol.transport.abort()
        server.close()
        await asyncio.sleep(0.004)


async def quiet(look: Callable[[], object]) -> None:
    """Waits until nothing changes any more."""
    before = None
    for _ in range(1000):
        if before == (before := look()):
            return
        await asyncio.sleep(0.004)


@pytest.mark.parametrize("loop_factory", loops())
@pytest.mark.parametrize(
    ("script", "stays", "reset"),
    [
        ("> data, > data, > eof, write, close", True, False),
        ("> data, > eof", False, False),
        ("pause_reading, > data, write", True, False),
        ("pause_reading, > data, > eof, resume_reading, write", True, False),
        ("pause_reading, pause_reading, > data, resume_reading, resume_reading", True, False),
        ("write much, > read, write", True, False),
        ("write much, close, > read", True, False),
        ("write much, abort", True, True),
        ("write much, write_eof, > read, > data, > eof", False, False),
        ("write, write_eof, > data, > eof", False, False),
        ("> reset", True, True),
        ("> data, > reset", True, True),
        ("pause_reading, > data, > reset, resume_reading", True, True),
        ("> eof, > reset, write", True, True),
        ("close, > data, close", True, True),
        ("abort, close", True, True),
        ("> data, pause_reading, close", True, False),
    ],
)
def test_the_fake_behaves_as_a_real_transport(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], script: str, stays: bool, reset: bool
) -> None:
    """`reset`: what the other end has got by then is a matter of chance."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        notes, counted, ended = runner.run(on_sockets(script, stays=stays))
    played, taken, finished = on_fakes(script, stays=stays)
    assert played == notes
    if not reset and "much" not in script:
        assert (taken, finished) == (counted, ended)
    if "> read" in script:
        assert taken == counted


DEEDS = ["write", "write_eof", "close", "abort", "pause_reading", "resume_reading"]


@pytest.mark.parametrize("name", DEEDS)
def test_a_lost_transport_refuses_what_any_real_one_refuses(name: str) -> None:
    async def refuses() -> bool:
        loop = asyncio.get_running_loop()
        protocol = Noting(stays=True)
        server = await loop.create_server(lambda: protocol, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()):
            await asyncio.sleep(0.01)
            protocol.transport.close()
            await asyncio.sleep(0.01)
            server.close()
            assert protocol.notes == ["lost"]
            return fails(protocol.transport)

    def fails(transport: asyncio.Transport) -> bool:
        try:
            deed(transport, name)
        except RuntimeError:
            return True
        return False

    async def fake_refuses() -> bool:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        transport = FakeTransport(loop, Noting(stays=True), ("127.0.0.1", 1), ("127.0.0.1", 2))
        transport.close()
        await asyncio.sleep(0.01)
        return fails(transport)

    real = []
    for factory in (entry.values[0] for entry in loops() if not entry.marks):
        with asyncio.Runner(loop_factory=factory) as runner:
            real.append(runner.run(refuses()))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        refused = runner.run(fake_refuses())
    assert refused >= any(real)


def test_time_jumps_and_a_stall_is_seen() -> None:
    loop = VirtualLoop()
    try:
        assert loop.run_until_complete(asyncio.sleep(1000, "over")) == "over"
        assert loop.time() == pytest.approx(2000)
        with pytest.raises(StalledError):
            loop.run_until_complete(loop.create_future())
    finally:
        loop.close()
