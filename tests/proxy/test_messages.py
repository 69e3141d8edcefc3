"""mitmproxy's messages to heads and back: nothing lost, one Cookie, framing as it was read."""

from __future__ import annotations

import pytest
from mitmproxy import http

from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Answer
from devcors.proxy.messages import (
    answer_response,
    for_http2,
    request_head,
    response_head,
    write_request,
    write_response,
)


def request(fields: Fields, *, version: bytes = b"HTTP/1.1", authority: bytes = b"") -> http.Request:
    head = http.Headers(fields)
    return http.Request("h", 80, b"GET", b"http", authority, b"/a%20b", version, head, None, None, 0, None)


def response(fields: Fields, version: bytes = b"HTTP/1.1") -> http.Response:
    return http.Response(version, 200, b"Fine", http.Headers(fields), None, None, 0, None)


def test_a_head_is_what_came() -> None:
    fields = ((b"host", b"h"), (b"X-A", b"\xff"), (b"x-a", b"2"))
    assert request_head(request(fields)) == RequestHead(b"GET", b"/a%20b", fields)
    assert response_head(response(fields)) == ResponseHead(200, b"Fine", fields)


def test_the_authority_of_http_2_is_its_host() -> None:
    head = request_head(request(((b"x", b"1"),), version=b"HTTP/2.0", authority=b"api.test"))
    assert head.fields == ((b"Host", b"api.test"), (b"x", b"1"))
    head = request_head(request(((b"host", b"own"),), version=b"HTTP/2.0", authority=b"api.test"))
    assert head.fields == ((b"host", b"own"),)


def test_crumbs_of_a_cookie_are_joined() -> None:
    head = request_head(request(((b"cookie", b"a=1"), (b"x", b"1"), (b"cookie", b"b=2"))))
    assert head.fields == ((b"cookie", b"a=1; b=2"), (b"x", b"1"))


def test_a_head_for_http_1() -> None:
    written = request(((b"Host", b"old"),), authority=b"old")
    write_request(written, RequestHead(b"PUT", b"/new", ((b"Host", b"new"), (b"X-A", b"1"))))
    assert (written.method, written.path, written.data.authority) == ("PUT", "/new", b"")
    assert written.headers.fields == ((b"Host", b"new"), (b"X-A", b"1"))


def test_a_head_for_http_2_has_no_field_of_one_connection() -> None:
    written = request((), version=b"HTTP/2.0", authority=b"old")
    connection = ((b"Connection", b"TE"), (b"TE", b"trailers"), (b"Upgrade", b"x"))
    write_request(written, RequestHead(b"GET", b"/", ((b"Host", b"new"), (b"X-A", b"1"), *connection)))
    assert written.data.authority == b"new"
    assert written.headers.fields == ((b"x-a", b"1"),)


@pytest.mark.parametrize(
    ("received", "decided", "written"),
    [
        (((b"Content-Length", b"3"),), ((b"Content-Length", b"3"),), ((b"Content-Length", b"3"),)),
        (((b"Transfer-Encoding", b"Chunked"),), (), ((b"Transfer-Encoding", b"chunked"),)),
        (((b"Connection", b"close"),), (), ((b"Connection", b"close"),)),
        (((b"Connection", b"close"),), ((b"Connection", b"Upgrade"),), ((b"Connection", b"Upgrade"),)),
        ((), ((b"Connection", b"TE"), (b"TE", b"trailers")), ()),
    ],
)
def test_framing_stays_as_it_was_read(received: Fields, decided: Fields, written: Fields) -> None:
    asked = request(received)
    write_request(asked, RequestHead(b"GET", b"/", decided))
    assert asked.headers.fields == written


def test_a_response_keeps_its_framing_unless_its_body_is_dropped() -> None:
    for dropped, expected in ((False, ((b"X", b"1"), (b"Transfer-Encoding", b"chunked"))), (True, ((b"X", b"1"),))):
        answered = response(((b"Transfer-Encoding", b"chunked"),))
        write_response(answered, ResponseHead(204, b"No", ((b"X", b"1"),)), body_dropped=dropped)
        assert (answered.status_code, answered.reason, answered.headers.fields) == (204, "No", expected)


# RFC 9112, section 2.3: a server answers with the version that it conforms to
@pytest.mark.parametrize(("asked", "answered"), [("HTTP/1.0", "1.1"), ("HTTP/1.1", "1.1"), ("HTTP/2.0", "2.0")])
def test_an_answer_of_our_own(asked: str, answered: str) -> None:
    fields = ((b"Content-Length", b"2"),)
    made = answer_response(Answer(ResponseHead(502, b"Bad Gateway", fields), b"no"), asked)
    assert made.http_version == f"HTTP/{answered}"
    assert (made.status_code, made.reason, made.raw_content) == (502, "Bad Gateway", b"no")
    assert made.headers.fields == fields


def test_control_characters_do_not_reach_http2() -> None:
    good = (b"X-Good", b"tab\tand text")
    head = ResponseHead(200, b"", (good, (b"Set-Cookie", b"a=\x01"), (b"X-Bad", b"a\x7f")))
    assert for_http2(head).fields == (good,)
    kept = ResponseHead(200, b"", (good,))
    assert for_http2(kept) is kept
