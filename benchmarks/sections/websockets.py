"""A WebSocket's round trip and messages a second."""

from __future__ import annotations

from benchmarks.figures import difference
from benchmarks.load.websockets import messages, round_trips
from benchmarks.measures import DIRECT, MESSAGES, TRIP, TRIP_ADDED

from .context import Run, say


def measure(run: Run) -> None:
    """Both in all rounds."""
    for key, ask in ((TRIP, round_trips), (MESSAGES, messages)):
        say(f"WebSocket {ask.__name__.replace('_', ' ')}")
        for round_, name, door in run.visits():
            with run.attempt(key, name):
                run.figures.add(key, name, round_, ask(door.streams, seconds=run.options.seconds))
    for name in run.doors:
        run.figures.derive(TRIP_ADDED, (TRIP, name), (TRIP, DIRECT), difference)
