"""Field lines: names, values, line ends, folding; the size of a head."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case, Check, Do
from tests.compliance.checks import begins, folded, lacks, sees, sees_one_of

from .making import HOST, accept, either, may_stay, reject, request, shown

_LINES = "RFC 9112, section 5.1"
_VALUES = "RFC 9110, section 5.5"
_ENDS = "RFC 9112, section 2.2"
_FOLDS = "RFC 9112, section 5.2"
_SIZES = "RFC 6585, section 5; RFC 9110, section 15.5.15"


def _names() -> Iterator[Case]:
    faulty = [
        b"X-A : 1",
        b"X-A\t: 1",
        b"X-A\x0b: 1",
        b": 1",
        b" : 1",
        b"X\x00A: 1",
        b"X-A\x00: 1",
        b"X\xe4: 1",
        b"\xffX: 1",
        b"X A: 1",
        b"X\tA: 1",
    ]
    faulty += [
        b"X-A",
        b"X-A;",
        b"X-A=1",
        b"X(A): 1",
        b'"X": 1',
        b"X@A: 1",
        b"X/A: 1",
        b"[X]: 1",
        b"X,A: 1",
        b"{X}: 1",
        b"X<A>: 1",
        b"X\\A: 1",
        b"X?: 1",
    ]
    faulty += [b"X\x7f: 1", b"X\x01A: 1", b"=: 1", b"GET {path}/2 HTTP/1.1", b"\x00: 1", b"\x00"]
    for line in faulty:
        yield reject(
            f"name/{shown(line)}", request(line, b"X-After: 1"), _LINES, "no field name; servers differ on what it is"
        )
        if line in (b"X-A : 1", b": 1", b"X-A"):
            yield reject(f"name/last/{shown(line)}", request(b"X-Before: 1", line), _LINES, "also as the last line")
    every = b"x!#$%&'*+-.^_`|~0aZ"
    yield accept(
        "name/all-token-characters",
        request(every + b": 1"),
        "RFC 9110, section 5.6.2",
        "all of these are allowed",
        sees(every, b"1"),
    )
    yield accept("name/one-letter", request(b"x:1"), "RFC 9110, section 5.1", "no blank is needed", sees(b"x", b"1"))
    yield accept("name/digits", request(b"123: 1"), "RFC 9110, section 5.6.2", "a token", sees(b"123", b"1"))
    yield accept(
        "name/underscore", request(b"X_Token: 1"), "RFC 9110, section 5.6.2", "a token", sees(b"X_Token", b"1")
    )
    yield accept(
        "name/like-a-pseudo-field-without",
        request(b"path: 1", b"method: 2"),
        "RFC 9110, section 5.1",
        "plain names",
        sees(b"path", b"1"),
        sees(b"method", b"2"),
    )


def _values() -> Iterator[Case]:
    for code in (0x00, 0x01, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F):
        yield reject(
            f"value/0x{code:02x}",
            request(b"X-A: a%cb" % code, b"X-After: 1"),
            _VALUES,
            "a control character in a value",
        )
    for name, line in (
        ("nul-at-start", b"X-A: \x00b"),
        ("nul-at-end", b"X-A: b\x00"),
        ("nul-alone", b"X-A:\x00"),
        ("nul-in-cookie", b"Cookie: a=b\x00c"),
    ):
        yield reject(f"value/{name}", request(line), _VALUES, "C strings end there")
    for name, line in (
        ("within", b"X-A: a\rb"),
        ("hides-a-field", b"X-A: a\rX-Hidden: 1"),
        ("at-end", b"X-A: a\r"),
        ("at-start", b"X-A:\ra"),
        ("hides-a-request", b"X-A: a\r\rGET {path}/2 HTTP/1.1"),
    ):
        yield reject(
            f"value/bare-cr/{name}",
            request(line, b"X-After: 1"),
            _ENDS,
            "a bare CR, which some take for the end of a line",
        )
    kept = {
        "plain": b"1",
        "empty": b"",
        "tab-within": b"a\tb",
        "blanks-within": b"a   b",
        "visible": bytes(range(0x21, 0x7F)),
        "obs-text": bytes(range(0x80, 0x100)),
        "utf-8": "Zürich €".encode(),
        "latin-1": "Zürich".encode("latin-1"),
        "colons": b": : :",
        "quotes": b'"a, b"; c=\\"',
        "8-bit-only": b"\xff",
        "4-kB": b"v" * 4000,
    }
    for name, value in kept.items():
        yield accept(f"value/kept/{name}", request(b"X-A: " + value), _VALUES, "byte for byte", sees(b"X-A", value))
    yield accept(
        "value/blanks-around",
        request(b"X-A: \t  a b \t "),
        _VALUES,
        "blanks around are no part of it",
        sees(b"X-A", b"a b"),
    )
    yield accept(
        "value/two-lines",
        request(b"X-A: 1", b"x-a: 2", b"X-A: 0"),
        "RFC 9110, section 5.3",
        "the order of equal names is kept",
        _in_lines(b"X-A", b"1", b"2", b"0"),
    )
    yield accept(
        "value/two-cookies",
        request(b"Cookie: a=1", b"Cookie: b=2"),
        "RFC 6265, section 5.4",
        "none is lost",
        sees_one_of(b"Cookie", (b"a=1", b"b=2"), (b"a=1; b=2",)),
    )
    yield accept(
        "value/user-agent",
        request(b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)"),
        _VALUES,
        "not touched",
        sees(b"User-Agent", b"Mozilla/5.0 (X11; Linux x86_64)"),
    )
    yield accept(
        "value/authorization",
        request(b"Authorization: Bearer a.b-c_d~e+f/g=="),
        "RFC 9110, section 11.6.2",
        "end to end",
        sees(b"Authorization", b"Bearer a.b-c_d~e+f/g=="),
    )


def _in_lines(name: bytes, *values: bytes) -> Check:
    return sees_one_of(name, values, (b", ".join(values),))


def _ends() -> Iterator[Case]:
    why = "a lone LF may end a line, and CRLF is sent on"
    whole = request(b"X-A: 1")
    yield either("lf/everywhere", whole.replace(b"\r\n", b"\n"), _ENDS, why, sees(b"X-A", b"1"))
    yield either("lf/request-line", whole.replace(b"\r\n", b"\n", 1), _ENDS, why, sees(b"X-A", b"1"))
    yield either("lf/one-field", whole.replace(b"1\r\n", b"1\n"), _ENDS, why, sees(b"X-A", b"1"))
    yield either("lf/empty-line", whole[:-2] + b"\n", _ENDS, why, sees(b"X-A", b"1"))
    yield either(
        "lf/hides-a-field",
        request(b"X-A: 1\nX-B: 2"),
        _ENDS,
        "two fields, or refused",
        sees(b"X-A", b"1"),
        sees(b"X-B", b"2"),
    )
    yield reject(
        "cr/everywhere",
        (whole.replace(b"\r\n", b"\r"), Do.PAUSE, Do.HALF_CLOSE),
        _ENDS,
        "CR ends no line",
        may_hang_up=True,
    )
    yield reject("cr/cr-crlf", whole.replace(b"1\r\n", b"1\r\r\n"), _ENDS, "a bare CR before the line's end")
    yield reject("cr/empty-line", whole[:-2] + b"\r\r\n", _ENDS, "no empty line, and no field")
    yield reject(
        "cr/in-the-request-line", whole.replace(b" HTTP", b"\r HTTP", 1), _ENDS, "a bare CR in the request line"
    )


def _folds() -> Iterator[Case]:
    why = "refused, or one blank or more in its place; never relayed folded"
    for name, fold in (("blank", b" "), ("tab", b"\t"), ("several", b"  \t "), ("blank-before-too", b"")):
        raw = b"X-A: a \r\n b" if not fold else b"X-A: a\r\n" + fold + b"b"
        yield either(
            f"fold/{name}", request(raw, b"X-B: 1"), _FOLDS, why, sees(b"X-B", b"1"), folded(b"X-A", b"a", b"b")
        )
    yield either("fold/three-lines", request(b"X-A: a\r\n b\r\n c"), _FOLDS, why, folded(b"X-A", b"a", b"b", b"c"))
    yield either("fold/looks-like-a-field", request(b"X-A: a\r\n X-Hidden: 1"), _FOLDS, why, lacks(b"X-Hidden"))
    yield either(
        "fold/blank-line",
        request(b"X-A: a\r\n \r\nX-B: 1"),
        _FOLDS,
        "a line of blanks is no empty line",
        sees(b"X-B", b"1"),
    )
    yield either(
        "fold/before-the-first-field",
        request(host=b" X-A: 1\r\n" + HOST + b"\r\n"),
        _ENDS,
        "refused, or the line ignored",
        lacks(b"X-A"),
    )
    yield either(
        "fold/blank-before-the-first-field",
        request(host=b"\tX-A: 1\r\n" + HOST + b"\r\n"),
        _ENDS,
        "refused, or the line ignored",
        lacks(b"X-A"),
    )


def _sizes() -> Iterator[Case]:
    yield reject(
        "size/one-field-66-kB", request(b"X-A: " + b"v" * 66_000), _SIZES, "more than 64 KiB of head", 431, closes=False
    )
    yield reject(
        "size/70-fields-of-1-kB",
        request(*(b"X-%d: %s" % (at, b"v" * 1000) for at in range(70))),
        _SIZES,
        "more than 64 KiB of head",
        431,
        closes=False,
    )
    yield reject(
        "size/endless-field", request(b"X-A: " + b"v" * 600_000), _SIZES, "refused before it is all there", 431
    )
    yield reject(
        "size/name-66-kB", request(b"n" * 66_000 + b": 1"), _SIZES, "more than 64 KiB of head", 400, 431, closes=False
    )
    yield reject(
        "size/201-fields",
        request(*(b"X-%d: 1" % at for at in range(200))),
        _SIZES,
        "more than 200 fields, Host among them",
        431,
        closes=False,
    )
    yield reject(
        "size/5000-fields", request(*(b"a: 1" for _ in range(5000))), _SIZES, "more than 200 fields", 431, closes=False
    )
    yield reject(
        "size/target-17-kB",
        request(target=b"{path}/" + b"a" * 17_000),
        _SIZES,
        "more than 16 KiB of target",
        414,
        closes=False,
    )
    yield reject(
        "size/target-endless",
        request(target=b"{path}/" + b"a" * 300_000),
        _SIZES,
        "refused before it is all there",
        414,
        431,
    )
    yield accept("size/10-empty-lines", b"\r\n" * 10 + request(), _ENDS, "a few empty lines are ignored")
    yield accept(
        "size/200-fields",
        request(*(b"X-%d: 1" % at for at in range(199))),
        _SIZES,
        "200 fields, Host among them",
        sees(b"X-198", b"1"),
    )
    yield accept(
        "size/100-fields",
        request(*(b"X-%d: 1" % at for at in range(99))),
        _SIZES,
        "common servers take this many",
        sees(b"X-98", b"1"),
    )
    yield accept(
        "size/cookie-7-kB",
        request(b"Cookie: a=" + b"v" * 7000),
        _SIZES,
        "localhost collects the cookies of all its apps",
        sees(b"Cookie", b"a=" + b"v" * 7000),
    )
    yield accept(
        "size/head-60-kB",
        request(*(b"X-%d: %s" % (at, b"v" * 1000) for at in range(59))),
        _SIZES,
        "within 64 KiB",
        sees(b"X-58", b"v" * 1000),
    )
    long = b"{path}/" + b"a" * 7900
    yield accept(
        "size/target-8-kB",
        request(target=long),
        _SIZES,
        "RFC 9112, section 3: at least 8000 bytes",
        begins(b"GET", long),
    )
    long = b"{path}/" + b"a" * 16_300
    yield accept("size/target-16-kB", request(target=long), _SIZES, "within 16 KiB", begins(b"GET", long))
    drips = request(b"X-A: 1")
    steps = tuple(step for at in range(20) for step in (drips[at : at + 1], *(Do.PAUSE,) * 18))
    why = "408 after 30 s in total, however alive the connection seems"
    yield reject(
        "size/head-in-drips", steps, "RFC 9110, section 15.5.9", why, 408, slow=True, patience=6.0, may_hang_up=True
    )


CASES = (*_names(), *may_stay(*_values()), *_ends(), *_folds(), *_sizes())
