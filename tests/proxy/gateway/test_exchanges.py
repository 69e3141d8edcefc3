"""Requests and responses through the lane: framing, versions, connections, ends, and what the record says of each."""

from __future__ import annotations

import pytest

from devcors.proxy.gateway.heads import MEMORABLE
from tests.policy.asking import policy_of

from .stage import Stage, statuses, talk

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\nConnection: x\r\nX: 1\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_request_and_its_response() -> None:
    with talk(("GET /api/x?y", "X-A: 1", "Connection: X-B, keep-alive", "X-B: 2")) as (stage, client, upstream):
        assert upstream.dialed == ("127.0.0.1", 8001)
        assert upstream.got == b"GET /api/x?y HTTP/1.1\r\nHost: 127.0.0.1:8001\r\nX-A: 1\r\n\r\n"
        assert client.got == b""
        upstream.answers(b"hello", "X-C: 3", "Connection: X-D", "X-D: 4", "Keep-Alive: timeout=5")
        assert client.got == b"HTTP/1.1 200 OK\r\nX-C: 3\r\nContent-Length: 5\r\n\r\nhello"
        record = stage.record
        assert (record.method, record.route, record.status, record.lane) == ("GET", "/api", 200, "gateway")
        assert (record.url, record.target) == ("http://localhost/api/x?y", "http://127.0.0.1:8001/api/x?y")
        assert (record.request_bytes, record.response_bytes) == (0, 5)
        assert (record.aborted, record.error) == (None, None)
        assert stage.idle == 1


def test_connections_are_kept_on_both_sides() -> None:
    with Stage() as stage:
        for _ in range(2):
            client = stage.client()
            for number in range(3):
                client.asks(f"GET /{number}")
                stage.upstream().answers(b"%d" % number)
                assert client.reply.body == b"%d" % number
        assert len(stage.upstreams) == 1
        assert len(stage.records) == 6


def test_the_same_request_goes_where_the_policy_of_the_moment_says() -> None:
    other = policy_of('frontend = "http://127.0.0.1:8000"\n[routes]\n"/api" = "http://127.0.0.1:8009"')
    with Stage() as stage:
        client, first = stage.client(), stage.policy
        for policy in (first, first, other, other, first):
            stage.policy = policy
            client.asks("GET /api")
            (upstream,) = stage.busy
            upstream.answers(b"%d" % upstream.dialed[1])
        assert [reply.body for reply in client.replies] == [b"8001", b"8001", b"8009", b"8009", b"8001"]


def test_the_same_bytes_from_another_peer_are_another_request() -> None:
    policy = policy_of('[routes]\n"/api" = { target = "http://127.0.0.1:8001", forwarded = true }')
    peers = ("127.0.0.1", "127.0.0.2", "127.0.0.1")
    with Stage(policy) as stage:
        for peer in peers:
            stage.client(peer).asks("GET /api")
            stage.upstream().answers()
        told = [head for head in stage.upstream().got.split(b"\r\n") if head.startswith(b"X-Forwarded-For")]
        assert told == [f"X-Forwarded-For: {peer}".encode() for peer in peers]


@pytest.mark.parametrize("filler", [10, MEMORABLE + 10])
def test_heads_of_any_size_are_decided_alike(filler: int) -> None:
    with Stage() as stage:
        client = stage.client()
        for _ in range(2):
            client.asks("GET /api/x", f"X-Filler: {'x' * filler}")
            stage.upstream().answers(b"ok")
        assert [record.route for record in stage.records] == ["/api", "/api"]
        assert statuses(client.replies) == [200, 200]


def test_targets_have_connections_of_their_own() -> None:
    with Stage() as stage:
        client = stage.client()
        for target in ("/", "/api", "/", "/api"):
            client.asks(f"GET {target}")
            stage.upstream(0 if target == "/" else 1).answers(target.encode())
        assert [upstream.dialed[1] for upstream in stage.upstreams] == [8000, 8001]
        assert [reply.body for reply in client.replies] == [b"/", b"/api", b"/", b"/api"]


PIPELINED = [
    b"GET /a",
    b"GET /api/b",
    b"GET /api/../y",  # refused by the policy; the others are not touched
    b"HEAD /d",
    b"GET /e",
]


@pytest.mark.parametrize("at_once", [True, False])
def test_pipelined_requests_are_answered_in_order(at_once: bool) -> None:
    with Stage() as stage:
        client = stage.client()
        requests = [line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n" for line in PIPELINED]
        client.methods = [line.split()[0].decode() for line in PIPELINED]
        client.says(*([b"".join(requests)] if at_once else requests))
        while stage.busy:  # one at a time, also where they are for different upstreams
            (upstream,) = stage.busy
            upstream.answers(upstream.asked[-1].split()[1])
        assert statuses(client.replies) == [200, 200, 400, 200, 200]
        assert [reply.body for reply in client.replies if reply.status == 200] == [b"/a", b"/api/b", b"", b"/e"]
        assert len(stage.records) == 5


def test_a_pipelined_request_that_cannot_be_read_is_answered_in_its_turn() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks()
        client.methods.append("?")
        client.says(b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.got == b""
        stage.upstream().answers()
        assert statuses(client.replies) == [200, 400]
        assert client.reply.get("connection") == "close"
        assert client.ended


def test_one_upstreams_death_does_not_touch_the_next_request() -> None:
    with talk((), ("GET /b",)) as (stage, client, upstream):
        upstream.says(b"nonsense\r\n\r\n")
        stage.upstream().answers(b"b")
        assert statuses(client.replies) == [502, 200]
        assert not client.ended


# bodies


def test_a_body_with_a_length_goes_on_as_it_comes() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 6", body=b"ab")
        upstream = stage.upstream()
        assert upstream.got.endswith(b"Content-Length: 6\r\n\r\nab")
        client.says(b"cd", b"ef" + b"GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.methods.append("GET")
        assert upstream.got.endswith(b"\r\n\r\nabcdef")
        upstream.answers()
        assert upstream.got.endswith(b"abcdefGET /next HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n")
        upstream.answers()
        assert statuses(client.replies) == [200, 200]
        assert [record.request_bytes for record in stage.records] == [6, 0]


def test_a_chunked_body_is_framed_anew() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Transfer-Encoding: chunked", body=b"1;ext=1\r\na\r\n0002\r\nb")
        client.says(b"c\r\n", b"0\r\nX-Sum: 1\r\nContent-Length: 9\r\nHost: evil\r\n\r\n")
        stage.upstream().answers()
        head, _, body = stage.upstream().got.partition(b"\r\n\r\n")
        assert head.endswith(b"Transfer-Encoding: chunked")
        assert body == b"2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 1\r\n\r\n"
        assert stage.record.request_bytes == 3
        assert stage.idle == 1


def test_a_body_that_comes_while_the_upstream_is_dialed_waits_for_it() -> None:
    with Stage() as stage:
        client = stage.client()
        for piece in (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n", b"ab", b"cd"):
            client.transport.receive(piece)  # all read before the dial is done
        stage.loop.settle()
        assert stage.upstream().got.endswith(b"Content-Length: 4\r\n\r\nabcd")
        client.methods = ["POST"]
        stage.upstream().answers()
        assert client.reply.status == 200


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_response_to_the_end_of_the_connection(version: str) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("GET /", "Connection: keep-alive", version=version)
        stage.upstream().says(b"HTTP/1.1 200 OK\r\n\r\nab", b"cd")
        assert client.reply.body == b"abcd"
        assert not client.reply.whole
        stage.upstream().finishes()
        assert client.reply.whole
        assert client.reply.get("transfer-encoding") == ("chunked" if version == "1.1" else None)
        assert client.reply.get("connection") == (None if version == "1.1" else "close")
        assert client.ended == (version == "1.0")
        assert stage.upstream().gone
        assert (stage.record.response_bytes, stage.record.aborted) == (4, None)


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_chunked_response_is_framed_anew(version: str) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("GET /", "Connection: keep-alive", version=version)
        stage.upstream().says(CHUNKED, b"2;x\r\nab\r", b"\n1\r\nc\r\n", b"0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n\r\n")
        assert (client.reply.body, client.reply.whole) == (b"abc", True)
        assert client.reply.trailers == ((("X-Sum", "1"),) if version == "1.1" else ())
        assert client.ended == (version == "1.0")
        assert stage.idle == 1


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "HEAD"])
@pytest.mark.parametrize("framing", ["Content-Length: 5", "Transfer-Encoding: chunked", "X: 1"])
@pytest.mark.parametrize("body", [b"", b"hello"])
def test_responses_without_a_body(status: str, framing: str, body: bytes) -> None:
    method = "HEAD" if status == "HEAD" else "GET"
    with Stage() as stage:
        client = stage.client()
        client.asks(f"{method} /")
        head = f"HTTP/1.1 {'200 OK' if status == 'HEAD' else status}\r\n{framing}\r\n\r\n"
        stage.upstream().says(head.encode() + body)
        assert client.got.endswith(b"\r\n\r\n")
        kept = framing.startswith("Content-Length") and not status.startswith("204")
        assert client.reply.get("content-length") == ("5" if kept else None)
        assert client.reply.get("transfer-encoding") is None
        assert not client.ended
        announced = status.startswith("204") and framing != "X: 1"  # it may still come
        assert stage.idle == (0 if body or announced else 1)
        client.asks("GET /next")  # the same client goes on
        stage.upstream().answers(b"next")
        assert client.reply.body == b"next"


# interim responses


def test_interim_responses_are_forwarded_and_the_final_one_awaited() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 2", "Expect: 100-continue")
        assert b"Expect: 100-continue\r\n" in stage.upstream().got
        stage.upstream().says(CONTINUE + HINTS[:30], HINTS[30:])
        assert client.got == CONTINUE + b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        client.says(b"ab")
        stage.upstream().answers()
        assert statuses(client.replies) == [100, 103, 200]
        assert stage.record.status == 200
        assert stage.idle == 1


def test_a_client_of_http_1_0_gets_no_interim_responses() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks(version="1.0")
        stage.upstream().says(CONTINUE + HINTS)
        stage.upstream().answers()
        assert statuses(client.replies) == [200]


# persistence


@pytest.mark.parametrize(
    ("version", "lines", "says", "ended"),
    [
        ("1.1", (), None, False),
        ("1.1", ("Connection: close",), "close", True),
        ("1.0", (), "close", True),
        ("1.0", ("Connection: keep-alive",), "keep-alive", False),
    ],
)
def test_the_clients_connection(version: str, lines: tuple[str, ...], says: str | None, ended: bool) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("GET /", *lines, version=version)
        stage.upstream().answers()
        assert (client.reply.get("connection"), client.ended) == (says, ended)
        assert stage.idle == 1  # what the client wants is no matter for the upstream


@pytest.mark.parametrize(
    ("response", "idle"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 0),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", 1),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n", 0),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nX", 0),  # more than a response
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 0),
        (CHUNKED + b"0\r\n\r\n\r\n", 0),
    ],
)
def test_the_upstreams_connection(response: bytes, idle: int) -> None:
    with talk() as (stage, client, upstream):
        upstream.says(response)
        assert (client.reply.status // 100, client.reply.whole) == (2, True)
        assert not client.ended
        assert stage.idle == idle
        assert upstream.gone != bool(idle)


@pytest.mark.parametrize("late", [b"HTTP/1.1 408 Request Timeout\r\n\r\n", b"x", None])
def test_an_idle_upstream_that_says_anything_is_not_used_again(late: bytes | None) -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        upstream.says(late) if late else upstream.finishes()
        assert upstream.gone
        assert stage.idle == 0
        client.asks()
        stage.upstream().answers(b"new")
        assert client.reply.body == b"new"


# the CORS policy's part


@pytest.mark.parametrize(
    "body", [b"Content-Length: 4\r\n\r\nbody", b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"]
)
def test_a_preflight_is_answered_in_the_servers_place(body: bytes) -> None:
    lines = ("Origin: http://localhost:5173", "Access-Control-Request-Method: PUT")
    with talk(("OPTIONS /cors", *lines)) as (stage, client, upstream):
        upstream.says(b"HTTP/1.1 404 Not Found\r\n" + body)
        assert client.reply.status == 204
        assert client.reply.get("access-control-allow-origin") == "http://localhost:5173"
        assert client.got.endswith(b"\r\n\r\n")
        assert b"Content-Length" not in client.got
        assert not client.ended
        assert stage.idle == 1
        client.asks("OPTIONS /cors", *lines)
        upstream.finishes()
        stage.upstream().resets()
        assert statuses(client.replies) == [204, 204]
        assert stage.records[-1].error
