"""The names of what is measured, with their units and how they are grouped in the table. Pure."""

from __future__ import annotations

from typing import NamedTuple

CONNECTIONS = (1, 16, 64)
DIRECT = "direct"


class Measure(NamedTuple):
    """`key` is its name in figures and JSON, `unit` is printed; values are kept in that unit."""

    key: str
    label: str
    unit: str


class Group(NamedTuple):
    """One part of the table: these measures side by side, a row a peer."""

    section: str
    title: str
    measures: tuple[Measure, ...]


def rate(connections: int) -> str:
    """The key of requests a second."""
    return f"requests.{connections}.rate"


def latency(connections: int, percent: int) -> str:
    """The key of a latency's percentile, in microseconds."""
    return f"requests.{connections}.p{percent}"


ADDED = "requests.1.added"
PLAIN, CROSS, VERDICT_COST = "verdicts.plain", "verdicts.cross", "verdicts.cost"
DOWN, UP = "bodies.down", "bodies.up"
TRIP, TRIP_ADDED, MESSAGES = "websockets.trip", "websockets.added", "websockets.messages"
EVENT_DELAY, EVENT_WORST = "events.delay", "events.p99"
FEW, MANY, MANY_OF_FEW = "routes.10", "routes.1000", "routes.ratio"
IDLE = "idle.growth"
START, START_MEMORY = "start.seconds", "start.memory"
MEMORY_BEFORE, MEMORY_REQUESTS, MEMORY_SOCKETS = "memory.before", "memory.requests", "memory.sockets"
PAGE, PAGE_RATIO = "page.ms", "page.ratio"


def _requests(connections: int) -> Group:
    measures = (
        Measure(rate(connections), "requests", "/s"),
        Measure(latency(connections, 50), "p50", "us"),
        Measure(latency(connections, 99), "p99", "us"),
        *((Measure(ADDED, "added to direct's p50", "us"),) if connections == 1 else ()),
    )
    plural = "" if connections == 1 else "s"
    return Group("requests", f"GET of 1 KiB, {connections} connection{plural} kept alive", measures)


GROUPS: tuple[Group, ...] = (
    Group("start", "Start", (Measure(START, "to the first answer", "s"), Measure(START_MEMORY, "resident", "MB"))),
    *map(_requests, CONNECTIONS),
    Group("bodies", "One body of 200 MB", (Measure(DOWN, "down", "MB/s"), Measure(UP, "up", "MB/s"))),
    Group(
        "websockets",
        "WebSocket, 32 bytes echoed",
        (
            Measure(TRIP, "round trip p50", "us"),
            Measure(TRIP_ADDED, "added to direct's", "us"),
            Measure(MESSAGES, "messages", "/s"),
        ),
    ),
    Group(
        "events",
        "Server-sent event, from the backend's write to the client's read",
        (Measure(EVENT_DELAY, "p50", "us"), Measure(EVENT_WORST, "p99", "us")),
    ),
    Group(
        "verdicts",
        "CORS verdicts, 16 connections",
        (
            Measure(PLAIN, "without Origin", "/s"),
            Measure(CROSS, "cross-origin", "/s"),
            Measure(VERDICT_COST, "cost", "%"),
        ),
    ),
    Group(
        "routes",
        "Routes in the config, 16 connections",
        (Measure(FEW, "10", "/s"), Measure(MANY, "1,000", "/s"), Measure(MANY_OF_FEW, "ratio", "x")),
    ),
    Group("idle", "1,000 idle WebSockets", (Measure(IDLE, "memory grows by", "MB"),)),
    Group(
        "memory",
        "Resident memory",
        (
            Measure(MEMORY_BEFORE, "after start", "MB"),
            Measure(MEMORY_REQUESTS, "after the requests", "MB"),
            Measure(MEMORY_SOCKETS, "and the WebSockets", "MB"),
        ),
    ),
    Group(
        "page",
        "A page of 1,000 unbundled modules, to the last one executed",
        (Measure(PAGE, "time", "ms"), Measure(PAGE_RATIO, "of direct", "x")),
    ),
)
SECTIONS = tuple(dict.fromkeys(group.section for group in GROUPS))
