"""Heads as bytes: what is read, what is refused and with which status, and that what is written is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields, RequestHead, ResponseHead, without
from devcors.policy.checks import MAX_HEAD, MAX_TARGET, Refusal
from devcors.proxy.gateway.framing import CHUNKED, UNFRAMED, Framing
from devcors.proxy.gateway.heads import (
    ReceivedRequest,
    ReceivedResponse,
    find_end,
    read_request,
    read_response,
    unfinished,
    write_request,
    write_response,
)

HOST = b"Host: localhost\r\n"


def request(data: bytes) -> ReceivedRequest:
    read = read_request(data)
    assert isinstance(read, ReceivedRequest), read
    return read


def response(data: bytes) -> ReceivedResponse:
    read = read_response(data)
    assert isinstance(read, ReceivedResponse), read
    return read


@pytest.mark.parametrize(
    ("line", "head", "minor"),
    [
        (b"GET / HTTP/1.1", (b"GET", b"/"), 1),
        (b"GET / HTTP/1.0", (b"GET", b"/"), 0),
        (b"BREW /pot?x=%20 HTTP/1.1", (b"BREW", b"/pot?x=%20"), 1),
        (b"M-SEARCH * HTTP/1.1", (b"M-SEARCH", b"*"), 1),
        (b"!#$%&'*+.^_`|~0aZ- / HTTP/1.1", (b"!#$%&'*+.^_`|~0aZ-", b"/"), 1),
        (b"OPTIONS * HTTP/1.1", (b"OPTIONS", b"*"), 1),
        (b"GET http://a.test:80/x HTTP/1.1", (b"GET", b"http://a.test:80/x"), 1),
        (b"CONNECT a.test:443 HTTP/1.1", (b"CONNECT", b"a.test:443"), 1),
    ],
)
def test_request_lines(line: bytes, head: tuple[bytes, bytes], minor: int) -> None:
    read = request(line + b"\r\n" + HOST + b"\r\n")
    assert (read.head.method, read.head.target, read.minor) == (*head, minor)
    assert read.head.fields == ((b"Host", b"localhost"),)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET / HTTP/1.2", 505),
        (b"GET / HTTP/2.0", 505),
        (b"GET / HTTP/0.9", 505),
        (b"GET / HTTP/11.1", 505),
        (b"PRI * HTTP/2.0", 505),
        (b"GET / HTTP/3", 505),
        (b"GET / http/1.1", 400),
        (b"GET / HTTP/1.1 ", 400),
        (b"GET / HTTP/1.x", 400),
        (b"GET / HTTP/1,1", 400),
        (b"GET / XTTP/1.1", 400),
        (b"GET /", 400),
        (b"GET", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET /  HTTP/1.1", 400),
        (b" GET / HTTP/1.1", 400),
        (b"GET\t/ HTTP/1.1", 400),
        (b"GET /a b HTTP/1.1", 400),
        (b"GET /\x00 HTTP/1.1", 400),
        (b"GET /\x7f HTTP/1.1", 400),
        (b"GET /\r HTTP/1.1", 400),
        (b"G(T / HTTP/1.1", 400),
        (b"G\xc4T / HTTP/1.1", 400),
        (b"GET\x00 / HTTP/1.1", 400),
        (b" / HTTP/1.1", 400),
        (b"/ HTTP/1.1", 400),
        (b"GET / HTTP/1.1\r", 400),
    ],
)
def test_request_lines_that_are_refused(line: bytes, status: int) -> None:
    refusal = read_request(line + b"\r\n" + HOST + b"\r\n")
    assert isinstance(refusal, Refusal)
    assert refusal.status == status
    assert refusal.hint


LINES_REFUSED = [
    b"X : 1\r\n",
    b"X\t: 1\r\n",
    b"X\x00: 1\r\n",
    b"X\xe4: 1\r\n",
    b"X(): 1\r\n",
    b": 1\r\n",
    b"X\r\n",
    b"X: 1\r\n Y: 2\r\n",  # obsolete folding
    b"X: 1\r\n\tfolded\r\n",
    b" X: 1\r\n",
    b"X: a\rb\r\n",
    b"X: a\r\r\n",
    b"X: a\x00b\r\n",
    b"X: a\x01b\r\n",
    b"X: a\x7fb\r\n",
    b"X: a\x0bb\r\n",
    b"X: 1\nY: 2\r\n",  # bare LF
    b"\nX: 1\r\n",
    b"\rX: 1\r\n",
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    b"TRANSFER-encoding: chunked\r\ncontent-LENGTH: 0\r\n",
    b"Content-Length: 4\r\nContent-Length: 5\r\n",
    b"Content-Length: 4, 5\r\n",
    b"Content-Length: +4\r\n",
    b"Content-Length: 0x4\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 1_0\r\n",
    b"Content-Length:\r\n",
    b"Content-Length: " + b"1" * 21 + b"\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n",
    b"Transfer-Encoding: chunked\x0c\r\n",
    b"Transfer-Encoding: chunked\x00\r\n",
    b"Transfer-Encoding:\r\n",
]


@pytest.mark.parametrize("lines", LINES_REFUSED)
def test_field_lines_that_are_refused(lines: bytes) -> None:
    refused = read_request(b"POST / HTTP/1.1\r\n" + HOST + lines + b"\r\n")
    assert isinstance(refused, Refusal)
    assert refused.status == 400
    from_upstream = read_response(b"HTTP/1.1 200 OK\r\n" + HOST + lines + b"\r\n")
    assert isinstance(from_upstream, Refusal)
    assert from_upstream.status == 502
    assert from_upstream.message == refused.message


@pytest.mark.parametrize(
    ("version", "coding", "status"),
    [
        (b"1.1", b"gzip, chunked", 501),
        (b"1.1", b"gzip", 400),  # RFC 9112, section 6.3, item 4: where chunked is not the last, nobody knows the end
        (b"1.0", b"chunked", 400),
        (b"1.0", b"gzip, chunked", 501),
    ],
)
def test_transfer_codings_that_are_refused(version: bytes, coding: bytes, status: int) -> None:
    refused = read_request(b"POST / HTTP/" + version + b"\r\nTransfer-Encoding: " + coding + b"\r\n\r\n")
    assert isinstance(refused, Refusal)
    assert refused.status == status


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (b"", ()),
        (b"X:1\r\n", ((b"X", b"1"),)),
        (b"X: \t 1 \t \r\n", ((b"X", b"1"),)),
        (b"X:\r\nY: 1\r\n", ((b"X", b""), (b"Y", b"1"))),
        (b"X: \r\n", ((b"X", b""),)),
        (b"x: a\tb c\r\nX: \xe4\xff\r\n", ((b"x", b"a\tb c"), (b"X", b"\xe4\xff"))),
        (b"X: a: b:\r\n", ((b"X", b"a: b:"),)),
        (
            b"Connection: Upgrade\r\nUpgrade: x\r\nY: 1\r\n",
            ((b"Connection", b"Upgrade"), (b"Upgrade", b"x"), (b"Y", b"1")),
        ),
    ],
)
def test_field_lines(lines: bytes, fields: Fields) -> None:
    assert request(b"GET / HTTP/1.1\r\n" + lines + b"\r\n").head.fields == fields
    assert response(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n").head.fields == fields
    long = b"X-Long: " + b"x" * 5000 + b"\r\n"  # what is too long to be remembered is read in the same way
    assert request(b"GET / HTTP/1.1\r\n" + long + lines + b"\r\n").head.fields[1:] == fields


@pytest.mark.parametrize(
    ("line", "head", "minor"),
    [
        (b"HTTP/1.1 200 OK", (200, b"OK"), 1),
        (b"HTTP/1.0 404 Not Found", (404, b"Not Found"), 0),
        (b"HTTP/1.1 204", (204, b""), 1),
        (b"HTTP/1.1 204 ", (204, b""), 1),
        (b"HTTP/1.1 500 \xc4rger\t!", (500, b"\xc4rger\t!"), 1),
        (b"HTTP/1.1 103 Early Hints", (103, b"Early Hints"), 1),
    ],
)
def test_status_lines(line: bytes, head: tuple[int, bytes], minor: int) -> None:
    read = response(line + b"\r\n\r\n")
    assert (read.head.status, read.head.reason, read.minor) == (*head, minor)


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/2.0 200 OK",
        b"HTTP/0.9 200 OK",
        b"http/1.1 200 OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1 200OK",
        b"HTTP/1.1 200 O\x00K",
        b"HTTP/1.1 200 O\rK",
        b" HTTP/1.1 200 OK",
        b"ICY 200 OK",
        b"",
    ],
)
def test_status_lines_that_are_refused(line: bytes) -> None:
    refusal = read_response(line + b"\r\n\r\n")
    assert isinstance(refusal, Refusal)
    assert refusal.status == 502


@pytest.mark.parametrize(
    ("minor", "connection", "persistent"),
    [
        (1, b"", True),
        (1, b"Connection: close\r\n", False),
        (1, b"Connection: x, Close ,y\r\n", False),
        (1, b"Connection: keep-alive\r\nConnection: close\r\n", False),
        (0, b"", False),
        (0, b"Connection: keep-alive\r\n", True),
        (0, b"Connection: Keep-Alive, close\r\n", False),
        (0, b"Connection: closed\r\n", False),
    ],
)
def test_who_keeps_the_connection(minor: int, connection: bytes, persistent: bool) -> None:
    """RFC 9112, section 9.3."""
    version = b"HTTP/1.%d" % minor
    assert request(b"GET / " + version + b"\r\n" + connection + b"\r\n").persistent is persistent
    assert response(version + b" 200 OK\r\n" + connection + b"\r\n").persistent is persistent


@pytest.mark.parametrize(
    ("lines", "idle"),
    [
        (b"", None),
        (b"Keep-Alive: timeout=5\r\n", 5),
        (b"Keep-Alive: max=10, Timeout = 30\r\n", 30),
        (b"Keep-Alive: timeout=0\r\n", 0),
        (b"Keep-Alive: timeout=-1\r\n", None),
        (b"Keep-Alive: max=10\r\n", None),
    ],
)
def test_how_long_a_server_promises_to_wait(lines: bytes, idle: float | None) -> None:
    assert response(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n").block.idle == idle


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", -1),
        (b"GET / HTTP/1.1\r\n", -1),
        (b"GET / HTTP/1.1\r\n\r", -1),
        (b"GET / HTTP/1.1\r\n\r\n", 18),
        (b"GET / HTTP/1.1\r\n\r\nGET", 18),
        (b"GET / HTTP/1.1\n\n", 16),  # to be refused, not waited for
        (b"GET / HTTP/1.1\n\r\n", 17),
    ],
)
def test_where_a_head_ends(data: bytes, end: int) -> None:
    assert find_end(data) == end
    searched = 0
    for length in range(len(data) + 1):  # byte by byte, as a connection does it
        found = find_end(data[:length], searched)
        if found >= 0:
            assert found == end == length
            return
        searched = max(0, length - 3)
    assert end == -1


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"\r\n\r\n"]), max_size=10).map(b"".join))
def test_a_head_ends_at_the_same_place_or_is_refused_however_it_comes(lines: bytes) -> None:
    data = b"GET / HTTP/1.1\r\nX: " + lines
    searched, found = 0, -1
    for length in range(len(data) + 1):
        found = find_end(data[:length], searched)
        if found >= 0:
            break
        searched = max(0, length - 3)
    whole = find_end(data)
    if whole != found:
        assert isinstance(read_request(data[:whole]), Refusal)
        assert isinstance(read_request(data[:found]), Refusal)


def test_what_need_not_be_waited_for() -> None:
    assert unfinished(b"GET /" + b"x" * MAX_TARGET) is None
    too_long = unfinished(b"GET /" + b"x" * (MAX_TARGET + 64))
    assert too_long is not None
    assert too_long.status == 414
    line = b"GET / HTTP/1.1\r\n"
    assert unfinished(line + b"x" * (MAX_HEAD - len(line))) is None
    too_large = unfinished(line + b"x" * (MAX_HEAD - len(line) + 1))
    assert too_large is not None
    assert too_large.status == 431


tokens = st.from_regex(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}", fullmatch=True)
texts = st.from_regex(rb"([\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]{0,8}[\x21-\x7e\x80-\xff])?)?", fullmatch=True)
_OURS = (b"transfer-encoding", b"content-length", b"keep-alive")
fields = st.lists(st.tuples(tokens, texts), max_size=6).map(lambda pairs: without(pairs, *_OURS))
framings = st.sampled_from([UNFRAMED, CHUNKED]) | st.builds(Framing, st.just(False), st.integers(0, 2**63))
wrong_lengths = st.lists(st.tuples(st.sampled_from([b"Content-Length", b"content-length"]), texts), max_size=2).map(
    tuple
)


@given(tokens, st.from_regex(rb"[\x21-\x7e]{1,20}", fullmatch=True), fields, wrong_lengths, framings)
def test_a_request_that_is_written_is_read_again(
    method: bytes, target: bytes, others: Fields, wrong: Fields, framing: Framing
) -> None:
    read = request(write_request(RequestHead(method, target, (*others, *wrong)), framing))
    assert (read.head.method, read.head.target, read.minor) == (method, target, 1)
    assert without(read.head.fields, *_OURS) == others
    assert read.block.framing == framing


@given(
    st.integers(100, 999),
    st.from_regex(rb"[\t\x20-\x7e\x80-\xff]{0,9}", fullmatch=True),
    fields,
    wrong_lengths,
    framings,
)
def test_a_response_that_is_written_is_read_again(
    status: int, reason: bytes, others: Fields, wrong: Fields, framing: Framing
) -> None:
    head = ResponseHead(status, reason, (*others, *wrong))
    for line in (b"", b"Connection: close\r\n"):
        read = response(write_response(head, framing, line))
        assert (read.head.status, read.head.reason, read.minor) == (status, reason, 1)
        assert without(read.head.fields[: len(read.head.fields) - bool(line)], *_OURS) == others
        assert read.block.framing == framing
        assert not line or not read.persistent
