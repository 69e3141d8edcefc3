"""The exchanges of a run: told in order, preflights tied to their requests."""

from __future__ import annotations

from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange

PAGE, URL = "http://localhost:5173", "http://localhost:2677/api"


def exchange(journal: Journal, origin: str = PAGE, url: str = URL) -> Exchange:
    return Exchange(journal.next_id(), "mitmproxy", "http", "OPTIONS", url, None, None, origin, 0.0)


def test_all_are_told_in_the_order_of_their_end() -> None:
    journal, told = Journal(), []
    journal.listen(lambda ended: told.append(ended.id))
    first, second, third = exchange(journal), exchange(journal), exchange(journal)
    for ended in (second, third, first):
        journal.finish(ended)
    assert told == [2, 3, 1]


def test_a_listener_can_leave_also_while_it_is_told() -> None:
    journal, told = Journal(), []

    def once(ended: Exchange) -> None:
        told.append(("once", ended.id))
        leave()

    leave = journal.listen(once)
    journal.listen(lambda ended: told.append(("always", ended.id)))
    journal.finish(exchange(journal))
    journal.finish(exchange(journal))
    assert told == [("once", 1), ("always", 1), ("always", 2)]


def test_a_preflight_is_tied_to_one_request() -> None:
    journal = Journal()
    preflight = exchange(journal)
    journal.preflighted(preflight, "PUT")
    for other in (("https://a", URL, "PUT"), (PAGE, URL + "?q", "PUT"), (PAGE, URL, "DELETE")):
        assert journal.preflight_of(*other) is None
    assert journal.preflight_of(PAGE, URL, "PUT") == preflight.id
    assert journal.preflight_of(PAGE, URL, "PUT") is None


def test_the_latest_preflight_counts() -> None:
    journal = Journal()
    for _ in range(2):
        journal.preflighted(exchange(journal), "PUT")
    assert journal.preflight_of(PAGE, URL, "PUT") == 2


def test_preflights_whose_request_never_comes_do_not_pile_up() -> None:
    journal = Journal()
    for number in range(1000):
        journal.preflighted(exchange(journal, url=f"{URL}/{number}"), "PUT")
    known = [number for number in range(1000) if journal.preflight_of(PAGE, f"{URL}/{number}", "PUT") is not None]
    assert known == list(range(1000 - len(known), 1000))
    assert 0 < len(known) < 1000
