"""The policy of `[cors]`: whom it names, and what it puts on responses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.allowance import Allowance
from devcors.heads import Fields, RequestHead, value, values

APP = b"https://app.example.com"
ALLOWANCE = Allowance(frozenset({APP.decode()}), True, None, None, (), True, 0)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (b"http://localhost:5173", True),
        (b"https://localhost", True),
        (b"http://app.localhost:3000", True),
        (b"http://127.0.0.1:8080", True),
        (b"http://127.9.9.9", True),
        (b"http://[::1]:5173", True),
        (APP, True),
        (b"https://APP.example.com", True),
        (b"http://app.example.com", False),
        (b"https://app.example.com:8443", False),
        (b"https://app.example.com.evil.test", False),
        (b"https://evil.test/https://app.example.com", False),
        (b"http://localhost.evil.test", False),
        (b"http://notlocalhost", False),
        (b"ftp://localhost", False),
        (b"null", False),
        (b"", False),
        (b"http://localhost:5173, http://localhost:5173", False),
        (b"http://user@localhost:5173", False),
    ],
)
def test_allows(origin: bytes, allowed: bool) -> None:
    assert ALLOWANCE.allows(origin) is allowed


def _preflight(*headers: bytes, origin: bytes = APP, method: bytes = b"PUT") -> RequestHead:
    fields: Fields = ((b"Origin", origin), (b"Access-Control-Request-Method", method))
    if headers:
        fields = (*fields, (b"Access-Control-Request-Headers", b",".join(headers)))
    return RequestHead(b"OPTIONS", b"/", fields)


def test_a_preflight_is_answered_with_what_was_asked_for() -> None:
    head = ALLOWANCE.preflight_response(_preflight(b"authorization", b"x-a"))
    assert head.status == 204
    assert value(head.fields, b"access-control-allow-origin") == APP
    assert value(head.fields, b"access-control-allow-credentials") == b"true"
    assert value(head.fields, b"access-control-allow-methods") == b"PUT"
    assert value(head.fields, b"access-control-allow-headers") == b"authorization, x-a"
    assert value(head.fields, b"access-control-max-age") == b"0"
    assert b"Origin" in (value(head.fields, b"vary") or b"")


def test_lists_of_the_config_stand_in_the_answer_and_a_star_is_spelled_out() -> None:
    listed = replace(ALLOWANCE, methods=("PUT", "PATCH"), headers=("X-A",), max_age=600, credentials=False)
    head = listed.preflight_response(_preflight(b"x-b"))
    assert value(head.fields, b"access-control-allow-methods") == b"PUT, PATCH"
    assert value(head.fields, b"access-control-allow-headers") == b"X-A"
    assert value(head.fields, b"access-control-max-age") == b"600"
    assert value(head.fields, b"access-control-allow-credentials") is None
    star = replace(ALLOWANCE, headers=("*",)).preflight_response(_preflight(b"authorization"))
    assert value(star.fields, b"access-control-allow-headers") == b"authorization"


INJECT_CASES: list[tuple[str, Fields, Fields]] = [
    ("nothing there", (), ((b"Access-Control-Allow-Origin", APP), (b"Access-Control-Allow-Credentials", b"true"))),
    (
        "star is narrowed",
        ((b"access-control-allow-origin", b"*"),),
        ((b"Access-Control-Allow-Origin", APP), (b"Access-Control-Allow-Credentials", b"true")),
    ),
    (
        "doubled by proxy and app",
        ((b"Access-Control-Allow-Origin", APP), (b"Access-Control-Allow-Origin", APP)),
        ((b"Access-Control-Allow-Origin", APP), (b"Access-Control-Allow-Credentials", b"true")),
    ),
    (
        "wrong stays",
        ((b"Access-Control-Allow-Origin", b"https://other.test"), (b"Access-Control-Allow-Credentials", b"True")),
        ((b"Access-Control-Allow-Origin", b"https://other.test"), (b"Access-Control-Allow-Credentials", b"True")),
    ),
]


@pytest.mark.parametrize(
    ("fields", "wanted"), [case[1:] for case in INJECT_CASES], ids=[case[0] for case in INJECT_CASES]
)
def test_inject(fields: Fields, wanted: Fields) -> None:
    out = ALLOWANCE.inject(fields, APP)
    assert sorted(out) == sorted((*wanted, (b"Vary", b"Origin")))


def test_inject_and_rewrite_give_nothing_to_a_foreign_origin_but_vary() -> None:
    assert ALLOWANCE.inject((), b"https://evil.test") == ((b"Vary", b"Origin"),)
    sent: Fields = ((b"Access-Control-Allow-Origin", b"*"), (b"X", b"1"))
    assert ALLOWANCE.rewrite(sent, b"https://evil.test") == ((b"X", b"1"), (b"Vary", b"Origin"))


def test_rewrite_drops_all_that_the_server_said() -> None:
    sent: Fields = (
        (b"Access-Control-Allow-Origin", b"https://other.test"),
        (b"ACCESS-CONTROL-ALLOW-CREDENTIALS", b"false"),
        (b"Access-Control-Expose-Headers", b"X-Old"),
        (b"Vary", b"Accept-Encoding"),
    )
    out = replace(ALLOWANCE, expose=("X-New",)).rewrite(sent, APP)
    assert values(out, b"access-control-allow-origin") == [APP]
    assert values(out, b"access-control-allow-credentials") == [b"true"]
    assert values(out, b"access-control-expose-headers") == [b"X-New"]
    assert values(out, b"vary") == [b"Accept-Encoding", b"Origin"]


FIELD = st.tuples(
    st.sampled_from([b"Access-Control-Allow-Origin", b"access-control-allow-credentials", b"Vary", b"X-Other"]),
    st.sampled_from([b"*", APP, b"true", b"Origin", b"https://other.test", b""]),
)


@given(st.lists(FIELD).map(tuple), st.sampled_from([APP, b"https://evil.test", b"null", None]), st.booleans())
def test_the_promises(fields: Fields, origin: bytes | None, credentials: bool) -> None:
    """One Access-Control-Allow-Origin where all lines agreed, never `*` given to an allowed origin, always Vary."""
    allowance = replace(ALLOWANCE, credentials=credentials)
    for out in (allowance.inject(fields, origin), allowance.rewrite(fields, origin)):
        vary = b", ".join(values(out, b"vary")).lower()
        assert b"origin" in vary or b"*" in vary
    rewritten = values(allowance.rewrite(fields, origin), b"access-control-allow-origin")
    assert rewritten == ([APP] if origin == APP else [])
    before = values(fields, b"access-control-allow-origin")
    after = values(allowance.inject(fields, origin), b"access-control-allow-origin")
    if origin == APP and set(before) <= {b"*", APP}:
        assert after == [APP]
    else:
        assert after == before
