"""The gateway on a stage: a real Gateway with its pool and dialer, and all connections fakes."""

from __future__ import annotations

import asyncio
import errno
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any
from unittest import mock

from devcors.policy import Policy
from devcors.proxy.dialing import Dialer
from devcors.proxy.gateway.client import ClientConnection
from devcors.proxy.gateway.lane import Gateway
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange
from devcors.traffic.store import Store
from tests.policy.asking import policy_of

from .replies import Reply, read_replies
from .virtual import FakeTransport, VirtualLoop

POLICY = policy_of("""
    frontend = "http://127.0.0.1:8000"
    [routes]
    "/api" = "http://127.0.0.1:8001"
    "/idle" = { target = "http://127.0.0.1:8002", timeout = { idle = "10s" } }
    "/cors" = { target = "http://127.0.0.1:8003", cors = "inject" }
""")
_CLOCKS = ("pool", "upstream", "exchange")


class Played:
    """A connection that the test plays the other end of. Each deed runs the loop until nothing is left to run."""

    def __init__(self, stage: Stage, transport: FakeTransport) -> None:
        self.transport = transport
        self._stage = stage

    def says(self, *pieces: bytes) -> None:
        """Sends; each piece is read by itself."""
        for piece in pieces:
            self.transport.receive(piece)
            self._stage.loop.settle()

    def finishes(self) -> None:
        """Half-closes."""
        self.transport.receive_eof()
        self._stage.loop.settle()

    def resets(self) -> None:
        """Ends abruptly."""
        self.transport.receive_reset()
        self._stage.loop.settle()

    def stops_reading(self) -> None:
        """From now on nothing is taken."""
        self.transport.room = 0

    def reads(self, size: float = float("inf")) -> None:
        """Takes so much more."""
        self.transport.take(size)
        self._stage.loop.settle()

    @property
    def got(self) -> bytes:
        """All that it has been sent."""
        return bytes(self.transport.taken)

    @property
    def is_read(self) -> bool:
        """Whether what it says is read."""
        return self.transport.is_reading()

    @property
    def ended(self) -> bool:
        """Whether it has seen an end, in good order or not."""
        return self.transport.finished

    @property
    def gone(self) -> bool:
        """Whether nothing of the connection is left."""
        return self.transport.lost


class PlayedClient(Played):
    """Remembers the methods that it asked with."""

    def __init__(self, stage: Stage, transport: FakeTransport) -> None:
        super().__init__(stage, transport)
        self.methods: list[str] = []

    def asks(
        self, line: str = "GET /", *lines: str, body: bytes = b"", version: str = "1.1", host: str = "localhost"
    ) -> None:
        """Sends a request head with Host, and `body` behind it."""
        head = "\r\n".join((f"{line} HTTP/{version}", f"Host: {host}", *lines, "", ""))
        self.methods.append(line.partition(" ")[0])
        self.says(head.encode() + body)

    @property
    def replies(self) -> list[Reply]:
        """What it has been answered."""
        return read_replies(self.got, self.methods, ended=self.ended and not self.transport.aborted)

    @property
    def reply(self) -> Reply:
        """The last of the answers."""
        return self.replies[-1]


class PlayedUpstream(Played):
    """`dialed` is the address and port."""

    def __init__(self, stage: Stage, transport: FakeTransport, dialed: tuple[str, int]) -> None:
        super().__init__(stage, transport)
        self.dialed = dialed
        self.answered = 0

    def answers(self, body: bytes = b"ok", *lines: str, status: str = "200 OK") -> None:
        """A whole response with a length."""
        self.answered += 1
        head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""))
        self.says(head.encode() + body)

    @property
    def asked(self) -> list[bytes]:
        """The request lines that it has got, for requests without bodies."""
        return [head.partition(b"\r\n")[0] for head in self.got.split(b"\r\n\r\n") if head]


class Stage:
    """A context; when it is left, nothing may have gone wrong unseen."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.loop = VirtualLoop()
        self.policy = policy
        self.journal, self.store = Journal(), Store()
        self.journal.listen(self.store.add)
        self.upstreams: list[PlayedUpstream] = []
        self.refused: set[int] = set()
        self.handed_over: list[bytes] = []
        self.own: set[tuple[str, int]] = set()
        self.gateway = Gateway(
            lambda: self.policy,
            self.journal,
            Dialer(own=lambda: self.own),
            lambda client: self.handed_over.append(client.leave()),
            mock.Mock(name="authority"),
        )
        self._ports = itertools.count(40000)
        self._patches: list[Any] = [
            *(mock.patch(f"devcors.proxy.gateway.{name}.time", self.loop) for name in _CLOCKS),
            mock.patch("devcors.proxy.dialing.time", self.loop),
            mock.patch("devcors.proxy.gateway.departure.has_departed", lambda transport: transport.departed),
        ]
        self.loop.dialed = self._dialed

    def __enter__(self) -> Stage:
        for patch in self._patches:
            patch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self.clear()
        finally:
            for patch in self._patches:
                patch.stop()
            self.loop.close()

    def _dialed(self, host: str, port: int, protocol: asyncio.Protocol) -> FakeTransport:
        if port in self.refused:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        transport = FakeTransport(self.loop, protocol, ("127.0.0.1", next(self._ports)), (host, port))
        self.upstreams.append(PlayedUpstream(self, transport, (host, port)))
        return transport

    def client(self, peer: str = "127.0.0.1") -> PlayedClient:
        """A new connection to the front door."""
        protocol = ClientConnection(self.gateway)
        transport = FakeTransport(self.loop, protocol, ("127.0.0.1", 2677), (peer, next(self._ports)))
        protocol.connection_made(transport)
        return PlayedClient(self, transport)

    def upstream(self, number: int = -1) -> PlayedUpstream:
        """A connection that was dialed."""
        return self.upstreams[number]

    @property
    def busy(self) -> list[PlayedUpstream]:
        """The upstreams that have been asked more often than they have answered."""
        return [upstream for upstream in self.upstreams if len(upstream.asked) > upstream.answered]

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.loop.advance(seconds)

    @property
    def records(self) -> list[Exchange]:
        """The exchanges that have ended."""
        return list(self.store)

    @property
    def record(self) -> Exchange:
        """The only one."""
        (record,) = self.store
        return record

    @property
    def idle(self) -> int:
        """Connections in the pool."""
        return sum(map(len, self.gateway.pool._idle.values()))

    def clear(self) -> None:
        """All clients leave and time passes: nothing may be left, nothing may have failed."""
        for client in tuple(self.gateway.clients):
            client.transport.abort()
        self.loop.settle()
        self.advance(1000)
        pool = self.gateway.pool
        assert not self.loop.errors, self.loop.errors
        assert not self.gateway.clients
        assert not self.idle
        assert not pool._open, "an upstream connection that nobody knows of"
        assert not self.loop.timers(), self.loop.timers()
        assert not asyncio.all_tasks(self.loop)
        assert all(record.ended is not None for record in self.store)


@contextmanager
def talk(*asked: tuple[Any, ...], policy: Policy = POLICY) -> Iterator[tuple[Stage, PlayedClient, PlayedUpstream]]:
    """A client that has asked (each tuple: arguments of `asks`; none: `GET /`), and the upstream that has got it."""
    with Stage(policy) as stage:
        client = stage.client()
        for arguments in asked or ((),):
            client.asks(*arguments)
        yield stage, client, stage.upstream()


def statuses(replies: Sequence[Reply]) -> list[int]:
    """Only these."""
    return [reply.status for reply in replies]
