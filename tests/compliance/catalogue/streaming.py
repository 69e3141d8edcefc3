"""While a message is under way: Expect, pieces passed on at once, answers before the request's end."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Answered, Case, Do, Steps, Until
from tests.compliance.checks import content, gets_content, interim, sees

from .making import accept, chunked, good_answer, post, reject, request, response, sized

_EXPECT = "RFC 9110, section 10.1.1"


def _expect() -> Iterator[Case]:
    head = post(b"Expect: 100-continue", b"Content-Length: 4")
    hundred = (b"HTTP/1.1 100 Continue\r\n\r\n", Do.BODY, sized(b"done"))
    waits = (head, Answered(1), b"abcd")
    yield accept(
        "expect/waits",
        waits,
        _EXPECT,
        "relayed: the backend says 100",
        interim(100),
        content(b"abcd"),
        sees(b"Expect", b"100-continue"),
        gets_content(b"done"),
        answers=(hundred,),
    )
    chunks = (post(b"Expect: 100-continue", b"Transfer-Encoding: chunked"), Answered(1), chunked(b"abcd"))
    yield accept(
        "expect/waits-with-chunks",
        chunks,
        _EXPECT,
        "relayed: the backend says 100",
        interim(100),
        content(b"abcd"),
        answers=(hundred,),
    )
    yield accept(
        "expect/does-not-wait",
        head + b"abcd",
        _EXPECT,
        "the client may send at once",
        content(b"abcd"),
        answers=(hundred,),
    )
    capitals = (post(b"Expect: 100-Continue", b"Content-Length: 4"), Answered(1), b"abcd")
    yield accept(
        "expect/capitals", capitals, _EXPECT, "expectations have no case", content(b"abcd"), answers=(hundred,)
    )
    silent = (head, Answered(1, 0.4), b"abcd")
    yield accept(
        "expect/backend-ignores-it",
        silent,
        _EXPECT,
        "the client goes on by itself",
        content(b"abcd"),
        answers=((Do.BODY, sized(b"done")),),
    )
    refusal = (sized(b"too large", b"Connection: close", start=b"HTTP/1.1 413 Content Too Large"), Do.UNTIL_END)
    sent: Steps = (head, Answered(1))
    yield accept(
        "expect/backend-refuses",
        sent,
        _EXPECT,
        "the final answer comes without a 100",
        interim(),
        gets_content(b"too large"),
        answers=(refusal,),
        reach=0,
        finals=(413,),
    )
    yield accept(
        "expect/without-content",
        request(b"Expect: 100-continue"),
        _EXPECT,
        "nothing to wait for",
        gets_content(b"answer to {path}"),
    )
    for value in (b"200-ok", b"100-continue, x", b"x=y", b"100"):
        sent = (post(b"Expect: " + value, b"Content-Length: 4", body=b"abcd"),)
        yield reject(f"expect/{value.decode()}", sent, _EXPECT, "an expectation that nobody knows", 417, closes=False)
    old = request(b"Expect: 100-continue", b"Content-Length: 4", method=b"POST", version=b"HTTP/1.0", body=b"abcd")
    yield accept(
        "expect/on-1.0",
        old,
        _EXPECT,
        "ignored from HTTP/1.0: no 100 to such a client",
        interim(),
        content(b"abcd"),
        answers=((Do.BODY, sized(b"done")),),
    )


def _streaming() -> Iterator[Case]:
    source = "devcors: each piece on at once"
    events = response(b"Content-Type: text/event-stream", b"Transfer-Encoding: chunked")
    pieces = (
        Do.BODY,
        events + b"9\r\ndata: 1\n\n\r\n",
        Until(b"data: 1"),
        b"9\r\ndata: 2\n\n\r\n",
        Until(b"data: 2"),
        b"0\r\n\r\n",
    )
    yield good_answer("stream/events", pieces, source, "nothing is held back", gets_content(b"data: 1\n\ndata: 2\n\n"))
    unknown = (
        Do.BODY,
        response(b"Content-Type: text/event-stream", b"Connection: close") + b"data: 1\n\n",
        Until(b"data: 1"),
        b"data: 2\n\n",
        Until(b"data: 2"),
        Do.CLOSE,
    )
    yield good_answer(
        "stream/events-until-close", unknown, source, "nothing is held back", gets_content(b"data: 1\n\ndata: 2\n\n")
    )
    length = (Do.BODY, response(b"Content-Length: 8") + b"abcd", Until(b"abcd"), b"efgh")
    yield good_answer("stream/length", length, source, "nothing is held back", gets_content(b"abcdefgh"))
    head = (Do.BODY, response(b"Content-Length: 4", b"X-Early: 1"), Until(b"X-Early: 1"), b"abcd")
    yield good_answer("stream/head-first", head, source, "the head alone goes on too", gets_content(b"abcd"))
    upload = (
        post(b"Transfer-Encoding: chunked", body=b"4\r\nabcd\r\n"),
        Until(b"abcd"),
        b"4\r\nefgh\r\n",
        Until(b"efgh"),
        b"0\r\n\r\n",
    )
    yield accept("stream/upload-chunks", upload, source, "the backend gets each piece", content(b"abcdefgh"))
    sized_upload = (post(b"Content-Length: 8", body=b"abcd"), Until(b"abcd"), b"efgh")
    yield accept("stream/upload-length", sized_upload, source, "the backend gets each piece", content(b"abcdefgh"))
    early = (sized(b"no", b"Connection: close", start=b"HTTP/1.1 403 Forbidden"), Do.UNTIL_END)
    source = "RFC 9112, section 9.6; devcors: final response before the request body ends"
    sent: Steps = (post(b"Content-Length: 1000000", body=b"x" * 100), Answered(1))
    yield accept(
        "early/length", sent, source, "relayed at once", gets_content(b"no"), answers=(early,), reach=0, finals=(403,)
    )
    sent = (post(b"Transfer-Encoding: chunked", body=b"4\r\nabcd\r\n"), Answered(1))
    yield accept(
        "early/chunked", sent, source, "relayed at once", gets_content(b"no"), answers=(early,), reach=0, finals=(403,)
    )
    early_kept = (sized(b"no", start=b"HTTP/1.1 403 Forbidden"), Do.BODY)
    sent = (
        post(b"Content-Length: 8", body=b"abcd", target=b"{path}/1"),
        Answered(1),
        b"efgh",
        request(target=b"{path}/2"),
    )
    yield accept(
        "early/then-the-rest",
        sent,
        source,
        "the rest is drained, never read as a request",
        gets_content(b"no"),
        answers=(early_kept,),
        reach=2,
        finals=(403, 200),
        may_end=True,
    )


CASES = (*_expect(), *_streaming())
