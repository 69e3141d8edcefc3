"""What is refused before any route is looked up, and what counts as devcors itself."""

from __future__ import annotations

import pytest

from devcors.heads import Fields, RequestHead
from devcors.policy import Door, Facts, Relay
from devcors.policy.checks import MAX_FIELDS, MAX_HEAD, MAX_TARGET
from devcors.urls import Authority
from tests.policy.asking import answer_of, facts_of, forward_of, head_of, policy_of

POLICY = policy_of("frontend = 'http://h:1'\n[server]\nallowed_hosts = ['dev.test']")
HOST: Fields = ((b"Host", b"localhost"),)


def test_what_is_within_the_limits_passes() -> None:
    filling = tuple((b"X-%d" % number, b"") for number in range(MAX_FIELDS - 1))
    forward_of(POLICY, RequestHead(b"GET", b"/" + b"a" * (MAX_TARGET - 1), (*HOST, *filling)))
    forward_of(POLICY, RequestHead(b"M-SEARCH", b"/%00~", (*HOST, (b"x!#", b"\t\xff ok"))))
    size = MAX_HEAD - sum(len(name) + len(text) + 4 for name, text in HOST)
    forward_of(POLICY, RequestHead(b"GET", b"/", (*HOST, (b"X", b"a" * (size - 5)))))


@pytest.mark.parametrize(
    ("method", "target", "fields", "status", "said"),
    [
        (b"", b"/", HOST, 400, "method"),
        (b"GET /", b"/", HOST, 400, "method"),
        (b"G\xc3T", b"/", HOST, 400, "method"),
        (b"TRACE", b"/", HOST, 405, "TRACE"),
        (b"GET", b"/" + b"a" * MAX_TARGET, HOST, 414, "16384"),
        (b"GET", b"/a b", HOST, 400, "percent-encoded"),
        (b"GET", b"/#x", HOST, 400, "percent-encoded"),
        (b"GET", b"/\x00", HOST, 400, "percent-encoded"),
        (b"GET", b"/\r\nX: y", HOST, 400, "percent-encoded"),
        (b"GET", "/ä".encode(), HOST, 400, "percent-encoded"),
        (b"GET", b"/", HOST * (MAX_FIELDS + 1), 431, "200"),
        (b"GET", b"/", (*HOST, (b"X", b"a" * MAX_HEAD)), 431, "65536"),
        (b"GET", b"/", (*HOST, (b"", b"a")), 400, "field name"),
        (b"GET", b"/", (*HOST, (b"X Y", b"a")), 400, "field name"),
        (b"GET", b"/", (*HOST, (b":path", b"/other")), 400, "field name"),
        (b"GET", b"/", (*HOST, (b"X\r\nY", b"a")), 400, "field name"),
        (b"GET", b"/", (*HOST, (b"X", b"a\r\nY: b")), 400, "value of X"),
        (b"GET", b"/", (*HOST, (b"X", b"a\x00")), 400, "value of X"),
        (b"GET", b"/", (), 400, "one Host field, this has 0"),
        (b"GET", b"/", HOST * 2, 400, "one Host field, this has 2"),
        (b"GET", b"/", ((b"host", b"user@localhost"),), 400, "user information"),
        (b"GET", b"/", ((b"host", b"localhost, localhost"),), 400, "not a host"),
        (b"GET", b"/", ((b"host", b"localhost:66000"),), 400, "port out of range"),
        (b"GET", b"/", ((b"host", b"[1::2::3]"),), 400, "not an IPv6 address"),
        (b"GET", b"/", ((b"host", b""),), 400, "not a host"),
    ],
)
def test_refused_heads(method: bytes, target: bytes, fields: Fields, status: int, said: str) -> None:
    answer = answer_of(POLICY, RequestHead(method, target, fields))
    assert answer.head.status == status
    assert answer.error
    assert said in answer.error
    assert (b"Allow" in dict(answer.head.fields)) == (status == 405)  # RFC 9110, section 15.5.6


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("localhost", True),
        ("LOCALHOST.:2677", True),
        ("a.b.localhost", True),
        ("127.9.9.9", True),
        ("[::1]:80", True),
        ("dev.test:1", True),
        ("Dev.Test.", True),
        ("a.dev.test", False),
        ("localhost.evil.test", False),
        ("evil.test", False),
        ("0.0.0.0", False),
        ("[::]", False),
        ("10.0.0.1", False),
    ],
)
def test_names_of_the_front_door(host: str, served: bool) -> None:
    head = head_of("GET /", host=host)
    if served:
        forward_of(POLICY, head)
    else:
        answer = answer_of(POLICY, head)
        assert answer.head.status == 403
        assert b"allowed_hosts" in answer.body


def test_the_very_address_of_an_exposed_front_door_is_a_name_of_it() -> None:
    forward_of(POLICY, head_of("GET /", host="10.0.0.1:2677"), facts_of(local="10.0.0.1"))
    forward_of(POLICY, head_of("GET /", host="[fd00::1]"), facts_of(local="fd00::1"))
    assert answer_of(POLICY, head_of("GET /", host="10.0.0.2"), facts_of(local="10.0.0.1")).head.status == 403


def test_peers_of_other_machines_get_the_front_door_only() -> None:
    stranger = facts_of("http://api.test", peer="10.0.0.9")
    assert answer_of(POLICY, head_of("GET /"), stranger).head.status == 403
    forward_of(POLICY, head_of("GET /", host="localhost"), facts_of(peer="10.0.0.9"))


@pytest.mark.parametrize("through", ["http://localhost:2678", "http://127.0.0.1:2678", "https://[::1]:2678"])
def test_the_admin_port_is_not_reached_through_the_proxy(through: str) -> None:
    policy = policy_of("frontend = 'http://h:1'", Door(2677, admin_port=2678))
    assert answer_of(policy, head_of("GET /"), facts_of(through)).head.status == 403


def test_an_absolute_target_counts_and_host_does_not() -> None:
    relayed = POLICY.request(head_of("GET /x", host="ignored.test"), facts_of("http://named.test:81"))
    assert isinstance(relayed, Relay)
    assert relayed.head.fields == ((b"Host", b"named.test:81"),)
    forward = forward_of(POLICY, head_of("GET /x", host="ignored.test"), facts_of("http://127.0.0.1:2677"))
    assert forward.url == "http://127.0.0.1:2677/x"


@pytest.mark.parametrize(
    ("host", "port", "own"),
    [
        ("localhost", 2677, True),
        ("a.localhost", 2677, True),
        ("127.0.0.2", 2677, True),
        ("::1", 2677, True),
        ("[::1]", 2677, True),
        ("::ffff:127.0.0.1", 2677, True),
        ("0.0.0.0", 2677, True),
        ("[::]", 2677, True),
        ("0", 2677, True),
        ("127.1", 2677, True),
        ("2130706433", 2677, True),
        ("0x7f000001", 2677, True),
        ("0177.0.0.1", 2677, True),
        ("LOCALHOST.", 2677, True),
        ("[::ffff:10.0.0.1]", 2677, True),
        ("0xa000001", 2677, True),
        ("0xa000002", 2677, False),
        ("10.0.0.1", 2677, True),
        ("10.0.0.2", 2677, False),
        ("example.test", 2677, False),
        ("localhost", 2678, False),
    ],
)
def test_what_dialing_would_lead_back_to_us(host: str, port: int, own: bool) -> None:
    assert Door(2677, addresses=("127.0.0.1", "10.0.0.1")).is_own(host, port) is own


@pytest.mark.parametrize("target", ["http://localhost:2677", "ws://127.0.0.3:2677/x", "http://[::1]:2677"])
def test_a_route_to_devcors_itself_is_a_loop(target: str) -> None:
    policy = policy_of(f"frontend = '{target}'\n[routes]\n'/api' = '{target}'")
    for path, route in (("/api", "/api"), ("/", "frontend")):
        answer = answer_of(policy, head_of(f"GET {path}"))
        assert (answer.head.status, answer.route) == (508, route)


def test_what_is_opened_of_connect() -> None:
    policy = policy_of("[intercept]\n'api.test:443' = {}")
    assert policy.opens("API.test", 443)
    assert policy.opens("localhost", 2677)
    assert not policy.opens("api.test", 8443)


GOOD = (b"Host", b"other.test:443")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((GOOD,), None),
        ((GOOD, (b"Content-Length", b"0")), None),
        ((GOOD, (b"Expect", b"100-continue")), None),
        ((), 400),
        ((GOOD, GOOD), 400),
        (((b"Host", b"a/b"),), 400),
        (((b"Host", b"me:secret@other.test"),), 400),
        ((GOOD, (b"X Y", b"1")), 400),
        ((GOOD, (b"X", b"a\x01")), 400),
        ((GOOD, (b"Content-Length", b"1")), 400),
        ((GOOD, (b"Transfer-Encoding", b"chunked")), 400),
        ((GOOD, (b"Expect", b"200-ok")), 417),
        ((GOOD, *[(b"X", b"1")] * 200), 431),
        ((GOOD, (b"X", b"1" * 70_000)), 431),
    ],
)
def test_a_connect_is_checked_as_other_requests_are(fields: Fields, status: int | None) -> None:
    policy = policy_of("[intercept]\n'api.test:443' = {}")
    facts = Facts("https", Authority("other.test", 443), "127.0.0.1", "127.0.0.1")
    refusal = policy.refuses_connect(RequestHead(b"CONNECT", b"other.test:443", fields), facts)
    assert (refusal and refusal.status) == status
