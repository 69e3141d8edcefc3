"""How long a peer takes to its first answer, and how much memory it has then."""

from __future__ import annotations

import time

from benchmarks.figures import rotated
from benchmarks.measures import START, START_MEMORY
from benchmarks.peers.choosing import Chosen, started
from benchmarks.processes import resident

from .context import Run, say


def measure(run: Run) -> None:
    """The whole process, from nothing, in every round. What the disk cache holds after the first one counts, too."""
    say("start")
    for round_ in range(run.options.rounds):
        for chosen in rotated(run.chosen, round_):
            with run.attempt(START, chosen.peer.name):
                _start(run, chosen, round_)


def _start(run: Run, chosen: Chosen, round_: int) -> None:
    began = time.perf_counter()
    with started(chosen, run.folder, run.behind) as peer:
        run.figures.add(START, chosen.peer.name, round_, time.perf_counter() - began)
        if (memory := resident(peer.session)) is not None:
            run.figures.add(START_MEMORY, chosen.peer.name, round_, memory)
