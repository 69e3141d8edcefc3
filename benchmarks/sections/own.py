"""What is measured on devcors alone: many routes, many idle WebSockets, memory after much work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.backends.answer import TARGET
from benchmarks.figures import rotated
from benchmarks.load.requests import load
from benchmarks.load.websockets import ask, opened, websocket
from benchmarks.measures import (
    FEW,
    IDLE,
    MANY,
    MANY_OF_FEW,
    MEMORY_BEFORE,
    MEMORY_REQUESTS,
    MEMORY_SOCKETS,
)
from benchmarks.peers.choosing import answering
from benchmarks.peers.devcors import command, config
from benchmarks.processes import BenchError, resident
from benchmarks.targets import DEVCORS
from tests.support.ports import free_port

from .context import Run, say

MANY_ROUTES, FEW_ROUTES = 1000, 10
IDLE_SOCKETS = 1000
SETTLE = 1.0  # seconds until memory is looked at
SLICE = 5  # seconds of load at a time, until there were enough requests


def patterns(count: int) -> list[str]:
    """`count` of 1,000 names, evenly spread: the same ten are asked for in either config."""
    return [f"/service-{number:04}" for number in range(0, MANY_ROUTES, MANY_ROUTES // count)]


@contextmanager
def _devcors(run: Run, routes: dict[str, int], target: str) -> Iterator[tuple[int, int]]:
    """Its port and its session."""
    port, folder = free_port(), run.new_folder(DEVCORS)
    with answering(command(folder, port, config(routes)), folder, port, target) as session:
        yield port, session


def measure_routes(run: Run) -> None:
    """Ten paths in turn, through a config of ten routes and through one of a thousand, both running all the time."""
    say("routes")
    asked = patterns(FEW_ROUTES)
    few, many = (dict.fromkeys(patterns(count), run.behind.api) for count in (FEW_ROUTES, MANY_ROUTES))
    with ExitStack() as stack, run.attempt(FEW, DEVCORS):
        ports = {
            key: stack.enter_context(_devcors(run, routes, asked[0]))[0] for key, routes in ((FEW, few), (MANY, many))
        }
        for port in ports.values():
            load(port, asked, connections=16, seconds=1)
        for round_ in range(run.options.rounds):
            for key in rotated([FEW, MANY], round_):
                got = load(ports[key], asked, connections=16, seconds=run.options.seconds)
                run.figures.add(key, DEVCORS, round_, got.rate)
    run.figures.derive(MANY_OF_FEW, (MANY, DEVCORS), (FEW, DEVCORS), lambda many, few: many / few)


def measure_idle(run: Run) -> None:
    """Resident memory of 1,000 open WebSockets that say nothing, once, in a fresh process."""
    say("idle WebSockets")
    routes = {"/api": run.behind.api, "/stream": run.behind.streams}
    with run.attempt(IDLE, DEVCORS), _devcors(run, routes, TARGET) as (port, session), ExitStack() as stack:
        for _ in range(20):
            _open_and_close(port)
        before = _settled(session)
        sockets = [stack.enter_context(opened(port)) for _ in range(IDLE_SOCKETS)]
        run.figures.add(IDLE, DEVCORS, 0, _settled(session) - before)
        for sock in (sockets[0], sockets[-1]):
            ask(sock)  # they are idle, not lost


def measure_memory(run: Run) -> None:
    """After start, after many requests, after many WebSockets opened and closed, once, in a fresh process."""
    options = run.options
    say(f"memory: {options.requests:,} requests and {options.sockets:,} WebSockets")
    run.figures.note(f"memory is seen after {options.requests:,} requests, then {options.sockets:,} WebSockets")
    routes = {"/api": run.behind.api, "/stream": run.behind.streams}
    with run.attempt(MEMORY_BEFORE, DEVCORS), _devcors(run, routes, TARGET) as (port, session):
        run.figures.add(MEMORY_BEFORE, DEVCORS, 0, _settled(session))
        left = options.requests
        while left > 0:
            left -= load(port, [TARGET], connections=16, seconds=SLICE).requests
        run.figures.add(MEMORY_REQUESTS, DEVCORS, 0, _settled(session))
        for _ in range(options.sockets):
            _open_and_close(port)
        run.figures.add(MEMORY_SOCKETS, DEVCORS, 0, _settled(session))


def _open_and_close(port: int) -> None:
    with websocket(port):
        pass


def _settled(session: int) -> float:
    time.sleep(SETTLE)
    memory = resident(session)
    if memory is None:
        raise BenchError("memory is only seen where there is /proc")
    return memory
