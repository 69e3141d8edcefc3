"""The rules say what the Chromium of this machine says, of cases made at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from .asking import Browser, Said
from .making import cases
from .reducing import compared, disagreements, reduced, report
from .setting import straight

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COUNT = 1000  # more by `python -m tests.differential --cases 10000 --seed 1`

Answers = list[tuple[dict[str, Any], list[Said]]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with straight(tmp_path_factory.mktemp("straight")) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(browser: Browser) -> Answers:
    return list(browser.ask(cases(COUNT)))


def test_the_rules_say_what_chromium_says(browser: Browser, answers: Answers) -> None:
    found = [case for case, said in answers if any(compared(case, said))]
    small = [reduced(case, lambda smaller: bool(disagreements(smaller, browser))) for case in found[:3]]
    reports = [report(case, disagreements(case, browser)) for case in small]
    assert not found, f"{len(found)} of {COUNT} cases, the first of them:\n" + "\n".join(reports)


def test_the_cases_reach_what_there_is_to_reach(answers: Answers) -> None:
    steps = [step for _, said in answers for step in said]
    hops = [hop for step in steps for hop in step.hops.values()]
    refused = Counter(reason for hop in hops for reasons in hop.refused.values() for reason in reasons)
    held = Counter(reason for hop in hops for reasons in hop.held.values() for reason in reasons)
    assert len(answers) == COUNT
    assert 0.3 < sum(step.allowed for step in steps) / len(steps) < 0.7
    assert len({step.error for step in steps}) > 15
    assert len(refused) > 8
    assert held["NotOnPath"] > 5
    assert sum(len(hop.sent) for hop in hops) > 20
