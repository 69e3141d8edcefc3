"""The strict reader: whole and byte by byte, what it takes and what it refuses."""

from __future__ import annotations

import pytest

from tests.compliance.reading import End, Malformed, Message, read_request, read_response, read_responses

HEAD = b"Host: h\r\n"
GET = b"GET / HTTP/1.1\r\n" + HEAD


def _read(data: bytes) -> Message | None:
    """Whole; and each shorter piece must be no request, or an unfinished one, of the same start."""
    whole = read_request(data)
    for size in range(len(data)):
        part = read_request(data[:size])
        assert part is None or whole is None or (part.start == whole.start and part.size <= whole.size)
    return whole


@pytest.mark.parametrize(
    ("data", "body", "trailers"),
    [
        (GET + b"\r\n", b"", ()),
        (GET + b"Content-Length: 3\r\n\r\nabc", b"abc", ()),
        (GET + b"Transfer-Encoding: Chunked\r\n\r\n2;a=b\r\nab\r\n01\r\nc\r\n0\r\n\r\n", b"abc", ()),
        (GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-T:  1 \r\n\r\n", b"", ((b"X-T", b"1"),)),
        (b"GET / HTTP/1.0\r\n\r\n", b"", ()),
    ],
)
def test_good_requests(data: bytes, body: bytes, trailers: tuple[tuple[bytes, bytes], ...]) -> None:
    message = _read(data + b"GET")
    assert message is not None
    assert (message.complete, message.body, message.trailers, message.size) == (True, body, trailers, len(data))
    for size in range(len(data)):
        part = read_request(data[:size])
        assert part is None or not part.complete


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n" + GET + b"\r\n",
        b"GET  / HTTP/1.1\r\n" + HEAD,
        b"GET / HTTP/1.2\r\n" + HEAD,
        b"GET /# HTTP/1.1\r\n" + HEAD,
        b"G@T / HTTP/1.1\r\n" + HEAD,
        b"GET / HTTP/1.1\n" + HEAD,
        b"GET / HTTP/1.1\r\n\r\n",
        GET + HEAD + b"\r\n",
        GET + b"X : 1\r\n\r\n",
        GET + b"X: 1\r\n folded\r\n\r\n",
        GET + b"X: a\rb\r\n\r\n",
        GET + b"X: a\x00\r\n\r\n",
        GET + b"Content-Length: +1\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        GET + b"Transfer-Encoding: chunked, chunked\r\n\r\n",
        GET + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n",
        GET + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
        GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-T : 1\r\n\r\n",
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_faulty_requests(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_request(data)


@pytest.mark.parametrize(
    ("data", "method", "end", "complete", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd", b"GET", End.OPEN, True, b"ab"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd", b"HEAD", End.OPEN, True, b""),
        (b"HTTP/1.1 204 No\r\n\r\nabcd", b"GET", End.OPEN, True, b""),
        (b"HTTP/1.1 103 Early\r\n\r\nabcd", b"GET", End.OPEN, True, b""),
        (b"HTTP/1.1 200 OK\r\n\r\nabcd", b"GET", End.OPEN, False, b"abcd"),
        (b"HTTP/1.1 200 OK\r\n\r\nabcd", b"GET", End.CLOSED, True, b"abcd"),
        (b"HTTP/1.1 200 OK\r\n\r\nabcd", b"GET", End.RESET, False, b"abcd"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcd", b"GET", End.CLOSED, False, b"abcd"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", b"GET", End.CLOSED, False, b"ab"),
    ],
)
def test_responses(data: bytes, method: bytes, end: End, complete: bool, body: bytes) -> None:
    message = read_response(data, method, end)
    assert message is not None
    assert (message.complete, message.body) == (complete, body)


def test_a_stream_of_responses() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    sized = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    out, rest, fault = read_responses(early + sized + sized + b"abx", (b"HEAD",), End.CLOSED)
    assert [(message.status, message.body) for message in out] == [(103, b""), (200, b""), (200, b"ab")]
    assert (rest, fault) == (b"x", None)
    switch = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    out, rest, fault = read_responses(switch + b"\x81\x00", (), End.OPEN)
    assert (len(out), rest, fault) == (1, b"\x81\x00", None)
    out, rest, fault = read_responses(sized + b"abnonsense\r\n", (), End.OPEN)
    assert len(out) == 1
    assert fault is not None
