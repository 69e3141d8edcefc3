"""200 MB down and 200 MB up."""

from __future__ import annotations

from benchmarks.load.bodies import down, up
from benchmarks.measures import DOWN, UP

from .context import Run, say

SIZE = 200_000_000


def measure(run: Run) -> None:
    """Both in every visit."""
    for key, transfer in ((DOWN, down), (UP, up)):
        say(f"200 MB {transfer.__name__}")
        for round_, name, door in run.visits():
            with run.attempt(key, name):
                run.figures.add(key, name, round_, transfer(door.streams, SIZE))
