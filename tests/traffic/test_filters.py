"""One rule for exchanges and for their records' JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import ResponseHead
from devcors.traffic.filters import Filter
from devcors.traffic.record import Exchange
from tests.policy.asking import PAGE, facts_of, forward_of, head_of, policy_of

POLICY = policy_of("[routes]\n'/api' = 'http://backend.test:8080/v2'\n'/Files' = 'http://files.test'")


def recorded(line: str = "GET /api/items", *, origin: str = "", status: int = 200, cookie: str = "") -> Exchange:
    """As the gateway records it."""
    forward = forward_of(POLICY, head_of(line, {"Origin": origin} if origin else {}), facts_of())
    answer = ResponseHead(status, b"", ((b"Set-Cookie", cookie.encode()),) if cookie else ())
    outcome = POLICY.response(forward, answer)
    return Exchange(
        7,
        "gateway",
        "http",
        forward.received.method.decode(),
        forward.url,
        forward.target_url,
        forward.rule.name,
        origin or None,
        1_000.0,
        status=status,
        judge=outcome.judge,
        cookies=outcome.cookies,
        error="connection refused" if status == 502 else None,
    )


BLOCKED = "http://elsewhere.test"


@pytest.mark.parametrize(
    ("where", "takes"),
    [
        (Filter(), True),
        (Filter("items"), True),
        (Filter("GET items"), True),
        (Filter("get ITEMS 502"), True),
        (Filter("post items"), False),
        (Filter("backend.test:8080"), True),
        (Filter("refused"), True),
        (Filter("elsewhere"), True),
        (Filter("itemsGET"), False),
        (Filter(route="/api"), True),
        (Filter(route="/ap"), False),
        (Filter(blocked=True), True),
        (Filter(cookies=True), False),
        (Filter(since=1_000.0), True),
        (Filter(since=1_000.5), False),
        (Filter("items", "/api", blocked=True, since=1.0), True),
        (Filter("items", "/Files", blocked=True), False),
    ],
)
def test_what_is_taken(where: Filter, takes: bool) -> None:
    exchange = recorded(origin=BLOCKED, status=502)
    assert where.takes(exchange) is takes
    assert where.takes_record(exchange.to_json()) is takes


def test_what_a_browser_lets_through_is_not_blocked() -> None:
    assert not Filter(blocked=True).takes(recorded())
    assert not Filter(blocked=True).takes_record(recorded().to_json())


def test_secrets_cannot_be_found_out_by_searching() -> None:
    exchange = recorded("GET /api/items?token=s3cr3t")
    assert Filter("token").takes(exchange)
    assert not Filter("s3cr3t").takes(exchange)


def test_no_verdict_is_made_where_another_question_says_no() -> None:
    exchange = recorded(origin=BLOCKED)
    for where in (
        Filter("nowhere", blocked=True),
        Filter(route="/x", blocked=True),
        Filter(cookies=True, blocked=True),
    ):
        assert not where.takes(exchange)
    assert exchange.judge is not None
    assert Filter(blocked=True).takes(exchange)
    assert exchange.judge is None


@given(
    st.builds(
        Filter,
        st.text("aegipt/ 024", max_size=8),
        st.sampled_from([None, "/api", "/Files"]),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, 999.0, 1_000.0, 1_001.0]),
    ),
    st.sampled_from(["GET /api/items", "POST /api/x?page=2", "DELETE /Files/a"]),
    st.sampled_from(["", PAGE, BLOCKED]),
    st.sampled_from([200, 404, 502]),
    st.sampled_from(["", "a=1"]),
)
def test_an_exchange_and_its_record_are_taken_alike(
    where: Filter, line: str, origin: str, status: int, cookie: str
) -> None:
    exchange = recorded(line, origin=origin, status=status, cookie=cookie)
    written = json.loads(json.dumps(exchange.to_json()))
    assert where.takes(exchange) is where.takes_record(written)
