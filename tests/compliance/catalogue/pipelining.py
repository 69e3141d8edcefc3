"""Several requests at once on one connection: answered in order, and one's failure does not touch the next."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case, Do
from tests.compliance.checks import content, gets_content, in_order

from .making import accept, chunked, post, reject, request, response, sized

_SOURCE = "RFC 9112, section 9.3.2"


def _get(number: int, method: bytes = b"GET") -> bytes:
    return request(method=method, target=b"{path}/%d" % number)


def _orders() -> Iterator[Case]:
    slow = (Do.BODY, Do.PAUSE, Do.PAUSE, sized(b"slow"))
    yield accept(
        "pipeline/three", _get(1) + _get(2) + _get(3), _SOURCE, "in order", in_order(b"/1", b"/2", b"/3"), reach=3
    )
    many = b"".join(_get(number) for number in range(1, 21))
    order = tuple(b"/%d" % number for number in range(1, 21))
    yield accept("pipeline/twenty", many, _SOURCE, "in order", in_order(*order), reach=20)
    checks = (gets_content(b"slow"), in_order(b"", b"/2", b"/3"))
    yield accept(
        "pipeline/first-is-slow",
        _get(1) + _get(2) + _get(3),
        _SOURCE,
        "a quick answer waits for the slow one",
        *checks,
        reach=3,
        answers=(slow,),
    )
    mixed = (
        post(b"Content-Length: 4", body=b"abcd", target=b"{path}/1")
        + _get(2)
        + post(b"Transfer-Encoding: chunked", body=chunked(b"ef"), target=b"{path}/3")
    )
    yield accept(
        "pipeline/bodies",
        mixed,
        _SOURCE,
        "each body is its own",
        content(b"abcd"),
        content(b"ef", at=2),
        in_order(b"/1", b"/2", b"/3"),
        reach=3,
    )
    yield accept(
        "pipeline/then-half-close",
        (_get(1) + _get(2), Do.HALF_CLOSE),
        _SOURCE,
        "both are answered",
        in_order(b"/1", b"/2"),
        reach=2,
    )
    close = _get(1) + request(b"Connection: close", target=b"{path}/2")
    yield accept(
        "pipeline/last-closes", close, _SOURCE, "closed after the second", in_order(b"/1", b"/2"), reach=2, closes=True
    )
    heads = _get(1, b"HEAD") + _get(2)
    yield accept(
        "pipeline/head-first",
        heads,
        _SOURCE,
        "no content to HEAD, whatever its length says",
        gets_content(b""),
        in_order(b"", b"/2"),
        reach=2,
        methods=(b"HEAD",),
    )


def _middle() -> Iterator[Case]:
    def three(name: str, why: str, status: int, *answer: bytes | Do) -> Case:
        sent = _get(1) + _get(2) + _get(3)
        answers = ((Do.BODY, sized(b"one")), (Do.BODY, *answer))
        checks = (gets_content(b"one"), in_order(b"", b"", b"/3"))
        return accept(
            f"pipeline/middle/{name}",
            sent,
            _SOURCE,
            why,
            *checks,
            reach=3,
            finals=(200, status, 200),
            answers=answers,
            may_retry=True,
        )

    yield three("404", "an error is an answer", 404, sized(b"no", start=b"HTTP/1.1 404 Not Found"))
    yield three("500", "an error is an answer", 500, sized(b"no", start=b"HTTP/1.1 500 Oops"))
    yield three("204", "no content", 204, response(start=b"HTTP/1.1 204 No Content"))
    yield three(
        "304",
        "no content, though it tells a length",
        304,
        response(b"Content-Length: 5", start=b"HTTP/1.1 304 Not Modified"),
    )
    yield three("chunked", "re-framed", 200, response(b"Transfer-Encoding: chunked", body=chunked(b"two")))
    yield three("until-close", "the backend's close ends one response only", 200, response(body=b"two"), Do.CLOSE)
    yield three("malformed", "502 for one, the next goes on", 502, b"SSH-2.0-x\r\n\r\n", Do.CLOSE)
    sent = _get(1) + post(b"Content-Length: 2", body=b"ab", target=b"{path}/2") + _get(3)
    answers = ((Do.BODY, sized(b"one")), (Do.BODY, Do.CLOSE))
    checks = (gets_content(b"one"), in_order(b"", b"", b"/3"))
    yield accept(
        "pipeline/middle/closed-by-the-backend",
        sent,
        _SOURCE,
        "502 for one, the next goes on",
        *checks,
        reach=3,
        finals=(200, 502, 200),
        answers=answers,
    )
    head = _get(1) + _get(2, b"HEAD") + _get(3)
    yield accept(
        "pipeline/middle/head",
        head,
        _SOURCE,
        "no content to HEAD",
        in_order(b"/1", b"", b"/3"),
        reach=3,
        methods=(b"GET", b"HEAD"),
    )
    cut = (Do.BODY, response(b"Content-Length: 100", body=b"ten bytes "), Do.CLOSE)
    sent = _get(1) + _get(2)
    yield accept(
        "pipeline/first-dies-in-its-body",
        sent,
        "RFC 9112, section 8",
        "the second answer must not fill the first's body",
        answers=(cut,),
        reach=1,
        finals=(200,),
        cut=True,
        closes=True,
        may_retry=True,
    )


def _faulty() -> Iterator[Case]:
    why = "the first is answered, the connection ends at the fault, what follows it is not served"
    faults = {
        "no-host": request(host=b"", target=b"{path}/2"),
        "bad-version": request(version=b"HTTP/1.2", target=b"{path}/2"),
        "both-framings": post(
            b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n", target=b"{path}/2"
        ),
        "bad-length": post(b"Content-Length: +0", target=b"{path}/2"),
        "blank-before-colon": request(b"X-A : 1", target=b"{path}/2"),
        "nul-in-value": request(b"X-A: \x00", target=b"{path}/2"),
        "garbage": b"\x00\x01{path}\r\n\r\n",
    }
    for name, fault in faults.items():
        # these leave no doubt where the message ends, so that a proxy may go on
        after = b"" if name in ("no-host", "nul-in-value") else _get(3)
        statuses = (400, 505) if name == "bad-version" else (400,)
        yield reject(
            f"pipeline/then/{name}", _get(1) + fault + after, _SOURCE, why, *statuses, reach=1, closes=bool(after)
        )
    sent = _get(1) + post(b"Transfer-Encoding: chunked", body=b"zz\r\n" + _get(3), target=b"{path}/2")
    yield reject("pipeline/then/bad-chunk", sent, _SOURCE, why, reach=1, in_body=True)


CASES = (*_orders(), *_middle(), *_faulty())
