"""One hop and the next: hop-by-hop fields, persistence, Expect, half-close, aborts, streaming."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Answered, Case, Do, Steps, Until
from tests.compliance.checks import (
    content,
    ends,
    gets,
    gets_content,
    gets_none,
    in_order,
    lacks,
    once,
    sees,
    sees_one_of,
)
from tests.compliance.reading import End

from .making import accept, chunked, good_answer, post, request, response, sized

_HOPS = "RFC 9110, section 7.6.1"
_KEEP = "RFC 9112, section 9.3"
_CLOSE = "RFC 9112, section 9.6"
_EXPECT = "RFC 9110, section 10.1.1"


def _hops_of_requests() -> Iterator[Case]:
    fields = {
        "keep-alive": b"Keep-Alive: timeout=5",
        "proxy-connection": b"Proxy-Connection: keep-alive",
        "proxy-authorization": b"Proxy-Authorization: Basic c2VjcmV0",
        "te-gzip": b"TE: gzip",
        "te-gzip-with-weight": b"TE: gzip;q=0.5",
        "trailer": b"Trailer: X-T",
        "upgrade-alone": b"Upgrade: websocket",
    }
    for name, line in fields.items():
        yield accept(f"hop/request/{name}", request(line), _HOPS, "ends at this hop", lacks(line.partition(b":")[0]))
    named = {
        "one": (b"Connection: X-Hop",),
        "small-letters": (b"connection: x-hop",),
        "list": (b"Connection: close, X-Hop",),
        "list-with-empty-members": (b"Connection: , X-Hop ,, keep-alive",),
        "two-lines": (b"Connection: keep-alive", b"Connection: X-Hop"),
        "before-and-after": (b"X-Hop: 0", b"Connection: X-Hop"),
    }
    for name, lines in named.items():
        yield accept(
            f"hop/request/named/{name}",
            request(*lines, b"X-Hop: 1", b"X-Kept: 1"),
            _HOPS,
            "what Connection names ends here",
            lacks(b"X-Hop"),
            sees(b"X-Kept", b"1"),
        )
    kept = {b"Cookie": b"a=1", b"Authorization": b"Basic eDp5"}
    for field, value in kept.items():
        sent = request(b"Connection: " + field, field + b": " + value)
        yield accept(
            f"hop/request/kept/{field.decode().lower()}",
            sent,
            _HOPS,
            "a client must not strip what the backend relies on",
            sees(field, value),
        )
    yield accept("hop/request/kept/host", request(b"Connection: Host"), _HOPS, "Host is never one hop's own")
    yield accept(
        "hop/request/kept/content-length",
        post(b"Connection: Content-Length", b"Content-Length: 4", body=b"abcd"),
        _HOPS,
        "the framing stays",
        content(b"abcd"),
    )
    yield accept(
        "hop/request/kept/by-close-too",
        request(b"Connection: close, Cookie", b"Cookie: a=1"),
        _HOPS,
        "beside close as well",
        sees(b"Cookie", b"a=1"),
    )
    te = sees_one_of(b"TE", (), (b"trailers",))
    yield accept(
        "hop/request/te-trailers",
        request(b"Connection: TE", b"TE: trailers"),
        _HOPS,
        "trailers may be wished for at the next hop",
        te,
    )
    yield accept(
        "hop/request/te-trailers-and-more",
        request(b"Connection: TE", b"TE: trailers, deflate;q=0.5"),
        _HOPS,
        "only the wish for trailers goes on",
        te,
    )


def _hops_of_responses() -> Iterator[Case]:
    fields = {
        "keep-alive": b"Keep-Alive: timeout=5",
        "proxy-connection": b"Proxy-Connection: keep-alive",
        "proxy-authenticate": b"Proxy-Authenticate: Basic",
        "upgrade": b"Upgrade: h2c",
    }
    for name, line in fields.items():
        yield good_answer(
            f"hop/response/{name}", sized(b"x", line), _HOPS, "ends at this hop", gets_none(line.partition(b":")[0])
        )
    answer = sized(b"x", b"Connection: X-Hop", b"X-Hop: 1", b"X-Kept: 1")
    yield good_answer(
        "hop/response/named",
        answer,
        _HOPS,
        "what Connection names ends here",
        gets_none(b"X-Hop"),
        gets(b"X-Kept", b"1"),
    )
    answer = sized(b"x", b"Connection: Set-Cookie, Content-Length", b"Set-Cookie: a=1; Path=/")
    yield good_answer(
        "hop/response/kept", answer, _HOPS, "naming the framing or a cookie there removes nothing", gets_content(b"x")
    )
    closing = (sized(b"x", b"Connection: close"), Do.CLOSE)
    sent = (request(target=b"{path}/1"), Answered(1), request(target=b"{path}/2"))
    yield good_answer(
        "hop/response/close",
        closing,
        _HOPS,
        "the backend closes, the client's connection lives",
        gets_content(b"x"),
        sent=sent,
        reach=2,
        finals=(200, 200),
        may_end=True,
    )


def _persistence() -> Iterator[Case]:
    two = (request(target=b"{path}/1"), Answered(1), request(target=b"{path}/2"))
    yield accept("keep/two-requests", two, _KEEP, "HTTP/1.1 persists", in_order(b"/1", b"/2"), ends(End.OPEN), reach=2)
    bodies = (
        post(b"Content-Length: 4", body=b"abcd", target=b"{path}/1"),
        Answered(1),
        post(b"Transfer-Encoding: chunked", body=chunked(b"ef"), target=b"{path}/2"),
    )
    yield accept(
        "keep/two-bodies",
        bodies,
        _KEEP,
        "each body is its own",
        content(b"abcd"),
        content(b"ef", at=1),
        in_order(b"/1", b"/2"),
        reach=2,
    )
    yield accept(
        "keep/close",
        request(b"Connection: close"),
        _CLOSE,
        "closed after the response",
        gets(b"Connection", b"close"),
        closes=True,
    )
    yield accept("keep/close-in-capitals", request(b"Connection: CLOSE"), _CLOSE, "options have no case", closes=True)
    yield accept("keep/close-in-a-list", request(b"Connection: keep-alive, close"), _CLOSE, "close wins", closes=True)
    after = request(b"Connection: close", target=b"{path}/1") + request(target=b"{path}/2")
    yield accept(
        "keep/request-after-close", after, _CLOSE, "nothing is served after close", in_order(b"/1"), closes=True
    )
    yield accept("keep/1.0", request(version=b"HTTP/1.0"), _KEEP, "HTTP/1.0 does not persist unasked", closes=True)
    old = (
        request(b"Connection: keep-alive", version=b"HTTP/1.0", target=b"{path}/1"),
        Answered(1),
        request(b"Connection: keep-alive", version=b"HTTP/1.0", target=b"{path}/2"),
    )
    yield accept("keep/1.0-keep-alive", old, _KEEP, "it may, where both say so", in_order(b"/1"), reach=2, may_end=True)
    yield accept(
        "keep/1.0-two-unasked",
        (request(version=b"HTTP/1.0", target=b"{path}/1") + request(version=b"HTTP/1.0", target=b"{path}/2")),
        _KEEP,
        "one only",
        in_order(b"/1"),
        closes=True,
    )
    yield accept("half-close/get", (request(), Do.HALF_CLOSE), "RFC 9112, section 9.6", "a whole request is answered")
    yield accept(
        "half-close/post",
        (post(b"Content-Length: 4", body=b"abcd"), Do.HALF_CLOSE),
        "RFC 9112, section 9.6",
        "a whole request is answered",
        content(b"abcd"),
    )
    slow = ((Do.BODY, Do.PAUSE, Do.PAUSE, sized(b"late")),)
    yield accept(
        "half-close/slow-answer",
        (request(), Do.HALF_CLOSE),
        "RFC 9112, section 9.6",
        "also when the answer takes a while",
        gets_content(b"late"),
        answers=slow,
    )
    aborted = ((Do.BODY, Do.UNTIL_END),)
    for name, how in (("closes", Do.CLOSE), ("resets", Do.RESET)):
        # a plain close cannot be told from a half-close until something is written: only the reset must be told on
        answers = (
            aborted
            if how is Do.RESET
            else (
                (
                    Do.BODY,
                    response(b"Content-Length: 9999"),
                    Do.PAUSE,
                    b"x",
                    Do.PAUSE,
                    b"x",
                    Do.PAUSE,
                    b"x",
                    Do.UNTIL_END,
                ),
            )
        )
        sent: Steps = (request(), Until(b"case-"), how)
        yield accept(
            f"abort/client-{name}",
            sent,
            "devcors: client aborts",
            "the backend is let go at once",
            answers=answers,
            finals=(),
        )
    again = (Do.BODY, Do.CLOSE_IF_REUSED, sized(b"fresh"))
    sent = (request(target=b"{path}/1"), Answered(1), request(target=b"{path}/2"))
    yield accept(
        "retry/get-on-a-reused-connection",
        sent,
        "RFC 9110, section 9.2.2",
        "asked once more, silently",
        gets_content(b"fresh", at=1),
        answers=(again, again),
        reach=2,
        finals=(200, 200),
        may_retry=True,
    )
    sent = (
        post(b"Content-Length: 2", body=b"ab", target=b"{path}/1"),
        Answered(1),
        post(b"Content-Length: 2", body=b"ab", target=b"{path}/2"),
    )
    never = (Do.BODY, Do.CLOSE)
    yield accept(
        "retry/post",
        sent,
        "RFC 9110, section 9.2.2",
        "a POST is never sent twice",
        once(b"/2"),
        answers=((Do.BODY, sized(b"x")), never),
        reach=2,
        finals=(200, 502),
    )


CASES = (*_hops_of_requests(), *_hops_of_responses(), *_persistence())
