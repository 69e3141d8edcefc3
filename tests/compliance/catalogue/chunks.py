"""Chunked request bodies: sizes, extensions, the end of the data."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case
from tests.compliance.checks import content

from .making import SMUGGLED, accept, bad_body, either, post, shown

_SOURCE = "RFC 9112, section 7.1"
_EXTENSIONS = "RFC 9112, section 7.1.1"
_TE = b"Transfer-Encoding: chunked"
_END = b"0\r\n\r\n"


def _body(raw: bytes) -> bytes:
    return post(_TE, body=raw)


def _sizes() -> Iterator[Case]:
    faulty = [b"0x2", b"-2", b"+2", b"_2", b"2_0", b"0_2", b" 2", b"\t2", b"g", b"2g", b"", b"2h", b"2.", b'"2"', b"2,"]
    faulty += [b"\x0b2", b"2\x0b", b"2\x0c", b"2\x00", b"\xb2", b"2 2", b"0x", b"-0"]
    for size in faulty:
        why = "hexadecimal digits only: whoever reads another number finds another request"
        yield bad_body(f"chunk/size/{shown(size)}", _body(size + b"\r\nab\r\n" + _END + SMUGGLED), _SOURCE, why)
    overflows = {
        "2^64+2": b"10000000000000002",
        "2^32+2": b"100000002" + b"0" * 12,
        "17-f": b"f" * 17,
        "2^128+2": b"1" + b"0" * 31 + b"2",
    }
    for name, size in overflows.items():
        why = "an overflow makes a small number of it"
        yield bad_body(f"chunk/size/{name}", _body(size + b"\r\nab\r\n" + _END + SMUGGLED), _SOURCE, why, 400, 413)
    yield bad_body("chunk/size/extension-only", _body(b";a=b\r\nab\r\n" + _END + SMUGGLED), _SOURCE, "no size at all")
    zeros = b"0" * 30 + b"2\r\nab\r\n" + _END
    yield either(
        "chunk/size/30-zeros",
        _body(zeros),
        _SOURCE,
        "1*HEXDIG: a small number, or refused for its length",
        content(b"ab"),
        in_body=True,
    )
    yield either(
        "chunk/size/blank-after",
        _body(b"2 \r\nab\r\n" + _END),
        _SOURCE,
        "not in the grammar, and known to be sent by old servers",
        content(b"ab"),
        in_body=True,
    )
    for name, raw in (
        ("capital", b"A\r\n0123456789\r\n"),
        ("small", b"a\r\n0123456789\r\n"),
        ("leading-zeros", b"000a\r\n0123456789\r\n"),
    ):
        yield accept(
            f"chunk/size/{name}", _body(raw + _END), _SOURCE, "hexadecimal in any case", content(b"0123456789")
        )
    yield accept(
        "chunk/last/three-zeros", _body(b"2\r\nab\r\n000\r\n\r\n"), _SOURCE, 'last-chunk = 1*("0")', content(b"ab")
    )


def _line_ends() -> Iterator[Case]:
    faulty = {
        "no-end": b"2\r\nab" + _END,
        "too-long": b"2\r\nabc\r\n" + _END,
        "too-short": b"5\r\nab\r\n" + _END + b"\r\n",
        "two-wrong-bytes": b"2\r\nabXX" + _END,
        "lf-only": b"2\r\nab\n" + _END,
        "cr-only": b"2\r\nab\r" + _END,
        "cr-cr": b"2\r\nab\r\r" + _END,
        "lf-cr": b"2\r\nab\n\r" + _END,
        "cr-x": b"2\r\nab\rX" + _END,
        "blank-before": b"2\r\nab \r\n" + _END,
    }
    for name, raw in faulty.items():
        why = "the data ends with CRLF, whatever else is accepted for it moves the next chunk"
        yield bad_body(f"chunk/data/{name}", _body(raw + SMUGGLED), _SOURCE, why)
    yield bad_body(
        "chunk/size-line/bare-cr",
        _body(b"2\rab\r\n" + _END + SMUGGLED),
        "RFC 9112, section 2.2",
        "a bare CR ends no line",
    )
    yield bad_body(
        "chunk/last/no-empty-line",
        _body(b"2\r\nab\r\n0\r\n" + SMUGGLED),
        _SOURCE,
        "what follows is read as trailers: its first line is none",
    )
    why = "a lone LF may end a line, and CRLF is sent on"
    yield either(
        "chunk/size-line/lf", _body(b"2\nab\r\n0\r\n\r\n"), "RFC 9112, section 2.2", why, content(b"ab"), in_body=True
    )
    yield either(
        "chunk/last/lf", _body(b"2\r\nab\r\n0\n\n"), "RFC 9112, section 2.2", why, content(b"ab"), in_body=True
    )


def _extensions() -> Iterator[Case]:
    for ext in (b";a", b";a=b", b';a="b c"', b";a=b;c=d", b';a="\\"\\\\"', b";" + b"a" * 200 + b"=b", b';a="\xe4"'):
        raw = b"2%s\r\nab\r\n0%s\r\n\r\n" % (ext, ext)
        yield accept(
            f"chunk/extension/{shown(ext[:20])}",
            _body(raw),
            _EXTENSIONS,
            "ignored, the content is what counts",
            content(b"ab"),
        )
    for ext in (b" ;a=b", b"; a = b", b"\t;a", b";", b";=b", b";a="):
        raw = b"2%s\r\nab\r\n0\r\n\r\n" % ext
        why = "bad blanks or an empty name: ignored or refused"
        yield either(f"chunk/extension/{shown(ext)}", _body(raw), _EXTENSIONS, why, content(b"ab"), in_body=True)
    for ext in (b";a=\x00b", b";\x00", b";a\rb", b";a=b\r", b';a="\r"', b";a=\x01", b";a\x7f"):
        why = "a control character, or a CR that one server takes for a line's end and another does not"
        yield bad_body(
            f"chunk/extension/{shown(ext)}", _body(b"2" + ext + b"\r\nab\r\n" + _END + SMUGGLED), _EXTENSIONS, why
        )
    why = "the line ends at the LF, or the message is refused; never does the extension go on after it"
    yield either("chunk/extension/lf", _body(b"2;a\nab\r\n" + _END), _EXTENSIONS, why, content(b"ab"), in_body=True)
    hidden = b"2;\nxx\r\n04\r\n0\r\n\r\n" + SMUGGLED
    yield bad_body(
        "chunk/extension/lf-hides-a-request",
        _body(hidden),
        _EXTENSIONS,
        "two readings of one LF, and a request in one of them",
    )
    why = "content of two bytes must not cost a server more than a whole head"
    huge = b"2;" + b"a" * 150_000 + b"\r\nab\r\n" + _END
    yield bad_body("chunk/extension/150-kB-in-one", _body(huge), _EXTENSIONS, why, 400, 413, 431)
    many = (b"1;" + b"a" * 1000 + b"\r\nx\r\n") * 300 + _END
    yield bad_body("chunk/extension/300-kB-in-many", _body(many), _EXTENSIONS, why, 400, 413, 431)


CASES = (*_sizes(), *_line_ends(), *_extensions())
