"""What CORS verdicts cost devcors: the same answer, with the right CORS fields, asked with and without Origin."""

from __future__ import annotations

from benchmarks.backends.answer import CROSS_TARGET, ORIGIN
from benchmarks.figures import rotated
from benchmarks.load.requests import load
from benchmarks.measures import CROSS, PLAIN, VERDICT_COST
from benchmarks.targets import DEVCORS

from .context import Run, say

FIELDS = {PLAIN: {}, CROSS: {"Origin": ORIGIN}}


def measure(run: Run) -> None:
    """Both in every round, the first one in turn."""
    if DEVCORS not in run.doors:
        return
    say("verdicts")
    port = run.doors[DEVCORS].api
    with run.attempt(CROSS, DEVCORS):
        load(port, [CROSS_TARGET], connections=16, seconds=1, fields=FIELDS[CROSS])
    for round_ in range(run.options.rounds):
        for key in rotated([PLAIN, CROSS], round_):
            with run.attempt(key, DEVCORS):
                got = load(port, [CROSS_TARGET], connections=16, seconds=run.options.seconds, fields=FIELDS[key])
                run.figures.add(key, DEVCORS, round_, got.rate)
    run.figures.derive(VERDICT_COST, (PLAIN, DEVCORS), (CROSS, DEVCORS), cost)


def cost(plain: float, cross: float) -> float:
    """Per cent of the rate that is lost."""
    return (1 - cross / plain) * 100
