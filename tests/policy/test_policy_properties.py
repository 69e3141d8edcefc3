"""Whatever the bytes: the policy answers, and puts nothing of them where another message could begin."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Answer, Facts, Forward, explain
from devcors.policy.failures import Failure
from devcors.urls import Authority
from tests.policy.asking import facts_of, forward_of, head_of, policy_of

POLICY = policy_of(r"""
    frontend = { target = "http://localhost:5173/base", rewrite = "/app" }
    [routes]
    "/api" = { target = "https://h/b", rewrite = "/v2", cors = "inject", forwarded = true }
    "/a/:b/:c*" = { target = "http://[::1]:1", rewrite = "/:b/x/:c*", cors = "rewrite", cookies = { path = "/" } }
    "^/v(\\d+)(.*)" = { target = "ws://h", rewrite = "\\2/\\1", headers.request = { X-A = "1" } }
    [intercept]
    "*.test" = { cors = "rewrite", target = "https://staging.test/base", cookies = "auto", redirects = "rewrite" }
    "seen.test" = {}
""")

NAMES = [b"Host", b"Origin", b"Referer", b"Cookie", b"Connection", b"Upgrade", b"TE", b"Access-Control-Request-Method"]
NAMES += [b"Access-Control-Request-Headers", b"Sec-Fetch-Mode", b"Sec-Fetch-Dest", b"X-Forwarded-For", b"Accept"]
VALUES = [b"localhost", b"http://localhost:5173", b"http://localhost", b"null", b"upgrade", b"websocket", b"trailers"]
VALUES += [b"[", b"http://[", b"[::1]:", b"http://\xff", b"cors", b"navigate", b"text/html", b"x-a,,\x01", b"PUT"]
TARGETS = [b"*", b"/", b"/api/x?q", b"/a/b/c/d", b"/a/%2e%2e/;x", b"/v1\\..", b"//h", b"/v12%2f..", b"http://x/"]

request_fields = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.binary(max_size=8), st.sampled_from(VALUES) | st.binary(max_size=20)),
    max_size=8,
).map(tuple)
good_host: Fields = ((b"Host", b"localhost"),)
request_heads = st.builds(
    RequestHead,
    st.sampled_from([b"GET", b"HEAD", b"OPTIONS", b"PUT"]) | st.binary(max_size=8),
    st.sampled_from(TARGETS) | st.binary(max_size=24) | st.binary(max_size=24).map(lambda tail: b"/" + tail),
    request_fields | request_fields.map(lambda fields: (*good_host, *fields)),
)
authorities = st.sampled_from(["localhost", "a.test", "seen.test", "[::1]", "other", "a..test."])
destinations = st.none() | st.builds(Authority, authorities, st.none() | st.sampled_from([0, 80, 2677, 65535]))
facts = st.builds(Facts, st.sampled_from(["http", "https"]), destinations, st.just("127.0.0.1"), st.just("::1"))


def assert_one_message(fields: Fields) -> None:
    for name, text in fields:
        assert name
        assert not set(name) & set(b"\r\n\0: ")
        assert not set(text) & set(b"\r\n\0")


@given(request_heads, facts)
@example(RequestHead(b"GET", b"/", ((b"Host", b"["),)), facts_of())
@example(RequestHead(b"GET", b"/api", ((b"Host", b"localhost"), (b"Origin", b"http://["))), facts_of())
def test_a_request_is_always_decided(head: RequestHead, known: Facts) -> None:
    decision = POLICY.request(head, known)
    if isinstance(decision, Answer):
        assert 400 <= decision.head.status < 600
        assert_one_message(decision.head.fields)
    else:
        assert_one_message(decision.head.fields)
        assert [name.lower() for name, _ in decision.head.fields].count(b"host") == 1
        assert not set(decision.head.target) & set(b"\r\n\0 ")
    if isinstance(decision, Forward):
        assert_one_message(POLICY.failure(decision, Failure("closed", "why")).head.fields)
        assert not decision.head.target.startswith(b"//") or decision.received.target.startswith(b"//")
    json.dumps(explain(POLICY, head, known).to_json())


FIELDS = [b"Location", b"Set-Cookie", b"Vary", b"Access-Control-Allow-Origin", b"Access-Control-Allow-Credentials"]
FIELDS += [b"Access-Control-Allow-Methods", b"Access-Control-Allow-Headers", b"Access-Control-Max-Age", b"Connection"]
TEXTS = [b"a=1; Domain=h; Path=/v2/x; SameSite=None; Secure", b"https://h/b/v2/y", b"//h/b/v2", b"../..", b"*", b"true"]
TEXTS += [b"http://[", b"//[::", b"https://h:x/", b"__Host-a=1; Path=/b", b"=; Max-Age=9e9", b"a=1; Expires=\xff", b"?"]
response_fields = st.lists(
    st.tuples(st.sampled_from(FIELDS) | st.binary(max_size=8), st.sampled_from(TEXTS) | st.binary(max_size=20)),
    max_size=8,
).map(tuple)
ASKED = [
    forward_of(POLICY, head_of(line, fields, host=host), facts_of(through))
    for line, fields, host, through in (
        ("GET /", {}, "localhost", ""),
        ("GET /api/x", {"Origin": "http://localhost:5173", "Cookie": "a=1"}, "localhost", ""),
        (
            "OPTIONS /a/b/c",
            {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "PUT"},
            "localhost",
            "",
        ),
        ("GET /v1/x", {"Origin": "null", "Referer": "http://["}, "localhost", ""),
        ("GET /x", {"Origin": "http://\x80["}, "a.test", "http://a.test"),
        ("GET /x", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "seen.test", "https://seen.test"),
    )
]


@given(st.sampled_from(ASKED), st.integers(100, 599), response_fields)
def test_a_response_is_always_decided(forward: Forward, status: int, fields: Fields) -> None:
    outcome = POLICY.response(forward, ResponseHead(status, b"", fields))
    if outcome.cors is not None:
        json.dumps(outcome.cors.to_json())
        assert outcome.cors.verdict.allowed or outcome.cors.explanation
        assert outcome.cors.verdict.allowed or outcome.cors.fix
    json.dumps([cookie.to_json() for cookie in outcome.cookies])
    assert outcome.body_dropped == (outcome.head.status == 204 and forward.answers_preflight)
