"""Many exchanges as JSON, with room for others in between."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devcors.daemon.admin.telling import AT_ONCE, JUDGED_AT_ONCE, judge, told
from devcors.policy.outcomes import CorsOutcome
from devcors.traffic.record import Exchange


def exchange(number: int, **more: Any) -> Exchange:
    return Exchange(number, "gateway", "http", "GET", "http://localhost/", None, None, None, 0.0, **more)


async def turns_while(doing: Any) -> tuple[Any, int]:
    """What it gives, and how often the loop had time for something else."""
    turns, task = 0, asyncio.get_running_loop().create_task(doing)
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    return task.result(), turns


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, AT_ONCE * 4])
def test_the_array_is_whole_and_the_loop_has_its_turns(count: int) -> None:
    exchanges = [exchange(number) for number in range(count)]
    text, turns = asyncio.run(turns_while(told(exchanges, lambda one: {"id": one.id, "text": '",]é'})))
    assert json.loads(text) == [{"id": number, "text": '",]é'} for number in range(count)]
    assert turns >= max(1, -(-count // AT_ONCE))


def test_verdicts_are_made_once_and_a_few_at_a_time() -> None:
    made = 0

    def verdict() -> CorsOutcome:
        nonlocal made
        made += 1
        return cast("CorsOutcome", SimpleNamespace())

    exchanges = [exchange(0), *(exchange(number, judge=verdict) for number in range(JUDGED_AT_ONCE * 3))]
    _, turns = asyncio.run(turns_while(judge(exchanges)))
    assert turns >= 3
    asyncio.run(judge(exchanges))
    assert made == JUDGED_AT_ONCE * 3
