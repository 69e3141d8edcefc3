"""What is made of many exchanges: a few at a time, so that the loop serves the browser in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from devcors.traffic.record import Exchange

AT_ONCE = 50
"""Exchanges that are told without a look at what else is to be done."""

JUDGED_AT_ONCE = 20
"""Verdicts take longer."""


async def told(exchanges: Sequence[Exchange], one: Callable[[Exchange], dict[str, Any]]) -> str:
    """The array; `one` makes an object of each."""
    parts: list[str] = []
    for start in range(0, len(exchanges), AT_ONCE):
        if start:
            await asyncio.sleep(0)
        some = [one(exchange) for exchange in exchanges[start : start + AT_ONCE]]
        parts.append(compact(some)[1:-1])
    return f"[{','.join(parts)}]"


async def judge(exchanges: Iterable[Exchange]) -> None:
    """Makes the verdicts that nobody has asked for yet, for a question that wants all of them."""
    made = 0
    for exchange in exchanges:
        if exchange.judge is not None and exchange.cors is not None:
            made += 1
            if made % JUDGED_AT_ONCE == 0:
                await asyncio.sleep(0)


def compact(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
