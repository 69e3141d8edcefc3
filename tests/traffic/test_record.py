"""The exchange record: the fields of the design, and never a secret."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields, ResponseHead
from devcors.traffic.record import Exchange
from devcors.traffic.redaction import redacted_url
from tests.policy.asking import PAGE, facts_of, forward_of, head_of, policy_of

SECRET = "s3cr3t"
POLICY = policy_of("""
    [routes]
    "/api" = { target = "http://staging.test/v2", rewrite = "" }
    [intercept]
    "api.test" = { cors = "inject" }
""")

CORS = {"allowed", "step", "header", "chromium", "firefox", "explanation", "fix", "remedy"}
CORS |= {"assumed", "server", "warnings"}
COOKIE = {"name", "way", "rewritten", "warnings", "ignored", "explanation", "chromium", "firefox", "safari"}
RECORD = {"id", "time", "lane", "kind", "method", "url", "target", "route", "status", "duration_ms", "first_byte_ms"}
RECORD |= {"request_bytes", "response_bytes", "origin", "preflight", "aborted", "error", "cors", "cookies", "warnings"}


def exchange(**known: object) -> Exchange:
    """An exchange of which nothing is known but the start."""
    bare = Exchange(1, "mitmproxy", "http", "GET", "http://localhost:2677/", None, None, None, 1767322984.678)
    return replace(bare, **known)  # type: ignore[arg-type]  # any of its fields


def judged(fields: dict[str, str], reply: Fields, through: str = "https://api.test", line: str = "GET /x") -> Exchange:
    """An exchange as the proxy records it."""
    host = through.partition("://")[2] or "localhost:2677"
    forward = forward_of(POLICY, head_of(line, fields, host=host), facts_of(through))
    head = ResponseHead(200, b"", reply)
    outcome = POLICY.response(forward, head)
    return exchange(
        url=forward.url,
        target=forward.target_url,
        judge=outcome.judge,
        cookies=outcome.cookies,
        request=forward.received,
        response=head,
    )


def test_the_fields_of_a_bare_record() -> None:
    record = exchange().to_json()
    assert set(record) == RECORD
    assert record["time"] == "2026-01-02T03:03:04.678Z"
    assert (record["duration_ms"], record["first_byte_ms"], record["cors"], record["cookies"]) == (None, None, None, [])


def test_the_fields_of_a_judged_record() -> None:
    reply = ((b"Set-Cookie", b"a=1; SameSite=None"), (b"Set-Cookie", b"b=2"))
    record = judged({"Origin": PAGE, "Cookie": "a=1"}, reply).to_json()
    cors = record["cors"]
    assert set(cors) == CORS
    assert set(cors["chromium"]) == {"allowed", "error", "parameter", "messages"}
    assert set(cors["firefox"]) == {"allowed", "error", "messages"}
    assert set(cors["server"]) == {"allowed", "chromium", "firefox"}
    assert (cors["allowed"], cors["server"]["allowed"]) == (True, False)
    assert cors["server"]["chromium"]["error"] == "MissingAllowOriginHeader"
    assert [set(cookie) for cookie in record["cookies"]] == [COOKIE, COOKIE]
    assert [cookie["chromium"]["accepted"] for cookie in record["cookies"]] == [False, False]
    assert set(record["cookies"][0]["chromium"]) == {"accepted", "reasons"}
    assert set(record["cookies"][0]["firefox"]) == set(record["cookies"][0]["safari"]) == {"accepted", "message"}
    json.dumps(record)


def test_times_are_milliseconds_from_the_request_head() -> None:
    record = exchange(started=100.0, first_byte=100.0029, ended=101.5).to_json()
    assert (record["first_byte_ms"], record["duration_ms"]) == (2.9, 1500.0)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:pass@h:1/x@y?z@", "http://h:1/x@y?z@"),
        ("https://user@[::1]/", "https://[::1]/"),
        ("http://a@b@h/", "http://h/"),
        ("http://user:pass@h", "http://h"),
        ("http://h?q=a@b", "http://h?q=a@b"),
        ("http://h:1/x", "http://h:1/x"),
        ("/a:b@c", "/a:b@c"),
    ],
)
def test_user_information_is_no_part_of_a_record(url: str, shown: str) -> None:
    assert redacted_url(url) == shown
    record = exchange(url=url, target=url).to_json()
    assert (record["url"], record["target"]) == (shown, shown)


ATTRIBUTES = [
    "",
    "; Secure",
    "; Domain=.com",
    "; Domain=other.test",
    "; Path=/v2/x",
    "; SameSite=None",
    "; Partitioned",
]
# a lone word without `=` is a name for Firefox, so that one is told as the name
COOKIES = ["sid={}", "={}", "__Host-a={}", "__Secure-a={}; Domain=api.test", "a={}\x01", "a=\xff{}", '"a"="{}"']
COOKIES += ["a={}" + "x" * 5000, "a=b={}", "\ta={}", "a={};="]


@given(
    st.sampled_from(COOKIES),
    st.lists(st.sampled_from(ATTRIBUTES), max_size=4),
    st.sampled_from(["Cookie", "Authorization", "Proxy-Authorization", "X-Api-Key"]),
    st.sampled_from(["", "https://api.test"]),
)
def test_no_value_of_a_secret_field_is_in_a_record(cookie: str, tail: list[str], name: str, through: str) -> None:
    line = (cookie.format(SECRET) + "".join(tail)).encode("latin-1")
    reply = ((b"Set-Cookie", line), (b"Authentication-Info", SECRET.encode()))
    path = "/x" if through else "/api/x"
    for page in (PAGE, "https://evil.test", "null"):
        asked = judged({"Origin": page, name: f"Bearer {SECRET}"}, reply, through, f"GET {path}")
        assert asked.cookies
        assert SECRET not in json.dumps(asked.to_json())
