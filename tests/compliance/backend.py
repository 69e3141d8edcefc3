"""The scripted backend: keeps what came, reads it strictly, and answers as the case says."""

from __future__ import annotations

import asyncio
import re
import socket
from types import TracebackType

from .case import Case, Do, Exchange, Glued, Received, Steps, Until
from .polling import poll
from .reading import End, Malformed, Message, read_request
from .wire import Wire

_TOKEN = re.compile(rb"case-[0-9]+x")
_NUMBERED = re.compile(rb"case-[0-9]+x/([0-9]+)$")
_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_HOLD = 3.0


class Backend:
    """Listens from the start; serves within `async with`."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self.exchanges: dict[bytes, Exchange] = {}
        # what came without any case's token
        self.strays: list[bytes] = []
        self.connections = 0
        self._accepting: asyncio.Task[None] | None = None

    def expect(self, case: Case, port: int, *, pieces: bool) -> Exchange:
        """A new run of a case, whose requests come with its token."""
        token = f"case-{len(self.exchanges) + 1:05d}x".encode()
        exchange = Exchange(case, token, port, pieces)
        self.exchanges[token] = exchange
        return exchange

    async def __aenter__(self) -> Backend:
        self._accepting = asyncio.get_running_loop().create_task(self._accept())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._accepting is not None
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)

    def close(self) -> None:
        """Ends listening."""
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                sock, _ = await loop.sock_accept(self._listener)
                self.connections += 1
                group.create_task(_Connection(self, Wire(sock), self.connections).serve())


class _Connection:
    def __init__(self, backend: Backend, wire: Wire, number: int) -> None:
        self._backend, self._wire, self._number = backend, wire, number
        self._served = 0
        self._last: Exchange | None = None
        self._poisoned: Exchange | None = None
        self._open = True

    async def serve(self) -> None:
        try:
            while self._open and (received := await self._next()):
                await self._serve_one(received)
        finally:
            await self._wire.close()

    async def _serve_one(self, received: Received) -> None:
        exchange = self._last
        if received.fault is not None or exchange is None:
            await self._wire.send(_REFUSAL, pieces=False)
            self._open = False
            return
        exchange.upstream.append(self._wire)
        await self._play(exchange, received)
        if self._open:
            await self._whole(received)
        exchange.upstream.remove(self._wire)
        if received.message is None or not received.complete:
            self._open = False
        else:
            del self._wire.received[: received.message.size]
            self._served += 1

    async def _next(self) -> Received | None:
        """The next request, once its head is there, noted with its case; None at the end."""
        wire = self._wire
        while True:
            if wire.received:
                self._note_poison()
                try:
                    message = read_request(bytes(wire.received))
                except Malformed as fault:
                    await asyncio.sleep(0.05)  # the token may stand further on
                    return self._noted(None, str(fault))
                if message is not None:
                    return self._noted(message, None)
            if wire.end is not End.OPEN:
                return self._noted(None, "ends within a head") if wire.received else None
            await wire.more(60.0)

    def _note_poison(self) -> None:
        if self._poisoned is not None:
            self._poisoned.faults.append("the backend's connection was used again after a faulty answer")
            self._poisoned = None

    def _noted(self, message: Message | None, fault: str | None) -> Received | None:
        raw = bytes(self._wire.received)
        found = _TOKEN.search(raw[: message.size] if message is not None else raw)
        self._last = self._backend.exchanges.get(found[0]) if found else self._last
        received = Received(self._number, raw, message, fault)
        if self._last is None:
            self._backend.strays.append(raw)
        else:
            self._last.received.append(received)
        return received

    async def _whole(self, received: Received) -> None:
        """Waits until the request is complete, faulty, or the connection's end."""
        wire = self._wire
        size = -1
        while not received.complete and received.fault is None:
            if len(wire.received) > size:
                size = len(wire.received)
                received.raw = bytes(wire.received)
                try:
                    received.message = read_request(received.raw)
                except Malformed as fault:
                    received.fault = str(fault)
            elif wire.end is not End.OPEN:
                return
            else:
                await wire.more(10.0)

    async def _play(self, exchange: Exchange, received: Received) -> None:
        for step in _script(exchange, received):
            if not self._open or received.fault is not None:
                return
            if isinstance(step, bytes):
                await self._wire.send(exchange.filled(step), pieces=exchange.pieces)
            elif isinstance(step, Glued):
                await self._wire.send(exchange.filled(step.data), pieces=False)
            elif isinstance(step, Until):
                if not await poll(lambda what=step.what: exchange.came_to_client(what), step.seconds):  # type: ignore[misc]
                    exchange.faults.append(f"the client had not got {step.what!r} after {step.seconds} s")
            elif isinstance(step, Do):
                await self._do(step, exchange, received)
        if exchange.case.drops_upstream and exchange.received[0] is received:
            self._poisoned = exchange

    async def _do(self, step: Do, exchange: Exchange, received: Received) -> None:
        if step is Do.BODY:
            await self._whole(received)
        elif step is Do.PAUSE:
            await asyncio.sleep(0.1)
        elif step in (Do.CLOSE, Do.RESET) or (step is Do.CLOSE_IF_REUSED and self._served):
            await self._wire.close(reset=step is Do.RESET)
            self._open = False
        elif step is Do.UNTIL_END:
            if not await poll(lambda: self._wire.end is not End.OPEN, _HOLD):
                exchange.faults.append(f"the backend's connection was still open after {_HOLD} s")
            self._open = False


def _script(exchange: Exchange, received: Received) -> Steps:
    assert received.message is not None
    target = received.message.target
    found = _NUMBERED.search(target)
    number = int(found[1]) if found else 1
    if number <= len(exchange.case.answers):
        return exchange.case.answers[number - 1]
    content = b"answer to " + target[:200]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(content)
    return Do.BODY, head if received.message.method == b"HEAD" else head + content
