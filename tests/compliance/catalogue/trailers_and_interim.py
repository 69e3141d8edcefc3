"""Trailers both ways, and 1xx responses."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Answered, Case, Do, Until
from tests.compliance.checks import (
    content,
    gets,
    gets_content,
    gets_none,
    gets_not,
    in_order,
    interim,
    lacks,
    trailers_lack,
)

from .making import (
    accept,
    bad_body,
    cut_answer,
    doubtful_answer,
    either,
    good_answer,
    post,
    request,
    response,
    shown,
    sized,
)

_TRAILERS = "RFC 9110, section 6.5.1"
_INTERIM = "RFC 9110, section 15.2"
_TE = b"Transfer-Encoding: chunked"
_EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _with_trailers(*lines: bytes, fields: tuple[bytes, ...] = ()) -> bytes:
    return post(_TE, *fields, body=b"2\r\nab\r\n0\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


def _of_requests() -> Iterator[Case]:
    why = "forwarded or dropped, never merged into the head"
    yield accept("trailer/request/one", _with_trailers(b"X-T: 1"), _TRAILERS, why, content(b"ab"), lacks(b"X-T"))
    yield accept(
        "trailer/request/announced",
        _with_trailers(b"X-T: 1", fields=(b"Trailer: X-T",)),
        _TRAILERS,
        why,
        content(b"ab"),
        lacks(b"X-T"),
    )
    yield accept(
        "trailer/request/several",
        _with_trailers(*(b"X-%d: 1" % at for at in range(20))),
        _TRAILERS,
        why,
        content(b"ab"),
        lacks(b"X-0", b"X-19"),
    )
    yield accept("trailer/request/empty-value", _with_trailers(b"X-T:"), _TRAILERS, why, content(b"ab"), lacks(b"X-T"))
    sent = _with_trailers(b"X-T: 1").replace(b"{path}", b"{path}/1") + request(target=b"{path}/2")
    yield accept(
        "trailer/request/then-another",
        sent,
        _TRAILERS,
        "the next request begins after them",
        content(b"ab"),
        in_order(b"/1", b"/2"),
        reach=2,
    )
    for line in (
        b"Host: evil.test",
        b"Content-Length: 5",
        b"Transfer-Encoding: chunked",
        b"Authorization: Basic eDp5",
        b"Cookie: a=1",
        b"Connection: close",
        b"Expect: 100-continue",
        b"X-Forwarded-For: 192.0.2.1",
    ):
        name = line.partition(b":")[0]
        checks = [content(b"ab"), trailers_lack(b"host", b"content-length", b"transfer-encoding", b"authorization")]
        if name in (b"Authorization", b"Cookie", b"X-Forwarded-For"):  # the others have a place in the new head
            checks.append(lacks(name))
        yield either(
            f"trailer/request/forbidden/{name.decode().lower()}",
            _with_trailers(line),
            _TRAILERS,
            "framing, routing and authentication never stand in trailers: dropped or refused",
            *checks,
            in_body=True,
        )
    for line in (
        b"X-T : 1",
        b": 1",
        b"X-T",
        b"X\x00T: 1",
        b"X-T: \x00",
        b"X-T: a\rb",
        b"X T: 1",
        b" X-T: 1",
        b"X\xe4: 1",
    ):
        why = "refused, or dropped with the others; never relayed"
        yield either(
            f"trailer/request/faulty/{shown(line)}",
            _with_trailers(line),
            "RFC 9112, section 7.1.2",
            why,
            content(b"ab"),
            in_body=True,
        )
    huge = _with_trailers(*(b"X-%d: %s" % (at, b"v" * 1000) for at in range(150)))
    yield bad_body(
        "trailer/request/150-kB", huge, "RFC 6585, section 5", "trailers count for the size of a head", 400, 413, 431
    )
    many = _with_trailers(*(b"a: 1" for _ in range(3000)))
    yield bad_body(
        "trailer/request/3000", many, "RFC 6585, section 5", "trailers count for the number of fields", 400, 413, 431
    )


def _of_responses() -> Iterator[Case]:
    def answer(*lines: bytes, fields: tuple[bytes, ...] = ()) -> bytes:
        return response(_TE, *fields, body=b"2\r\nab\r\n0\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n")

    why = "forwarded or dropped, never merged into the head"
    yield good_answer("trailer/response/one", answer(b"X-T: 1"), _TRAILERS, why, gets_content(b"ab"), gets_none(b"X-T"))
    announced = answer(b"X-T: 1", b"Server-Timing: a;dur=1", fields=(b"Trailer: X-T, Server-Timing",))
    wishes = (request(b"Connection: TE", b"TE: trailers"),)
    yield good_answer(
        "trailer/response/wished-for", announced, _TRAILERS, why, gets_content(b"ab"), gets_none(b"X-T"), sent=wishes
    )
    old = (request(version=b"HTTP/1.0"),)
    yield good_answer(
        "trailer/response/to-1.0",
        answer(b"X-T: 1"),
        _TRAILERS,
        "such a client gets neither chunks nor trailers",
        gets_content(b"ab"),
        gets_none(b"Transfer-Encoding", b"X-T"),
        sent=old,
    )
    sent = (request(target=b"{path}/1"), Answered(1), request(target=b"{path}/2"))
    yield good_answer(
        "trailer/response/then-another",
        answer(b"X-T: 1"),
        _TRAILERS,
        "the connection goes on behind them",
        gets_content(b"ab"),
        in_order(b"", b"/2"),
        sent=sent,
        reach=2,
        finals=(200, 200),
    )
    for line in (b"Set-Cookie: a=1", b"Content-Length: 5", b"Content-Type: text/html"):
        name = line.partition(b":")[0]
        checks = (gets_content(b"ab"), gets_none(name))
        yield good_answer(
            f"trailer/response/forbidden/{name.decode().lower()}",
            answer(line),
            _TRAILERS,
            "never merged into the head",
            *checks,
        )
    for line in (b"X-T : 1", b"X-T", b"X\x00T: 1", b"X-T: a\rb", b"X-T: \x00"):
        why = "cut short, or dropped; never relayed"
        yield doubtful_answer(
            f"trailer/response/faulty/{shown(line)}",
            answer(line),
            "RFC 9112, section 7.1.2",
            why,
            gets_content(b"ab"),
            may_cut=True,
        )
    huge = answer(*(b"X-%d: %s" % (at, b"v" * 1000) for at in range(300)))
    yield doubtful_answer(
        "trailer/response/300-kB",
        huge,
        _TRAILERS,
        "dropped, relayed, or cut short for their size",
        gets_content(b"ab"),
        may_cut=True,
    )
    yield cut_answer(
        "trailer/response/unfinished",
        (response(_TE, body=b"2\r\nab\r\n0\r\nX-T: 1\r\n"), Do.CLOSE),
        "RFC 9112, section 8",
        "without the empty line it is not whole",
    )


def _interim() -> Iterator[Case]:
    final = sized(b"final")
    whole = gets_content(b"final")
    yield good_answer("interim/103", (_EARLY, final), _INTERIM, "forwarded, the final one awaited", interim(103), whole)
    yield good_answer(
        "interim/103-then-a-while",
        (_EARLY, Until(b"</a.css>"), Do.PAUSE, final),
        _INTERIM,
        "forwarded at once: that is what it is for",
        interim(103),
        whole,
    )
    yield good_answer("interim/103-twice", (_EARLY, _EARLY, final), _INTERIM, "each of them", interim(103, 103), whole)
    yield good_answer(
        "interim/102-and-103",
        (b"HTTP/1.1 102 Processing\r\n\r\n", _EARLY, final),
        _INTERIM,
        "each of them",
        interim(102, 103),
        whole,
    )
    yield good_answer(
        "interim/unknown-150",
        (b"HTTP/1.1 150 Whatever\r\n\r\n", final),
        _INTERIM,
        "an unknown one is one all the same",
        whole,
    )
    yield good_answer(
        "interim/100-unasked", (_CONTINUE, final), _INTERIM, "forwarded or dropped; not the final response", whole
    )
    sent = (post(b"Content-Length: 2", body=b"ab"),)
    yield good_answer(
        "interim/100-unasked-for-post",
        (_CONTINUE, Do.BODY, final),
        _INTERIM,
        "not the final response",
        whole,
        content(b"ab"),
        sent=sent,
    )
    yield good_answer(
        "interim/in-one-piece", (_CONTINUE + _EARLY + final,), _INTERIM, "three responses in one segment", whole
    )
    old = (request(version=b"HTTP/1.0"),)
    yield good_answer(
        "interim/103-to-1.0", (_EARLY, final), _INTERIM, "HTTP/1.0 knows no 1xx", interim(), whole, sent=old
    )
    head = (request(method=b"HEAD"),)
    yield good_answer(
        "interim/103-to-head",
        (_EARLY, response(b"Content-Length: 5")),
        _INTERIM,
        "for HEAD too",
        interim(103),
        gets(b"Content-Length", b"5"),
        sent=head,
        methods=(b"HEAD",),
    )
    two = (request(target=b"{path}/1") + request(target=b"{path}/2"),)
    yield good_answer(
        "interim/103-then-pipelined",
        (_EARLY, final),
        _INTERIM,
        "the next response is the next request's",
        whole,
        in_order(b"", b"/2"),
        sent=two,
        reach=2,
        finals=(200, 200),
    )
    length = b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n"
    yield doubtful_answer(
        "interim/103-with-length",
        (length, final),
        "RFC 9110, section 8.6",
        "a 1xx has no content, whatever it says",
        whole,
    )
    coded = b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield doubtful_answer(
        "interim/103-with-coding",
        (coded, final),
        "RFC 9112, section 6.1",
        "a 1xx has no content, whatever it says",
        whole,
    )
    hop = b"HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\nX-Hop: 1\r\nLink: </b.css>\r\n\r\n"
    yield good_answer(
        "interim/103-hop-by-hop",
        (hop, final),
        "RFC 9110, section 7.6.1",
        "hop-by-hop fields end here, in interim responses too",
        whole,
        gets_not(b"X-Hop: 1"),
    )
    yield cut_answer("interim/103-and-no-final", (_EARLY, Do.CLOSE), _INTERIM, "502 after it, or closed")
    yield doubtful_answer(
        "interim/103-malformed",
        (b"HTTP/1.1 103 Early Hints\r\nLi\x00nk: x\r\n\r\n", final),
        "RFC 9112, section 5.1",
        "a faulty field is faulty there too: 502, or without it",
        whole,
    )
    flood = (_EARLY * 2000, final)
    yield doubtful_answer("interim/flood", flood, _INTERIM, "2,000 of them: passed, or 502; never a hang", whole)


CASES = (*_of_requests(), *_of_responses(), *_interim())
