"""The whole harness once, in small: real backends, a real devcors, every section that needs no other peer."""

from __future__ import annotations

import pytest

from benchmarks.measures import DIRECT, GROUPS, MANY_OF_FEW, VERDICT_COST
from benchmarks.options import Options
from benchmarks.peers.choosing import choose
from benchmarks.run import execute
from benchmarks.sections import bodies, own
from benchmarks.table import table


@pytest.mark.alone
def test_every_section_measures_devcors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SIZE", 5_000_000)
    monkeypatch.setattr(own, "IDLE_SOCKETS", 20)
    monkeypatch.setattr(own, "SETTLE", 0.1)
    monkeypatch.setattr(own, "SLICE", 1)
    monkeypatch.setattr(Options, "requests", 100)
    monkeypatch.setattr(Options, "sockets", 5)
    options = Options(peers=("devcors",), rounds=1, seconds=1)
    chosen, missing = choose(options.peers)
    figures = execute(options, chosen)
    assert figures.failures == {}
    wanted = {measure.key for group in GROUPS if group.section != "page" for measure in group.measures}
    assert {key for key in wanted if figures.summary(key, "devcors") is None} == set()
    assert figures.rounds("requests.1.rate", DIRECT)[0] > figures.rounds("requests.1.rate", "devcors")[0]
    assert figures.rounds(VERDICT_COST, "devcors")[0] < 100
    assert figures.rounds(MANY_OF_FEW, "devcors")[0] > 0
    text = table(figures, [DIRECT, "devcors"], missing)
    assert "not asked for: vite" in text
