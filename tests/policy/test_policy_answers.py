"""What devcors answers by itself: in the form that was asked for, readable by the page, and with nothing live in it."""

from __future__ import annotations

import json

import pytest

from devcors.heads import has_token, value
from devcors.policy import Answer, explain
from devcors.policy.failures import Failure, FailureKind
from tests.policy.asking import DOOR, PAGE, answer_of, facts_of, forward_of, head_of, policy_of

EVIL = '/<script>alert("1")</script>&amp;'
ROUTED = policy_of("""
    [routes]
    "/api" = { target = "https://h:1", cors = "inject" }
    "^/<b>" = "http://h:2"
    [intercept]
    "api.test" = { cors = "rewrite" }
    "seen.test" = {}
""")


def field(answer: Answer, name: bytes) -> bytes | None:
    return value(answer.head.fields, name)


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("TEXT/HTML", True),
        ("application/json, text/html", False),
        ("application/problem+json", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_the_form_follows_accept(accept: str | None, html: bool) -> None:
    answer = answer_of(ROUTED, head_of("GET /other", {"Accept": accept} if accept else {}))
    assert answer.head.status == 404
    assert field(answer, b"content-type") == (b"text/html; charset=utf-8" if html else b"application/json")
    assert field(answer, b"content-length") == str(len(answer.body)).encode()
    if html:
        assert answer.body.startswith(b"<!doctype html>")
        assert b"/api" in answer.body
    else:
        error = json.loads(answer.body)["error"]
        assert (error["status"], error["path"], error["routes"]) == (404, "/other", ["/api", "^/<b>"])
        assert error["hint"]
        assert error["message"] == answer.error


def test_nothing_of_the_client_is_live_in_the_page() -> None:
    answer = answer_of(ROUTED, head_of(f"GET {EVIL}", {"Accept": "text/html"}))
    body = answer.body.decode()
    assert "<script>" not in body
    assert "<b>" not in body
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;" in body
    assert b"default-src 'none'" in (field(answer, b"content-security-policy") or b"")
    assert field(answer, b"x-content-type-options") == b"nosniff"
    assert field(answer, b"cache-control") == b"no-store"


def test_head_has_the_fields_of_get_and_no_body() -> None:
    get, head = (answer_of(ROUTED, head_of(f"{method} /other")) for method in ("GET", "HEAD"))
    assert head.body == b""
    assert head.head == get.head


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(PAGE, True), ("https://evil.test", False), ("null", False), ("http://localhost\x80", False)],
)
def test_a_page_of_this_machine_may_read_it(origin: str, allowed: bool) -> None:
    answer = answer_of(ROUTED, head_of("GET /other", {"Origin": origin}))
    assert field(answer, b"access-control-allow-origin") == (origin.encode() if allowed else None)
    assert has_token(answer.head.fields, b"vary", b"origin")


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("connect", 502, "start the server that listens on h:1"),
        ("timeout", 504, "raise timeout"),
        ("closed", 502, "look at the log"),
        ("tls", 502, "verify = false"),
        ("malformed", 502, "look at the log"),
    ],
)
def test_failures_name_route_target_cause_and_what_to_do(kind: FailureKind, status: int, said: str) -> None:
    forward = forward_of(ROUTED, head_of("GET /api/x", {"Origin": PAGE}))
    answer = ROUTED.failure(forward, Failure(kind, "<cause>"))
    error = json.loads(answer.body)["error"]
    assert (answer.head.status, error["status"]) == (status, status)
    assert (error["route"], error["target"], error["cause"]) == ("/api", "https://h:1", "<cause>")
    assert said in error["hint"]
    assert 'routes."/api"' in error["hint"] or kind not in ("connect", "timeout", "tls")
    assert field(answer, b"access-control-allow-origin") == PAGE.encode()
    assert answer.url == "http://localhost:2677/api/x"
    page = ROUTED.failure(forward_of(ROUTED, head_of("GET /api", {"Accept": "text/html"})), Failure(kind, "<cause>"))
    assert b"<cause>" not in page.body


@pytest.mark.parametrize(
    ("host", "origin", "status"), [("api", PAGE, 204), ("api", "https://a", 502), ("seen", PAGE, 502)]
)
def test_a_preflight_that_is_answered_for_the_server_stays_answered_when_it_fails(
    host: str, origin: str, status: int
) -> None:
    asked = head_of("OPTIONS /x", {"Origin": origin, "Access-Control-Request-Method": "PUT"}, host=f"{host}.test")
    forward = forward_of(ROUTED, asked, facts_of(f"https://{host}.test"))
    answer = ROUTED.failure(forward, Failure("connect", "ECONNREFUSED"))
    assert answer.head.status == status
    assert answer.error
    assert "ECONNREFUSED" in answer.error
    if status == 204:
        assert answer.body == b""
        assert field(answer, b"access-control-allow-methods") == b"PUT"
        assert field(answer, b"content-length") is None  # RFC 9110, section 8.6


def test_explaining_asks_and_sends_nothing() -> None:
    policy = policy_of(
        "[routes]\n'/' = 'http://h:1'\n'/api' = 'http://h:2'\n'/api/:id' = 'http://h:3'\n'^p' = 'http://h:4'"
    )
    explained = explain(policy, head_of("GET /api?q", {"Origin": PAGE}), facts_of()).to_json()
    assert (explained["route"], explained["kind"], explained["url"]) == ("/api", "route", "http://h:2/api?q")
    assert explained["request"]["target"] == "/api?q"
    assert ["Host", "h:2"] in explained["request"]["headers"]
    assert (explained["cors"], explained["cross_origin"]) == ("observe", True)
    assert [(one["pattern"], one["won"]) for one in explained["routes"]] == [
        ("/api/:id", False),
        ("/api", True),
        ("/", False),
        ("^p", False),
    ]
    assert all(one["why"] for one in explained["routes"])


def test_explaining_answers_and_relays() -> None:
    answered = explain(ROUTED, head_of("GET /other"), facts_of()).to_json()
    assert answered["answer"]["status"] == 404
    assert {one["won"] for one in answered["routes"]} == {False}
    relayed = explain(ROUTED, head_of("GET /x"), facts_of("http://unnamed.test")).to_json()
    assert relayed["relayed"]["headers"] == [["Host", "unnamed.test"]]
    assert relayed["routes"] == []


@pytest.mark.parametrize(("origin", "error"), [(PAGE, None), ("https://elsewhere.example", "MissingAllowOriginHeader")])
def test_an_answer_in_a_servers_place_is_judged_too(origin: str, error: str | None) -> None:
    policy = policy_of("[routes]\n'/api' = 'http://h:1'")
    forward = forward_of(policy, head_of("GET /api", {"Origin": origin}))
    answer = policy.failure(forward, Failure("connect", "ECONNREFUSED"))
    assert answer.judge is not None
    outcome = answer.judge()
    assert outcome.verdict.chromium.error == error
    assert outcome.server.chromium.error == "MissingAllowOriginHeader"


def test_a_page_of_our_own_gets_no_verdict_on_a_failure() -> None:
    policy = policy_of("[routes]\n'/api' = 'http://h:1'")
    forward = forward_of(policy, head_of("GET /api", {"Origin": DOOR}))
    assert policy.failure(forward, Failure("closed", "x")).judge is None
