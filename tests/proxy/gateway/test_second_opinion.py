"""llhttp beside our readers: whatever we take for a message, it takes for the same one.

Our head reader uses llhttp for the field lines only; here it reads whole streams, its own way, to the end of the body.
"""

from __future__ import annotations

import contextlib
from typing import Any

import httptools
from hypothesis import assume, given
from hypothesis import strategies as st

from devcors.errors import MalformedError
from devcors.heads import without
from devcors.policy.checks import Refusal
from devcors.proxy.gateway.bodies import Body, ChunkedBody, LengthBody, NoBody
from devcors.proxy.gateway.framing import Framing
from devcors.proxy.gateway.heads import find_end, read_request, read_response


class Seen:
    """What llhttp reads of one message."""

    def __init__(self, kind: type[Any]) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.trailers: list[tuple[bytes, bytes]] = []
        self.target = self.reason = self.body = b""
        self.headed = self.whole = self.keep_alive = False
        self.parser = kind(self)

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_status(self, status: bytes) -> None:
        self.reason += status

    def on_header(self, name: bytes, text: bytes) -> None:
        (self.trailers if self.headed else self.fields).append((name, text.strip(b" \t")))

    def on_headers_complete(self) -> None:
        self.headed = True
        self.keep_alive = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True

    def feed(self, data: bytes) -> None:
        with contextlib.suppress(httptools.HttpParserUpgrade):
            self.parser.feed_data(data)


BODIES = [
    b"0",
    b"2",
    b"5",
    b"a",
    b"00",
    b"\r\n",
    b"\r",
    b"\n",
    b"ab",
    b"hello",
    b";",
    b";x=1",
    b" ",
    b"\t",
    b"X: 1\r\n",
]
BODIES += [
    b"0\r\n\r\n",
    b"2\r\nab\r\n",
    b"5;e\r\nhello\r\n",
    b"Y:\r\n",
    b"\x00",
    b"\xff",
    b"-",
    b"0x",
    b"0\r\n",
    b"Host: a\r\n",
]
bodies = st.lists(st.sampled_from(BODIES), max_size=9).map(b"".join)
ROOT = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@given(bodies)
def test_a_chunked_body_is_llhttps_too(stream: bytes) -> None:
    body = ChunkedBody()
    try:
        octets = body.feed(stream)
    except MalformedError:
        return
    seen = Seen(httptools.HttpRequestParser)
    if not body.done:
        try:
            seen.feed(ROOT + stream)
        except httptools.HttpParserError:
            return  # it may be the stricter one
        assert not seen.whole
        return
    used = stream[: len(stream) - len(body.rest)]
    seen.feed(ROOT + used[:-1])
    assert not seen.whole
    seen.feed(used[-1:])
    assert (seen.whole, seen.body, tuple(seen.trailers)) == (True, octets, body.trailers)


METHODS = [b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"]
LINES = [
    b"Host: a",
    b"host:b ",
    b"Content-Length: 5",
    b"content-length:0",
    b"Transfer-Encoding: chunked",
    b"X:",
    b"X: y z",
]
LINES += [b"TRANSFER-ENCODING:  Chunked", b"Connection: close", b"Connection: keep-alive, x", b"Upgrade: y", b"\xff: a"]
LINES += [b"Connection: upgrade", b" folded", b"X : 1", b"X: \xe4\t", b"Y: \x00", b"Z: a\rb", b"Expect: 100-continue"]
LINES += [
    b"Content-Length: 5, 5",
    b"Transfer-Encoding: gzip, chunked",
    b"Content-Length: 05",
    b"Keep-Alive: timeout=5",
]
lines = st.lists(st.sampled_from(LINES), max_size=5).map(lambda some: b"".join(line + b"\r\n" for line in some))
targets = st.sampled_from([b"/", b"/a?b=c", b"*", b"/%00", b"http://a/b", b"/a b", b"/\x7f"])
versions = st.sampled_from([b"1.1", b"1.0"])


@given(st.sampled_from(METHODS), targets, versions, lines, bodies)
def test_a_request_is_llhttps_too(method: bytes, target: bytes, version: bytes, block: bytes, stream: bytes) -> None:
    head = method + b" " + target + b" HTTP/" + version + b"\r\n" + block + b"\r\n"
    assert find_end(head) == len(head)
    read = read_request(head)
    assume(not isinstance(read, Refusal))
    assert not isinstance(read, Refusal)
    seen = Seen(httptools.HttpRequestParser)
    seen.feed(head)
    assert seen.headed
    assert (seen.parser.get_method(), seen.target) == (read.head.method, read.head.target)
    # RFC 9110, section 7.8: Upgrade counts for nothing in HTTP/1.0, and goes no further
    fields = tuple(seen.fields) if read.minor else without(seen.fields, b"upgrade")
    assert fields == read.head.fields
    assert seen.parser.get_http_version() == f"1.{read.minor}"
    if not seen.parser.should_upgrade():
        # RFC 9112, section 9.3: `close` comes first, also where `keep-alive` stands beside it in HTTP/1.0
        assert read.persistent == (seen.keep_alive and not read.block.close)
        same_end(seen, body_of(read.block.framing), stream)


STATUSES = [b"200 OK", b"404 Not Found", b"500 ", b"201", b"302 Found"]


@given(st.sampled_from(STATUSES), versions, lines, bodies)
def test_a_response_is_llhttps_too(status: bytes, version: bytes, block: bytes, stream: bytes) -> None:
    head = b"HTTP/" + version + b" " + status + b"\r\n" + block + b"\r\n"
    read = read_response(head)
    assume(not isinstance(read, Refusal))
    assert not isinstance(read, Refusal)
    seen = Seen(httptools.HttpResponseParser)
    seen.feed(head)
    assert seen.headed
    assert (seen.parser.get_status_code(), seen.reason) == (read.head.status, read.head.reason)
    assert tuple(seen.fields) == read.head.fields
    framing = read.block.framing
    if framing.chunked or framing.length is not None:
        same_end(seen, body_of(framing), stream)
    else:  # to the end of the connection
        seen.feed(stream)
        assert (seen.whole, seen.body) == (False, stream)


def body_of(framing: Framing) -> Body:
    if framing.chunked:
        return ChunkedBody()
    return LengthBody(framing.length) if framing.length else NoBody()


def same_end(seen: Seen, body: Body, stream: bytes) -> None:
    """The body ends at the same byte, and has the same octets."""
    if body.done:
        assert seen.whole
        assert seen.body == b""
        return
    assert not seen.whole
    try:
        octets = body.feed(stream)
    except MalformedError:
        return
    if body.done:
        seen.feed(stream[: len(stream) - len(body.rest)])
        assert (seen.whole, seen.body, tuple(seen.trailers)) == (True, octets, body.trailers)
