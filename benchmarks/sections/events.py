"""How long a server-sent event is on its way."""

from __future__ import annotations

from benchmarks.load.events import delays
from benchmarks.measures import EVENT_DELAY, EVENT_WORST

from .context import Run, say


def measure(run: Run) -> None:
    """An event each 10 ms, for the length of a visit."""
    say("server-sent events")
    for round_, name, door in run.visits():
        with run.attempt(EVENT_DELAY, name):
            half, nearly_all = delays(door.streams, seconds=run.options.seconds)
            run.figures.add(EVENT_DELAY, name, round_, half)
            run.figures.add(EVENT_WORST, name, round_, nearly_all)
