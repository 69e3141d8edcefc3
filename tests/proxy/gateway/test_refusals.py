"""What must not get through, in either direction, whole and byte by byte: the status, and that the connection ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devcors.policy.checks import MAX_HEAD, MAX_TARGET

from .cutting import bytewise, cut, places
from .stage import Stage, statuses
from .test_heads import LINES_REFUSED

HOST = b"Host: localhost\r\n"
FIELDS = b"".join(b"X-%d: 1\r\n" % number for number in range(199))


def get(target: bytes, lines: bytes = HOST) -> bytes:
    return b"GET %b HTTP/1.1\r\n%b\r\n" % (target, lines)


def large(size: int) -> bytes:
    """A request head of so many bytes."""
    start = b"GET / HTTP/1.1\r\n" + HOST
    return start + b"X: " + b"x" * (size - len(start) - 7) + b"\r\n\r\n"


REQUESTS = [
    *((get(b"/", HOST + lines), 400) for lines in LINES_REFUSED),
    (get(b"/", b""), 400),
    (get(b"/", HOST * 2), 400),
    (get(b"/", b"Host: localhost/x\r\n"), 400),
    (get(b"/", b"Host: user@localhost\r\n"), 400),
    (get(b"/", b"Host: localhost, localhost\r\n"), 400),
    (get(b"/", b"Host: localhost:99999\r\n"), 400),
    (get(b"/", b"Host:\r\n"), 400),
    (get(b"/", b"Host: rebound.test\r\n"), 403),
    (get(b"/", b"Host: 0.0.0.0:2677\r\n"), 403),
    (get(b"http://user@localhost:2677/"), 400),
    (get(b"http:///"), 400),
    (get(b"localhost:2677"), 400),
    (get(b"x"), 400),
    (get(b"/#x"), 400),
    (get(b"/\xff"), 400),
    (get(b"/\x00"), 400),
    (get(b"*"), 400),
    (b"GET / HTTP/1.2\r\n\r\n", 505),
    (b"GET / http/1.1\r\n\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (b"GET /\r\n\r\n", 400),
    (b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\n\n", 400),
    (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    (get(b"/", HOST + b"Expect: 200-ok\r\n"), 417),
    (b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", 400),
    (get(b"/", HOST + b"Transfer-Encoding: gzip, chunked\r\n"), 501),
]
SIZES = [
    (large(MAX_HEAD + 1), 431),
    (get(b"/", HOST + FIELDS + b"X: 1\r\n"), 431),
    (get(b"/" + b"x" * MAX_TARGET), 414),
    (get(b"/" + b"x" * (MAX_TARGET + 70)), 414),
    (get(b"/" + b"x" * (MAX_HEAD + 70)), 414),
    (b"GET /" + b"x" * (MAX_TARGET + 70) + b" HTTP/1.2\r\n\r\n", 414),
    (b"GET /" + b"x" * (MAX_TARGET + 70) + b"\r\n\r\n", 414),
    (b"G" * 200 + b" /" + b"x" * (MAX_TARGET - 60) + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
]


def answered(pieces: list[bytes]) -> tuple[list[int], bool, str | None]:
    """Statuses, whether the connection ends, and the error in the record; no upstream is asked."""
    with Stage() as stage:
        client = stage.client()
        client.methods = ["GET", "GET"]
        client.says(*pieces)
        assert not stage.upstreams
        (record,) = stage.records
        assert record.status == client.reply.status
        return statuses(client.replies), client.ended, record.error


@pytest.mark.parametrize(("data", "status"), REQUESTS)
def test_a_request_that_is_refused(data: bytes, status: int) -> None:
    whole = answered([data])
    assert whole[0] == [status]
    assert whole[2]
    assert answered(bytewise(data)) == whole


@pytest.mark.parametrize(("data", "status"), SIZES, ids=range(len(SIZES)))
def test_a_request_that_is_too_large(data: bytes, status: int) -> None:
    assert answered([data])[0] == [status]
    for size in (1000, 4096, 16448, 16449, 60000, 65536):
        assert answered(cut(data, range(0, len(data), size)))[0] == [status]


@settings(max_examples=60)
@given(st.sampled_from(REQUESTS), places)
def test_no_way_of_cutting_a_request_makes_a_difference(row: tuple[bytes, int], at: list[int]) -> None:
    assert answered(cut(row[0], at)) == answered([row[0]])


@pytest.mark.parametrize(
    "data",
    [
        large(MAX_HEAD),
        get(b"/", HOST + FIELDS),
        get(b"/" + b"x" * (MAX_TARGET - 1)),
        b"\r\n\r\n" + get(b"/"),
        b"\n" + get(b"/"),
        get(b"http://LOCALHOST:2677/x", b"Host: elsewhere.test\r\n"),
        get(b"http://localhost:2677?x", b"Host: elsewhere.test\r\n"),
        b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
        b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
        get(b"/", HOST + b"Max-Forwards: 0\r\n"),  # it is for TRACE and OPTIONS only
        get(b"/", HOST + b"X:\xe4\r\n"),
    ],
    ids=range(11),
)
def test_a_request_that_passes(data: bytes) -> None:
    for pieces in ([data], bytewise(data) if len(data) < 4096 else cut(data, range(0, len(data), 999))):
        with Stage() as stage:
            client = stage.client()
            client.methods = ["GET"]
            client.says(*pieces)
            stage.upstream().answers()
            assert statuses(client.replies) == [200]
            assert not client.ended
            assert stage.idle == 1


def test_options_that_may_go_no_further_is_answered_here() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("OPTIONS /", "Max-Forwards: 0")
        assert client.reply.status == 200
        assert client.reply.get("allow")
        assert not client.ended
        assert not stage.upstreams


STATUS = b"HTTP/1.1 200 OK\r\n"
RESPONSES = [
    *(STATUS + b"X: 1\r\n" + lines + b"\r\n" for lines in LINES_REFUSED),
    STATUS + b"Transfer-Encoding: gzip\r\n\r\n",
    STATUS + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    b"HTTP/2.0 200 OK\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\n\n",
    b"ICY 200 OK\r\n\r\n",
    b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"<html>\n\n",
    b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
    STATUS + b"X: " + b"x" * MAX_HEAD + b"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + STATUS + b" X: 1\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",  # nobody asked for that
    b"HTTP/1.1 103 Early Hints\r\n\r\n" * 65 + STATUS + b"\r\n",
]


@pytest.mark.parametrize("data", RESPONSES, ids=range(len(RESPONSES)))
def test_a_response_that_is_no_http(data: bytes) -> None:
    for pieces in ([data], bytewise(data) if len(data) < 4096 else cut(data, range(0, len(data), 999))):
        with Stage() as stage:
            client = stage.client()
            client.asks()
            stage.upstream().says(*pieces)
            assert client.reply.status == 502
            assert client.reply.whole
            assert not client.ended
            assert stage.upstream().gone
            assert len(stage.upstreams) == 1
            assert "not HTTP" in (stage.record.error or "")
            assert (stage.record.status, stage.record.aborted) == (502, None)


def test_a_head_that_comes_in_drips_is_given_30_seconds() -> None:
    with Stage() as stage:
        client = stage.client()
        stage.advance(100)  # a connection that is opened ahead of need
        client.says(b"GET / HTTP/1.1\r\n")
        client.methods = ["GET"]
        for _ in range(29):
            stage.advance(1)
            client.says(b"X: 1\r\n")
        assert not client.ended
        stage.advance(1.1)
        assert statuses(client.replies) == [408]
        assert client.ended
        assert stage.record.status == 408


def test_each_head_has_a_clock_of_its_own() -> None:
    with Stage() as stage:
        client = stage.client()
        for number in range(3):
            client.says(b"GET / HTTP/1.1\r\n")
            stage.advance(20)
            client.methods.append("GET")
            client.says(HOST + b"\r\n")
            stage.upstream().answers()
            assert len(client.replies) == number + 1
        stage.advance(100)
        assert not client.ended


def test_a_tls_handshake_at_a_plain_door_is_closed() -> None:
    with Stage() as stage:
        client = stage.client()
        client.says(b"\x16\x03\x01\x00\x05hello")
        assert (client.got, client.gone) == (b"", True)
