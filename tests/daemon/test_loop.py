"""The loop that devcors runs on: uvloop where there is one, Python's own when it is asked for."""

from __future__ import annotations

import asyncio
import importlib.util
import sys

import pytest

from devcors.daemon.loop import run

HAS_UVLOOP = importlib.util.find_spec("uvloop") is not None
needs_uvloop = pytest.mark.skipif(not HAS_UVLOOP, reason="uvloop is not installed")
needs_eager = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python has eager tasks from 3.12 on")
each = pytest.mark.parametrize("chosen", ["asyncio", pytest.param("", marks=needs_uvloop, id="uvloop")])


@pytest.fixture(autouse=True)
def choice(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVCORS_LOOP", request.node.callspec.params["chosen"])


async def kind() -> str:
    return type(asyncio.get_running_loop()).__mro__[1].__module__.partition(".")[0]


@each
def test_it_is_the_one_that_was_chosen(chosen: str) -> None:
    assert run(kind()) == (chosen or "uvloop")


@each
def test_an_error_comes_out(chosen: str) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("as asyncio.run")

    with pytest.raises(LookupError):
        run(fails())


@each
def test_what_is_left_running_is_cancelled(chosen: str) -> None:
    ended = []

    async def goes_on() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    async def leaves() -> None:
        left = asyncio.get_running_loop().create_task(goes_on())
        await asyncio.sleep(0)
        assert not left.done()

    run(leaves())
    assert ended == ["cancelled"]


@each
@needs_eager
def test_tasks_start_at_once_with_the_eager_factory(chosen: str) -> None:
    """mitmproxy sets it; uvloop and Python 3.13.0 do not agree on its arguments."""

    async def main() -> tuple[list[str], str]:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009 - Python 3.11 has none
        seen: list[str] = []

        async def child() -> str:
            seen.append("begun")
            await asyncio.sleep(0)
            return "done"

        task = loop.create_task(child(), name="child")
        assert task.get_name() == "child"
        begun = list(seen)
        result = await task
        loop.set_task_factory(None)
        await loop.create_task(child())
        return begun, result

    assert run(main()) == (["begun"], "done")
