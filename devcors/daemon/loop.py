"""The event loop that a running devcors uses: uvloop where there is one, which is several times as fast with sockets.

DEVCORS_LOOP=asyncio in the environment asks for Python's own.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(coro: Coroutine[Any, Any, T]) -> T:
    """Runs `coro` on a new loop until it ends, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        return runner.run(coro)


def settle() -> None:
    """To be called when all is loaded: what is there now stays until the end, so nobody need look through it again.

    What serving makes is freed by reference counting; the collector is for what that misses, and may come seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """None: the platform's own."""
    if os.environ.get("DEVCORS_LOOP") == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:  # Windows
        return None

    class Loop(uvloop.Loop):
        """uvloop 0.22 and newer hand every task factory a keyword that Python's own knows from 3.13.3 on."""

        def set_task_factory(self, factory: Any) -> None:
            """As asyncio's; mitmproxy sets `asyncio.eager_task_factory`."""
            super().set_task_factory(factory and _without_eager_start(factory))

    return Loop


def _without_eager_start(factory: Callable[..., Any]) -> Callable[..., Any]:
    def make(
        loop: asyncio.AbstractEventLoop,
        coro: Any,
        *,
        eager_start: bool | None = None,  # noqa: ARG001 - taken so that it goes no further
        **options: Any,
    ) -> Any:
        return factory(loop, coro, **options)

    return make
