"""Where a response's body ends: lengths, codings, chunks, closing; and what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Answered, Case, Do, Glued
from tests.compliance.checks import gets, gets_content, gets_none, gets_not, in_order, once, own_version

from .making import bad_answer, chunked, cut_answer, doubtful_answer, good_answer, post, request, response, shown, sized

_BOTH = "RFC 9112, section 6.1"
_LENGTH = "RFC 9112, section 6.3"
_CHUNKS = "RFC 9112, section 7.1"
_DIES = "RFC 9112, section 8"
_TE = b"Transfer-Encoding: chunked"
_END = b"0\r\n\r\n"
_OLD = (request(version=b"HTTP/1.0"),)
_HEAD = (request(method=b"HEAD"),)


def _lengths() -> Iterator[Case]:
    both = {
        "length-first": (b"Content-Length: 5", _TE),
        "coding-first": (_TE, b"Content-Length: 5"),
        "capitals": (b"CONTENT-LENGTH: 5", b"TRANSFER-ENCODING: CHUNKED"),
        "length-zero": (b"Content-Length: 0", _TE),
        "unknown-coding": (b"Content-Length: 5", b"Transfer-Encoding: x"),
    }
    for name, lines in both.items():
        yield bad_answer(
            f"response/both/{name}", response(*lines, body=_END), _BOTH, "two framings: an attack, or a broken server"
        )
    for value in (
        b"+4",
        b"-1",
        b"0x4",
        b"1_0",
        b"",
        b"1" * 21,
        b"18446744073709551620",
        b"4 4",
        b"4,5",
        b"four",
        b"4.0",
        b"\xd9\xa4",
        b"4\x00",
    ):
        answer = (response(b"Content-Length: " + value, body=b"abcd"), Do.CLOSE)
        yield bad_answer(f"response/length/{shown(value)}", answer, _LENGTH, "no number of decimal digits")
    for name, lines in (
        ("4-then-5", (b"Content-Length: 4", b"Content-Length: 5")),
        ("5-then-4", (b"Content-Length: 5", b"Content-Length: 4")),
        ("4-then-empty", (b"Content-Length: 4", b"Content-Length:")),
    ):
        yield bad_answer(
            f"response/length/differing/{name}", (response(*lines, body=b"abcd"), Do.CLOSE), _LENGTH, "which one?"
        )
    equal = {"twice": [b"Content-Length: 4", b"content-length: 4"], "list": [b"Content-Length: 4, 4"]}
    for name, values in equal.items():
        yield doubtful_answer(
            f"response/length/equal/{name}",
            response(*values, body=b"abcd"),
            "RFC 9110, section 8.6",
            "one of them, or 502",
            gets_content(b"abcd"),
            gets(b"Content-Length", b"4"),
        )
    for value in (
        b"xchunked",
        b"chunked, chunked",
        b"gzip, chunked",
        b"chunked, gzip",
        b"identity, chunked",
        b"\x0bchunked",
        b"chunked\x00",
        b'"chunked"',
        b"chunked;a=b",
    ):
        yield bad_answer(
            f"response/coding/{shown(value)}",
            (response(b"Transfer-Encoding: " + value, body=chunked(b"abcd")), Do.CLOSE),
            _BOTH,
            "not known here, so not to be undone",
        )
    for name, lines in (("same", (_TE, _TE)), ("unknown-second", (_TE, b"Transfer-Encoding: x"))):
        yield bad_answer(
            f"response/coding/twice/{name}", (response(*lines, body=chunked(b"abcd")), Do.CLOSE), _BOTH, "chunked once"
        )
    yield bad_answer(
        "response/coding/blank-before-colon-beside-length",
        response(b"Content-Length: 4", b"Transfer-Encoding : chunked", body=b"abcd"),
        "RFC 9112, section 5.1",
        "502, or relayed without that line",
        502,
        200,
    )
    old = (response(_TE, start=b"HTTP/1.0 200 OK", body=chunked(b"abcd")), Do.CLOSE)
    yield doubtful_answer(
        "response/coding/on-1.0",
        old,
        _BOTH,
        "faulty framing: 502, or the chunks undone and the connection dropped",
        gets_content(b"abcd"),
    )


def _chunks() -> Iterator[Case]:
    def faulty(name: str, raw: bytes, why: str) -> Case:
        return cut_answer(f"response/chunk/{name}", (response(_TE, body=raw), Do.PAUSE, Do.CLOSE), _CHUNKS, why)

    sizes = (
        b"0x2",
        b"-2",
        b"+2",
        b"_2",
        b"2_0",
        b" 2",
        b"g",
        b"",
        b";a=b",
        b"10000000000000002",
        b"f" * 17,
        b"2\x00",
        b"\x0b2",
        b"2 2",
    )
    for size in sizes:
        yield faulty(
            f"size/{shown(size)}",
            size + b"\r\nab\r\n" + _END,
            "hexadecimal digits only; the client never sees a whole message",
        )
    ends_ = {
        "no-end": b"2\r\nab" + _END,
        "too-long": b"2\r\nabc\r\n" + _END,
        "lf-only": b"2\r\nab\n" + _END,
        "two-wrong-bytes": b"2\r\nabXX" + _END,
        "cr-only": b"2\r\nab\r" + _END,
    }
    for name, raw in ends_.items():
        yield faulty(f"data/{name}", raw, "the data ends with CRLF; the client never sees a whole message")
    for ext in (b";a=\x00", b";a\rb"):
        yield faulty(f"extension/{shown(ext)}", b"2" + ext + b"\r\nab\r\n" + _END, "a control character")
    yield faulty(
        "second/0x2", b"2\r\nab\r\n0x2\r\ncd\r\n" + _END, "a fault further on, after content that is relayed already"
    )
    for ext in (b";a=b", b';a="b c"', b";a", b";" + b"a" * 200):
        yield good_answer(
            f"response/chunk/extension/{shown(ext[:12])}",
            response(_TE, body=b"2" + ext + b"\r\nab\r\n0" + ext + b"\r\n\r\n"),
            "RFC 9112, section 7.1.1",
            "ignored",
            gets_content(b"ab"),
        )


def _good() -> Iterator[Case]:
    large = bytes(range(256)) * 1200
    parts = [large[at : at + 7001] for at in range(0, len(large), 7001)]
    whole = gets_content(b"abcd")
    yield good_answer("response/length/4", sized(b"abcd"), _LENGTH, "as it was sent", whole)
    yield good_answer("response/length/0", sized(b""), _LENGTH, "no content", gets_content(b""))
    yield good_answer(
        "response/length/blanks", response(b"Content-Length:\t 4 ", body=b"abcd"), _LENGTH, "as it was sent", whole
    )
    yield good_answer("response/length/300-kB", sized(large), _LENGTH, "all bytes, in order", gets_content(large))
    yield good_answer(
        "response/chunked/300-kB",
        response(_TE, body=chunked(*parts)),
        _LENGTH,
        "all bytes, in order",
        gets_content(large),
    )
    yield good_answer(
        "response/chunked/single-bytes",
        response(_TE, body=chunked(*(b"x" for _ in range(100)))),
        _CHUNKS,
        "many chunks",
        gets_content(b"x" * 100),
    )
    yield good_answer(
        "response/chunked/capitals",
        response(b"TRANSFER-ENCODING: CHUNKED", body=b"000A\r\n0123456789\r\n00\r\n\r\n"),
        _CHUNKS,
        "in any case, with zeros",
        gets_content(b"0123456789"),
    )
    close = (response(body=b"abcd"), Do.CLOSE)
    yield good_answer("response/until-close", close, _LENGTH, "the end is told in the client's way", whole)
    yield good_answer("response/until-close/empty", (response(), Do.CLOSE), _LENGTH, "no content", gets_content(b""))
    yield good_answer(
        "response/until-close/1.0",
        (response(start=b"HTTP/1.0 200 OK", body=b"abcd"), Do.CLOSE),
        _LENGTH,
        "an old server",
        whole,
        own_version,
    )
    yield good_answer(
        "response/until-close/300-kB",
        (response(body=large), Do.CLOSE),
        _LENGTH,
        "all bytes, in order",
        gets_content(large),
    )
    no_coding = gets_none(b"Transfer-Encoding")
    yield good_answer(
        "response/until-close/to-1.0", close, _BOTH, "no chunks to HTTP/1.0", whole, no_coding, sent=_OLD, closes=True
    )
    yield good_answer(
        "response/chunked/to-1.0",
        response(_TE, body=chunked(b"ab", b"cd")),
        _BOTH,
        "no chunks to HTTP/1.0",
        whole,
        no_coding,
        sent=_OLD,
        closes=True,
    )
    yield good_answer(
        "response/length/to-1.0", sized(b"abcd"), _LENGTH, "as it was sent", whole, sent=_OLD, closes=True
    )
    yield good_answer(
        "response/1.0/length",
        (sized(b"abcd", start=b"HTTP/1.0 200 OK"), Do.CLOSE),
        "RFC 9112, section 2.3",
        "told in our own version",
        whole,
        own_version,
    )
    yield good_answer(
        "response/1.0/keep-alive",
        sized(b"abcd", b"Connection: keep-alive", start=b"HTTP/1.0 200 OK"),
        "RFC 9112, section 2.3",
        "told in our own version",
        whole,
        own_version,
    )


def _without_content() -> Iterator[Case]:
    source = "RFC 9110, section 6.4.1"
    none = gets_content(b"")
    yield good_answer(
        "response/head/length",
        response(b"Content-Length: 1234"),
        source,
        "the length is kept, no content waited for",
        gets(b"Content-Length", b"1234"),
        none,
        sent=_HEAD,
        methods=(b"HEAD",),
    )
    yield good_answer(
        "response/head/chunked", response(_TE), source, "no content waited for", none, sent=_HEAD, methods=(b"HEAD",)
    )
    yield good_answer(
        "response/head/neither", response(), source, "no close waited for", none, sent=_HEAD, methods=(b"HEAD",)
    )
    yield good_answer(
        "response/204", response(start=b"HTTP/1.1 204 No Content"), source, "no content waited for", none, finals=(204,)
    )
    yield good_answer(
        "response/304/length",
        response(b"Content-Length: 1234", b'ETag: "x"', start=b"HTTP/1.1 304 Not Modified"),
        source,
        "no content waited for",
        none,
        gets(b"ETag", b'"x"'),
        finals=(304,),
    )
    yield good_answer(
        "response/304/chunked",
        response(_TE, start=b"HTTP/1.1 304 Not Modified"),
        source,
        "no content waited for",
        none,
        finals=(304,),
    )
    yield doubtful_answer(
        "response/204/length-0",
        response(b"Content-Length: 0", start=b"HTTP/1.1 204 No Content"),
        "RFC 9110, section 8.6",
        "a 204 has no length",
        none,
        finals=(204,),
    )
    yield doubtful_answer(
        "response/204/chunked",
        response(_TE, start=b"HTTP/1.1 204 No Content"),
        _BOTH,
        "a 204 has no coding",
        gets_none(b"Transfer-Encoding"),
        finals=(204,),
    )


def _behind() -> Iterator[Case]:
    """A second request follows a little later: it must get its own answer, from another connection of the backend."""
    poison = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    source = "devcors: bytes after a complete response"
    why = "one response relayed, the backend's connection dropped: the rest would answer somebody else"

    def behind(name: str, answer: bytes, extra: bytes, status: int = 200, method: bytes = b"GET") -> Case:
        # the last byte and what follows in one segment: a proxy that has seen the end has seen what is wrong with it
        steps = (Do.BODY, answer[:-1], Glued(answer[-1:] + extra))
        sent = (request(target=b"{path}/1", method=method), Answered(1), Do.PAUSE, request(target=b"{path}/2"))
        checks = (in_order(b"", b"/2"), gets_not(b"poison"))
        return good_answer(
            f"response/behind/{name}",
            steps,
            source,
            why,
            *checks,
            sent=sent,
            reach=2,
            finals=(status, 200),
            may_end=True,
            drops_upstream=True,
            methods=(method,),
        )

    yield behind("length", sized(b"abcd"), poison)
    yield behind("length-0", sized(b""), poison)
    yield behind("chunked", response(_TE, body=chunked(b"abcd")), poison)
    yield behind("one-byte", sized(b"abcd"), b"x")
    yield behind("crlf", sized(b"abcd"), b"\r\n\r\n")
    yield behind("interim", sized(b"abcd"), b"HTTP/1.1 100 Continue\r\n\r\n")
    yield behind("204", response(start=b"HTTP/1.1 204 No Content"), poison, 204)
    yield behind("204-with-content", response(b"Content-Length: 6", start=b"HTTP/1.1 204 No Content"), b"poison", 204)
    yield behind("304", response(start=b"HTTP/1.1 304 Not Modified"), poison, 304)
    yield behind("304-with-content", response(b"Content-Length: 6", start=b"HTTP/1.1 304 Not Modified"), b"poison", 304)
    yield behind("304-chunked-with-content", response(_TE, start=b"HTTP/1.1 304 Not Modified"), chunked(b"poison"), 304)
    yield behind("head", response(b"Content-Length: 6"), b"poison", 200, b"HEAD")
    yield behind("head-chunked", response(_TE), chunked(b"poison"), 200, b"HEAD")
    yield behind("head-whole-response", response(b"Content-Length: 4"), poison, 200, b"HEAD")


def _dies() -> Iterator[Case]:
    why = "the client never sees a whole message"
    cuts = {
        "length": response(b"Content-Length: 10", body=b"abcd"),
        "chunked": response(_TE, body=b"4\r\nabcd\r\n"),
        "within-chunk": response(_TE, body=b"8\r\nabcd"),
        "before-last-line": response(_TE, body=b"4\r\nabcd\r\n0\r\n"),
    }
    for name, raw in cuts.items():
        for how in (Do.CLOSE, Do.RESET):
            steps = (Do.BODY, raw, Do.PAUSE, how)
            yield cut_answer(f"response/dies/{name}/{how.name.lower()}", steps, _DIES, why)
    yield cut_answer(
        "response/dies/until-close/reset",
        (Do.BODY, response(body=b"abcd"), Do.PAUSE, Do.RESET),
        _DIES,
        "a reset is no close",
    )
    yield cut_answer(
        "response/dies/chunked/to-1.0",
        (Do.BODY, cuts["chunked"], Do.PAUSE, Do.CLOSE),
        _DIES,
        "to HTTP/1.0 only a reset can tell it",
        sent=_OLD,
    )
    yield cut_answer(
        "response/dies/length/to-1.0", (Do.BODY, cuts["length"], Do.PAUSE, Do.CLOSE), _DIES, why, sent=_OLD
    )
    before = {
        "closes": (Do.BODY, Do.CLOSE),
        "resets": (Do.BODY, Do.RESET),
        "within-status-line": (Do.BODY, b"HTTP/1.1 20", Do.CLOSE),
        "within-head": (Do.BODY, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", Do.CLOSE),
        "within-head-by-reset": (Do.BODY, b"HTTP/1.1 200 OK\r\nX: y\r\n", Do.PAUSE, Do.RESET),
    }
    for name, answer in before.items():
        yield bad_answer(
            f"response/dies/before-its-head/{name}",
            answer,
            "devcors: upstream closes before the head",
            "502, and only one",
        )
    sent = (post(b"Content-Length: 4", body=b"abcd"),)
    yield bad_answer(
        "response/dies/before-its-head/post",
        (Do.BODY, Do.CLOSE),
        "devcors: upstream closes before the head",
        "502, not asked again",
        sent=sent,
        checks=(once(b""),),
    )


CASES = (*_lengths(), *_chunks(), *_good(), *_without_content(), *_behind(), *_dies())
