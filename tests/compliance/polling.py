"""Waiting for what other tasks of the same loop bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def poll(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether it is ready within `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not ready():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True
