"""Rows, the live stream's batches, and the chains of exchanges."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.config.problems import Problem
from devcors.daemon.admin.backstage import Backstage
from devcors.daemon.admin.feed import MOST, Feed
from devcors.daemon.admin.rows import VERDICTS, Rows, path_of
from devcors.daemon.admin.timeline import timeline
from devcors.daemon.reloading import Reloaded, Reloader
from devcors.heads import RequestHead, ResponseHead
from devcors.policy.outcomes import CorsOutcome
from devcors.proxy.engine import Engine
from devcors.traffic.filters import Filter
from devcors.traffic.record import Exchange
from devcors.traffic.store import News, Store


def exchange(number: int, path: str = "/", **more: Any) -> Exchange:
    started = more.pop("started", float(number))
    known = {"status": 200, "ended": started + 0.01, "first_byte": started, "method": "GET", **more}
    method = known.pop("method")
    return Exchange(number, "gateway", "http", method, f"http://localhost:1{path}", None, "/", None, started, **known)


def backstage(count: int = 5_000) -> Backstage:
    reloader = cast("Reloader", SimpleNamespace(last=None))
    return Backstage(cast("Engine", None), Store(count), reloader, "token", 0.0)


def numbers(news: News | None) -> list[int]:
    return [one.id for one in news.exchanges] if news else []


@given(st.lists(st.lists(st.booleans(), max_size=5), max_size=8))
def test_every_row_comes_once_however_the_looks_fall(steps: list[list[bool]]) -> None:
    """`True` is one that the filter takes; the end of a list is a look."""
    stage = backstage()
    feed, told, wanted, number = Feed(stage, Filter(text="yes"), None), [], [], 0
    for step in steps:
        for taken in step:
            number += 1
            stage.store.add(exchange(number, "/yes" if taken else "/no"))
            wanted += [number] if taken else []
        told += numbers(feed.news())
        assert feed.news() is None
    assert told == wanted


def test_who_reads_late_gets_the_newest_and_the_count_of_the_rest() -> None:
    stage = backstage(count=5_000)
    feed = Feed(stage, Filter(), None)
    for number in range(1, 8_001):
        stage.store.add(exchange(number))
    told = feed.news()
    assert told is not None
    assert numbers(told) == list(range(8_001 - MOST, 8_001))
    assert told.left_out == 8_000 - MOST


def test_it_goes_on_from_a_cursor_and_from_now_where_that_is_of_another_run() -> None:
    stage = backstage()
    for number in (1, 2, 3):
        stage.store.add(exchange(number))
    assert numbers(Feed(stage, Filter(), 1).news()) == [2, 3]
    assert Feed(stage, Filter(), 99).news() is None
    assert Feed(stage, Filter(), None).news() is None


def test_the_status_is_told_when_it_changes_and_once() -> None:
    stage = backstage()
    feed = Feed(stage, Filter(), None)
    assert feed.status() is None
    stage.reloader.last = Reloaded(applied=False, problems=(Problem("devcors.toml", (), "no", None, 3, 1),))
    told = feed.status()
    assert told is not None
    assert (told["config"], told["problems"][0]["line"], told["cleared"]) == ("refused", 3, False)
    assert feed.status() is None
    stage.store.paused = True
    assert (feed.status() or {})["paused"] is True
    stage.reloader.last = Reloaded(applied=True, changes=("+ /a",))
    assert (feed.status() or {})["changes"] == ["+ /a"]


def test_verdicts_are_made_within_a_budget() -> None:
    now = 0.0
    rows = Rows(lambda: now)
    made = 0

    def judge() -> CorsOutcome:
        nonlocal made
        made += 1
        verdict = SimpleNamespace(allowed=False)
        return cast("CorsOutcome", SimpleNamespace(verdict=verdict, only_through_devcors=False))

    told = [rows.row(exchange(number, judge=judge))["verdict"] for number in range(VERDICTS + 5)]
    assert told == ["blocked"] * VERDICTS + ["unmade"] * 5
    assert made == VERDICTS
    assert rows.row(exchange(1))["verdict"] is None
    now = 1.0
    late = exchange(9, judge=judge)
    assert rows.row(late)["verdict"] == "blocked"
    assert (rows.row(late)["verdict"], made) == ("blocked", VERDICTS + 1)  # made once, free from then on


@pytest.mark.parametrize(
    ("url", "path"),
    [("http://h/a?b", "/a?b"), ("http://h", "/"), ("http://h?q", "?q"), ("odd", "/"), ("http://[::1]:1/x", "/x")],
)
def test_the_path_of_a_url(url: str, path: str) -> None:
    assert path_of(url) == path


def moved(number: int, path: str, to: str, **more: Any) -> Exchange:
    head = ResponseHead(302, b"", ((b"Location", to.encode()),))
    return exchange(number, path, status=302, sent=head, request=RequestHead(b"GET", b"/", ()), **more)


def test_a_chain_of_redirects_is_found_from_each_of_its_links() -> None:
    chain = [moved(1, "/a", "b"), moved(3, "/b", "http://localhost:1/c#part"), exchange(4, "/c")]
    for one in (chain[1], chain[2]):
        one.started = chain[0].started + 0.1 * one.id
        one.first_byte = one.started
    other = [exchange(2, "/x", started=1.05), exchange(5, "/b", started=9.0), exchange(6, "/c", started=9.0)]
    for one in chain:
        assert timeline(one, [*other, *chain]) == chain
    assert timeline(other[1], [*other, *chain]) == [other[1]]


def test_a_preflight_and_its_request() -> None:
    preflight, request = exchange(1, "/a", method="OPTIONS"), exchange(2, "/a", preflight=1)
    assert timeline(preflight, [preflight, request]) == [preflight, request]
    assert timeline(request, [request, preflight]) == [preflight, request]
    assert timeline(request, []) == [request]  # gone from the store meanwhile


def test_a_redirect_in_a_circle_ends() -> None:
    circle = [moved(number, "/a", "/a", started=1 + number / 100) for number in range(1, 60)]
    assert circle[30] in timeline(circle[30], circle)
