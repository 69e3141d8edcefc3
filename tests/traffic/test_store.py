"""The exchanges that can be looked at again: bounded, in pages, and what is new."""

from __future__ import annotations

import sys
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.traffic.filters import Filter
from devcors.traffic.record import Exchange
from devcors.traffic.store import Store

FEW = Filter("GET")


def ended(
    number: int, *, method: str = "GET", route: str | None = "/api", status: int = 200, **known: object
) -> Exchange:
    """An exchange that ends at second `number`."""
    exchange = Exchange(number, "gateway", "http", method, "http://localhost:2677/api", None, route, None, 0.0)
    exchange.status, exchange.ended = status, float(number)
    for name, value in known.items():
        setattr(exchange, name, value)
    return exchange


def filled(numbers: list[int] | range, store: Store | None = None) -> Store:
    store = Store() if store is None else store
    for number in numbers:
        store.add(ended(number))
    return store


def ids(exchanges: tuple[Exchange, ...]) -> list[int]:
    return [exchange.id for exchange in exchanges]


def test_the_newest_are_kept() -> None:
    store = filled(range(1, 8), Store(count=3))
    assert [exchange.id for exchange in store] == [5, 6, 7]
    assert len(store) == 3
    assert (store.get(4), store.get(6)) == (None, next(kept for kept in store if kept.id == 6))


def test_pages_go_back_from_the_newest_beginning() -> None:
    store = filled([2, 1, 4, 5, 3])
    page = store.page(limit=2)
    assert (ids(page.exchanges), page.older) == ([5, 4], True)
    page = store.page(before=4, limit=2)
    assert (ids(page.exchanges), page.older) == ([3, 2], True)
    page = store.page(before=2, limit=2)
    assert (ids(page.exchanges), page.older) == ([1], False)


def test_a_page_that_holds_the_last_one_says_so() -> None:
    assert not filled([1, 2]).page(limit=2).older
    assert filled([1, 2]).page(limit=0).older


def test_pages_of_what_is_looked_for() -> None:
    store = Store()
    for number in range(1, 11):
        store.add(ended(number, method="POST" if number % 3 == 0 else "GET"))
    page = store.page(Filter("POST"), limit=2)
    assert (ids(page.exchanges), page.older) == ([9, 6], True)
    page = store.page(Filter("POST"), before=6, limit=2)
    assert (ids(page.exchanges), page.older) == ([3], False)


def test_news_come_in_the_order_of_their_end() -> None:
    store = filled([1, 3])
    cursor = store.last
    filled([5, 2, 4], store)
    news = store.since(cursor)
    assert (ids(news.exchanges), news.left_out) == ([5, 2, 4], 0)
    assert store.since(news.cursor).exchanges == ()
    assert store.since(store.last + 10).exchanges == ()


def test_news_beyond_the_limit_or_gone_already_are_counted() -> None:
    store = filled(range(1, 11), Store(count=4))
    news = store.since(0, limit=3)
    assert (ids(news.exchanges), news.left_out) == ([8, 9, 10], 7)


def test_what_a_filter_leaves_out_is_not_missing() -> None:
    store = filled([1, 2])
    store.add(ended(3, method="POST"))
    assert store.since(0, FEW)[:] == (store.since(0, FEW).exchanges, 3, 0)
    assert ids(store.since(0, FEW).exchanges) == [1, 2]


def test_paused_it_only_counts() -> None:
    store = filled([1])
    store.paused = True
    filled([2, 3], store)
    assert ([kept.id for kept in store], store.last, store.counts["/api"].requests) == ([1], 1, 3)
    store.paused = False
    filled([4], store)
    assert ids(store.since(1).exchanges) == [4]


def test_cleared_it_goes_on() -> None:
    store = filled([1, 2])
    cursor = store.last
    store.clear()
    assert (len(store), store.size, store.page().exchanges, store.last) == (0, 0, (), cursor)
    filled([3], store)
    assert ids(store.since(cursor).exchanges) == [3]


def test_counts_of_each_route() -> None:
    store = Store(count=1)
    for number, status, error in ((1, 200, None), (2, 404, None), (3, 500, None), (4, 502, "refused")):
        store.add(ended(number, status=status, error=error))
    store.add(ended(5, route=None, status=404))
    counts = {route: (found.requests, found.errors, found.last) for route, found in store.counts.items()}
    assert counts == {"/api": (4, 2, 4.0), None: (1, 0, 5.0)}


def test_verdicts_are_not_made_before_they_are_asked_for() -> None:
    made, number = [], count(1)

    def judge() -> None:
        made.append(next(number))

    store = Store()
    store.add(ended(1, judge=judge))
    store.page(Filter("POST", blocked=True))
    store.since(0, Filter(route="/x", blocked=True))
    assert made == []
    assert store.blocked() == {}
    assert made == [1]


def heavy(number: int, body: int) -> Exchange:
    return ended(number, capture=1 << 20, response_kept=bytes(body))


def test_bodies_are_bounded_by_their_size() -> None:
    store = Store(size=100_000)
    for number in range(1, 30):
        store.add(heavy(number, 20_000))
        assert store.size <= 100_000
    assert [kept.id for kept in store] == [26, 27, 28, 29]
    store.add(heavy(30, 1 << 20))
    assert (len(store), store.size) == (0, 0)


def test_large_heads_weigh_what_they_are() -> None:
    fields: Fields = ((b"Cookie", bytes(50_000)),)
    store = filled([1])
    light = store.size
    store.add(ended(2, request=RequestHead(b"GET", b"/", fields), response=ResponseHead(200, b"", fields)))
    assert 100_000 < store.size - light < 105_000


@given(st.lists(st.tuples(st.integers(0, 30_000), st.booleans())), st.integers(1, 6), st.integers(10_000, 80_000))
def test_the_bounds_hold_and_the_newest_stay(bodies: list[tuple[int, bool]], most: int, size: int) -> None:
    store = Store(most, size)
    for number, (body, _) in enumerate(bodies):
        store.add(heavy(number, body))
        assert len(store) <= most
        assert store.size <= size
    kept = [exchange.id for exchange in store]
    assert kept == list(range(len(bodies) - len(kept), len(bodies)))
    weights = [sys.getsizeof(exchange) + len(exchange.response_kept) for exchange in store]
    assert store.size >= sum(weights)
