"""The system's proxy without devcors: asked for once, renewed beside the requests, and never a devcors."""

from __future__ import annotations

import asyncio
import threading

import pytest

from devcors.daemon import way_out
from devcors.daemon.way_out import WayOut, without
from devcors.routing.upstream_proxies import UpstreamProxies, UpstreamProxy


def corp(host: str = "proxy.corp", port: int = 3128) -> UpstreamProxies:
    proxy = UpstreamProxy("test", host, port)
    return UpstreamProxies(proxy, proxy)


def test_the_first_request_waits_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [corp("one"), corp("two")]
    told: list[str] = []

    async def changed() -> None:
        told.append(str(way.known.http))

    async def ask() -> list[UpstreamProxies]:
        way.changed = changed
        seen = [await way.proxies(), await way.proxies()]
        monkeypatch.setattr(way_out, "_FRESH", 0.0)
        seen.append(await way.proxies())  # old: asked for anew, not waited for
        await way.refresh()
        seen.append(way.known)
        return seen

    way = WayOut(lambda: answers.pop(0))
    assert asyncio.run(ask()) == [corp("one"), corp("one"), corp("one"), corp("two")]
    assert told == ["one:3128 (test)", "two:3128 (test)"]


def test_requests_that_come_together_ask_once() -> None:
    asked: list[int] = []

    def read() -> UpstreamProxies:
        asked.append(1)
        return corp()

    async def ask() -> list[UpstreamProxies]:
        way = WayOut(read)
        return list(await asyncio.gather(*(way.proxies() for _ in range(5))))

    assert asyncio.run(ask()) == [corp()] * 5
    assert asked == [1]


def test_a_desktop_that_does_not_answer_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_out, "_PATIENCE", 0.05)
    answer = threading.Event()

    def read() -> UpstreamProxies:
        answer.wait(10)
        return corp()

    async def ask() -> tuple[UpstreamProxies, UpstreamProxies]:
        way = WayOut(read)
        early = await way.proxies()
        answer.set()
        await way.refresh()
        return early, await way.proxies()

    assert asyncio.run(ask()) == (UpstreamProxies(), corp())


@pytest.mark.parametrize(
    ("host", "port", "listener", "ours"),
    [
        ("127.0.0.1", 2677, "127.0.0.1", True),
        ("localhost", 2677, "127.0.0.1", True),
        ("LOCALHOST", 2677, "::1", True),
        ("0.0.0.0", 2677, "127.0.0.1", True),
        ("127.0.0.1", 2678, "127.0.0.1", False),
        ("proxy.corp", 2677, "127.0.0.1", False),
        ("192.0.2.1", 2677, "192.0.2.1", True),
    ],
)
def test_a_devcors_is_not_the_way_out(host: str, port: int, listener: str, ours: bool) -> None:
    assert bool(without(corp(host, port), [(listener, 2677)])) is not ours
