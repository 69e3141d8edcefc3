"""Runs cases against a proxy: the client's side."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .backend import Backend
from .case import Answered, Case, Do, Exchange, Expect, Seen, Step, Until
from .judging import Violation, judge
from .polling import poll
from .reading import End, Message, read_responses
from .wire import Wire

_AT_ONCE = 32
# what a proxy says too much comes right behind; an error's end may take a little
_LINGER = 0.05
_SETTLE = 0.3


@dataclass(frozen=True, slots=True)
class Result:
    """A case's run, with what was wrong."""

    case: Case
    pieces: bool
    sent: bytes
    seen: Seen
    got: bytes
    violations: tuple[Violation, ...]


async def run(case: Case, port: int, backend: Backend, *, pieces: bool = False) -> Result:
    """One case against the proxy at `port`, whole or byte by byte, judged."""
    exchange = backend.expect(case, port, pieces=pieces)
    client = await _play(exchange)
    await asyncio.sleep(_SETTLE)
    return _judged(exchange, client)


def run_all(
    cases: Iterable[Case], port: int, backend: Backend, *, ways: Sequence[bool] = (False, True)
) -> list[Result]:
    """All cases, some at once, slow ones beside all others. `ways`: whole (False) and byte by byte (True)."""
    return asyncio.run(run_together(cases, port, backend, ways=ways))


async def run_together(
    cases: Iterable[Case], port: int, backend: Backend, *, ways: Sequence[bool] = (False, True)
) -> list[Result]:
    """Like `run_all`, in a loop that runs already. They are judged at the end, so that what comes late counts."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(exchange: Exchange) -> tuple[Exchange, Wire]:
        if exchange.case.slow:
            return exchange, await _play(exchange)
        async with gate:
            return exchange, await _play(exchange)

    async with backend:
        runs = [
            backend.expect(case, port, pieces=pieces) for case in cases for pieces in (ways[:1] if case.slow else ways)
        ]
        done = await asyncio.gather(*(one(exchange) for exchange in runs))
        await asyncio.sleep(_SETTLE)
        return [_judged(exchange, client) for exchange, client in done]


def _judged(exchange: Exchange, client: Wire) -> Result:
    got = bytes(client.received)
    responses, rest, fault = read_responses(got, exchange.case.methods, client.end)
    seen = Seen(exchange, tuple(responses), rest, fault, client.end)
    sent = b"".join(exchange.filled(step) for step in exchange.case.sent if isinstance(step, bytes))
    return Result(exchange.case, exchange.pieces, sent, seen, got, tuple(judge(exchange.case, seen)))


async def _play(exchange: Exchange) -> Wire:
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", exchange.port))
    client = exchange.client = Wire(sock)
    try:
        alive = True
        for step in exchange.case.sent:
            alive = alive and await _step(step, exchange, client)
        if alive:
            await _last_wait(exchange.case, client)
    finally:
        await client.close()
    return client


async def _step(step: Step, exchange: Exchange, client: Wire) -> bool:
    """One step of the client; False when it has ended the connection itself."""
    if isinstance(step, bytes):
        await client.send(exchange.filled(step), pieces=exchange.pieces)
    elif isinstance(step, Until):
        if not await poll(lambda: exchange.came_to_backend(step.what), step.seconds):
            exchange.faults.append(f"the backend had not got {step.what!r} after {step.seconds} s")
    elif isinstance(step, Answered):
        await client.until(lambda: len(_complete(exchange.case, client)) >= step.count, step.seconds)
    elif step is Do.PAUSE:
        await asyncio.sleep(0.1)
    elif step is Do.HALF_CLOSE:
        client.half_close()
    else:
        await client.close(reset=step is Do.RESET)
        return False
    return True


def _complete(case: Case, client: Wire) -> list[Message]:
    responses, _, _ = read_responses(bytes(client.received), case.methods, client.end)
    return [message for message in responses if message.complete]


async def _last_wait(case: Case, client: Wire) -> None:
    """Until everything that is to come has come."""
    wanted = case.reach + 1 if case.expect is Expect.REJECT and not case.in_answer else max(len(case.finals), 1)

    def enough() -> bool:
        if case.closes or client.end is not End.OPEN:
            return client.end is not End.OPEN
        finals = [message for message in _complete(case, client) if message.status >= 200 or message.status == 101]
        return len(finals) >= wanted or any(message.status >= 400 for message in finals[case.reach :])

    while not enough() and await client.more(case.patience):
        pass
    if client.end is End.OPEN:
        await client.until(lambda: False, _LINGER)
