"""Where a request's body ends: Content-Length and Transfer-Encoding."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case, Do
from tests.compliance.checks import begins, content, in_order, lacks, sees, sees_not

from .making import SMUGGLED, accept, bad_body, chunked, either, post, reject, request, shown

_BOTH = "RFC 9112, section 6.1"
_LENGTH = "RFC 9110, section 8.6; RFC 9112, section 6.3"
_CODINGS = "RFC 9112, sections 6.1 and 7"
_TE = b"Transfer-Encoding: chunked"
_END = b"0\r\n\r\n"
# what a server that goes by the chunks takes for a second request, one that goes by the length for content
_TAIL = _END + SMUGGLED
_CL = b"Content-Length: %d" % (len(_TAIL) + 60)


def _both() -> Iterator[Case]:
    spellings = {
        "length-first": (b"Content-Length: 5", _TE),
        "coding-first": (_TE, b"Content-Length: 5"),
        "length-of-all": (_CL, _TE),
        "length-zero": (b"Content-Length: 0", _TE),
        "capitals": (b"CONTENT-LENGTH: 5", b"TRANSFER-ENCODING: CHUNKED"),
        "small-letters": (b"content-length: 5", b"transfer-encoding: chunked"),
        "mixed-case-coding": (b"Content-Length: 5", b"Transfer-Encoding: ChUnKeD"),
        "fields-between": (b"Content-Length: 5", b"X-Between: 1", b"Accept: */*", _TE),
        "no-blank": (b"Content-Length:5", b"Transfer-Encoding:chunked"),
        "tab-before-value": (b"Content-Length: 5", b"Transfer-Encoding:\tchunked"),
        "blanks-after-value": (b"Content-Length: 5", b"Transfer-Encoding: chunked \t "),
        "two-lengths": (b"Content-Length: 5", _TE, b"Content-Length: 5"),
        "length-list": (b"Content-Length: 5, 5", _TE),
        "identity": (b"Content-Length: 5", b"Transfer-Encoding: identity"),
        "gzip-chunked": (b"Content-Length: 5", b"Transfer-Encoding: gzip, chunked"),
        "empty-coding": (b"Content-Length: 5", b"Transfer-Encoding:"),
        "unknown-coding": (b"Content-Length: 5", b"Transfer-Encoding: xchunked"),
        "folded-coding": (b"Content-Length: 5", b"Transfer-Encoding:\r\n chunked"),
        "coding-folded-by-tab": (b"Content-Length: 5", b"Transfer-Encoding:\r\n\tchunked"),
        "named-by-connection": (b"Content-Length: 5", b"Connection: transfer-encoding", _TE),
        "coding-after-bare-lf": (b"Content-Length: 5\nTransfer-Encoding: chunked",),
        "length-after-bare-lf": (b"Transfer-Encoding: chunked\nContent-Length: 5",),
        "coding-after-bare-cr": (b"Content-Length: 5", b"X: y\rTransfer-Encoding: chunked"),
    }
    for name, lines in spellings.items():
        # a coding that nobody knows may be told as such
        statuses = (400, 501) if name in ("identity", "gzip-chunked", "unknown-coding", "empty-coding") else (400,)
        why = "two framings: whoever comes after may believe the other one"
        yield reject(f"both/{name}", post(*lines, body=_TAIL), _BOTH, why, *statuses)
    why = "a body by length, then a request that the chunks hide"
    hidden = post(b"Content-Length: 4", _TE, body=b"1c\r\n" + SMUGGLED + _END)
    yield reject("both/length-within-chunk-line", hidden, _BOTH, why)
    old = post(b"Content-Length: 5", _TE, body=_TAIL).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    yield reject("both/on-1.0", old, _BOTH, "an HTTP/1.0 server knows the length only")


def _lengths() -> Iterator[Case]:
    faulty = [b"+4", b"-1", b"-4", b"0x4", b"1_0", b"", b"4 4", b"4.0", b"4;", b'"4"', b"4e0", b"four", b"\x0b4"]
    faulty += [b"4\x0c", b"\xd9\xa4", b"4\x00", b"4,5", b"5, 4", b"4,a", b"0" * 3 + b"x4", b"4 ;a=b", b"\xa04"]
    for text in faulty:
        yield reject(
            f"length/{shown(text)}",
            post(b"Content-Length: " + text, body=b"abcd" + SMUGGLED),
            _LENGTH,
            "no number of decimal digits",
        )
    for name, digits in (("2^64+4", b"18446744073709551620"), ("21-digits", b"1" * 21), ("300-digits", b"9" * 300)):
        why = "an overflow makes a small number of it"
        yield reject(
            f"length/{name}", post(b"Content-Length: " + digits, body=b"abcd" + SMUGGLED), _LENGTH, why, 400, 413
        )
    for name, first, second in (
        ("4-then-5", b"4", b"5"),
        ("5-then-4", b"5", b"4"),
        ("0-then-4", b"0", b"4"),
        ("4-then-x", b"4", b"x"),
        ("4-then-empty", b"4", b""),
    ):
        lines = (b"Content-Length: " + first, b"Content-Length: " + second)
        yield reject(
            f"length/differing/{name}",
            post(*lines, body=b"abcd" + SMUGGLED),
            _LENGTH,
            "whoever comes after may believe the other one",
        )
    apart = post(b"Content-Length: 4", b"X: y", b"content-length: 9", body=b"abcd" + SMUGGLED)
    yield reject("length/differing/apart", apart, _LENGTH, "also with another spelling and a field between")
    yield reject(
        "length/folded",
        post(b"Content-Length:\r\n 4", b"X: y", b"Content-Length: 5", body=b"abcd" + SMUGGLED),
        _LENGTH,
        "a folded length beside another",
    )
    yield reject(
        "length/space-before-colon",
        post(b"Content-Length : 4", body=b"abcd"),
        "RFC 9112, section 5.1",
        "some read it, some do not",
    )
    equal = {
        "twice": [b"Content-Length: 4", b"Content-Length: 4"],
        "list": [b"Content-Length: 4, 4"],
        "list-without-blank": [b"Content-Length: 4,4"],
    }
    for name, values in equal.items():
        why = "one valid number may be taken, or the message refused"
        yield either(
            f"length/equal/{name}",
            post(*values, body=b"abcd"),
            _LENGTH,
            why,
            content(b"abcd"),
            sees_not(b"4, 4"),
            sees_not(b"4,4"),
        )
    for text in (b"04", b"0004"):
        yield either(
            f"length/{shown(text)}",
            post(b"Content-Length: " + text, body=b"abcd"),
            _LENGTH,
            "digits: decimal, never octal",
            content(b"abcd"),
        )
    yield either(
        "length/4-and-04",
        post(b"Content-Length: 4", b"Content-Length: 04", body=b"abcd"),
        _LENGTH,
        "the same number, but not the same field",
        content(b"abcd"),
    )
    yield either(
        "length/4-then-comma",
        post(b"Content-Length: 4,", body=b"abcd"),
        "RFC 9110, section 5.6.1",
        "a list with an empty member",
        content(b"abcd"),
    )


def _codings() -> Iterator[Case]:
    body = chunked(b"abcd") + SMUGGLED
    unknown = [b"xchunked", b"chunkedx", b"identity", b"identity, chunked", b"gzip", b"gzip, chunked", b"x, chunked"]
    unknown += [b'"chunked"', b"chunked;q=1", b"chunk", b"chun ked", b"chunked chunked", b"chunked-x", b"trailers"]
    for text in unknown:
        yield reject(
            f"coding/{shown(text)}",
            post(b"Transfer-Encoding: " + text, body=body),
            _CODINGS,
            "a coding that is not known cannot be undone",
            400,
            501,
        )
    final = [b"chunked, identity", b"chunked, gzip", b"chunked, chunked", b"chunked,chunked", b"chunked, x"]
    for text in final:
        yield reject(
            f"coding/{shown(text)}",
            post(b"Transfer-Encoding: " + text, body=body),
            _CODINGS,
            "chunked once and last, or the length is not known",
            400,
            501,
        )
    for text in (
        b"\x0bchunked",
        b"chunked\x0b",
        b"\x0cchunked",
        b"chunked\x0c",
        b"chunked\x00",
        b"\x00chunked",
        b"chunked\xa0",
        b"\xa0chunked",
        b"chun\x00ked",
        b"\x1fchunked",
        b"chunked\x7f",
        b"\xefchunked",
    ):
        yield reject(
            f"coding/{shown(text)}",
            post(b"Transfer-Encoding: " + text, body=body),
            _CODINGS,
            "no blank in the sense of the standard, though isspace() may think so",
            400,
            501,
        )
    twice = {
        "same": (_TE, _TE),
        "identity-second": (_TE, b"Transfer-Encoding: identity"),
        "identity-first": (b"Transfer-Encoding: identity", _TE),
        "unknown-first": (b"Transfer-Encoding: x", _TE),
        "unknown-second": (_TE, b"Transfer-Encoding: x"),
        "empty-second": (_TE, b"Transfer-Encoding:"),
        "small-letters": (_TE, b"transfer-encoding: cow"),
    }
    for name, lines in twice.items():
        statuses = (400,) if name == "same" else (400, 501)
        yield reject(
            f"coding/twice/{name}",
            post(*lines, body=body),
            _CODINGS,
            "one server takes the first, another the last",
            *statuses,
        )
    old = request(_TE, method=b"POST", version=b"HTTP/1.0", body=body)
    yield reject("coding/on-1.0", old, _BOTH, "HTTP/1.0 knows no transfer codings: framing is faulty")
    names = {
        "space-before-colon": b"Transfer-Encoding : chunked",
        "tab-before-colon": b"Transfer-Encoding\t: chunked",
        "nul-in-name": b"Transfer\x00-Encoding: chunked",
        "vt-before-colon": b"Transfer-Encoding\x0b: chunked",
        "no-colon": b"Transfer-Encoding chunked",
        "equals-sign": b"Transfer-Encoding= chunked",
        "8-bit-in-name": b"Transfer-Encoding\xa0: chunked",
    }
    for name, line in names.items():
        yield reject(
            f"coding/{name}",
            post(b"Content-Length: 5", line, body=_TAIL),
            "RFC 9112, section 5.1",
            "a lenient server behind reads a coding here",
        )
    folded = post(b"X: y", b" Transfer-Encoding: chunked", b"Content-Length: 5", body=_END)
    yield either(
        "coding/folded-into-another",
        folded,
        "RFC 9112, section 5.2",
        "a folded line is no field",
        lacks(b"Transfer-Encoding"),
        content(_END),
    )
    yield reject(
        "coding/folded-into-length",
        post(b"Content-Length: 5", b" Transfer-Encoding: chunked", body=_TAIL),
        "RFC 9112, section 5.2",
        "unfolded it makes no number",
    )
    under = post(b"Transfer_Encoding: chunked", b"Content-Length: 5", body=_END)
    yield either(
        "coding/underscore",
        under,
        "RFC 9110, section 5.1",
        "another field, though some gateways fold the two into one",
        content(_END),
    )
    for text in (b", chunked", b"chunked,", b",,chunked"):
        yield either(
            f"coding/{shown(text)}",
            post(b"Transfer-Encoding: " + text, body=chunked(b"abcd")),
            "RFC 9110, section 5.6.1",
            "empty list members may be ignored",
            content(b"abcd"),
            statuses=frozenset({400, 501}),
        )


def _good() -> Iterator[Case]:
    source = "RFC 9112, section 6.3"
    framed = {
        "length": post(b"Content-Length: 4", body=b"abcd"),
        "length-without-blank": post(b"Content-Length:4", body=b"abcd"),
        "length-between-blanks": post(b"Content-Length:  \t4 \t", body=b"abcd"),
        "chunked": post(_TE, body=chunked(b"ab", b"cd")),
        "chunked-capitals": post(b"TRANSFER-ENCODING: CHUNKED", body=chunked(b"abcd")),
        "chunked-single-bytes": post(_TE, body=chunked(b"a", b"b", b"c", b"d")),
        "get-with-length": request(b"Content-Length: 4", body=b"abcd"),
        "get-chunked": request(_TE, body=chunked(b"abcd")),
        "delete-with-length": request(b"Content-Length: 4", method=b"DELETE", body=b"abcd"),
        "options-with-length": request(b"Content-Length: 4", method=b"OPTIONS", body=b"abcd"),
        "put-on-1.0": request(b"Content-Length: 4", method=b"PUT", version=b"HTTP/1.0", body=b"abcd"),
    }
    for name, sent in framed.items():
        yield accept(f"body/{name}", sent, source, "the content comes as it was sent", content(b"abcd"))
    yield accept("body/none", post(), source, "neither length nor coding: no content", content(b""))
    yield accept(
        "body/length-zero",
        post(b"Content-Length: 0"),
        source,
        "no content",
        content(b""),
        sees(b"Content-Length", b"0"),
    )
    inner = SMUGGLED.replace(b"{path}", b"/inner").replace(b"{host}", b"h")
    by_length = post(b"Content-Length: %d" % len(inner), body=inner)
    yield accept(
        "body/looks-like-a-request/length", by_length, source, "content is never read as a request", content(inner)
    )
    yield accept(
        "body/looks-like-a-request/chunked",
        post(_TE, body=chunked(inner)),
        source,
        "likewise in chunks",
        content(inner),
    )
    large = bytes(range(256)) * 400
    yield accept(
        "body/100-kB/length",
        post(b"Content-Length: %d" % len(large), body=large),
        source,
        "all bytes, in order",
        content(large),
    )
    parts = [large[at : at + 4321] for at in range(0, len(large), 4321)]
    yield accept("body/100-kB/chunked", post(_TE, body=chunked(*parts)), source, "all bytes, in order", content(large))
    second = b"GET {path}/2 HTTP/1.1\r\nHost: {host}\r\n\r\n"
    for name, first in (
        ("length", post(b"Content-Length: 4", body=b"abcd", target=b"{path}/1")),
        ("chunked", post(_TE, body=chunked(b"abcd"), target=b"{path}/1")),
    ):
        why = "the next request begins where the body ends"
        checks = (content(b"abcd"), begins(b"GET", b"{path}/2", at=1), in_order(b"/1", b"/2"))
        yield accept(f"body/then-another/{name}", first + second, source, why, *checks, reach=2)
        why = "an empty line before a request line is ignored"
        yield accept(f"body/then-crlf/{name}", first + b"\r\n" + second, "RFC 9112, section 2.2", why, *checks, reach=2)


def _unfinished() -> Iterator[Case]:
    source = "RFC 9112, section 8"
    for name, sent in (
        ("length", post(b"Content-Length: 10", body=b"abcd")),
        ("chunked", post(_TE, body=b"4\r\nabcd\r\n")),
        ("within-chunk", post(_TE, body=b"8\r\nabcd")),
        ("before-last-line", post(_TE, body=b"4\r\nabcd\r\n0\r\n")),
    ):
        why = "the backend must not take a body that was cut short for a whole one"
        yield bad_body(f"unfinished/{name}", (sent, Do.HALF_CLOSE), source, why, 400, 408, may_hang_up=True)
    yield reject(
        "unfinished/head",
        (request()[:-2], Do.HALF_CLOSE),
        source,
        "a head without its end is no request",
        400,
        408,
        may_hang_up=True,
    )


CASES = (*_both(), *_lengths(), *_codings(), *_good(), *_unfinished())
