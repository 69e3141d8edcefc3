"""Requests a second and latencies of a small GET at several numbers of connections."""

from __future__ import annotations

from benchmarks.backends.answer import TARGET
from benchmarks.figures import difference
from benchmarks.load.requests import load
from benchmarks.measures import ADDED, CONNECTIONS, DIRECT, latency, rate

from .context import Run, say


def measure(run: Run) -> None:
    """Each number of connections in all rounds, after a warm-up of everybody (Node.js compiles what is hot)."""
    for name, door in run.doors.items():
        with run.attempt(rate(CONNECTIONS[0]), name):
            load(door.api, [TARGET], connections=16, seconds=run.options.seconds)
    for connections in CONNECTIONS:
        say(f"requests, {connections} connections")
        _rounds(run, connections)
    for name in run.doors:
        of, by = (latency(1, 50), name), (latency(1, 50), DIRECT)
        run.figures.derive(ADDED, of, by, difference)


def _rounds(run: Run, connections: int) -> None:
    for round_, name, door in run.visits():
        with run.attempt(rate(connections), name):
            got = load(door.api, [TARGET], connections=connections, seconds=run.options.seconds)
            run.figures.add(rate(connections), name, round_, got.rate)
            run.figures.add(latency(connections, 50), name, round_, got.p50)
            run.figures.add(latency(connections, 99), name, round_, got.p99)
