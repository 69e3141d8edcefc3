"""Status lines and field lines of responses."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case, Check, Do, Seen
from tests.compliance.checks import gets, gets_content, gets_none

from .making import bad_answer, doubtful_answer, good_answer, request, response, shown, sized

_STATUS = "RFC 9112, section 4"
_LINES = "RFC 9112, section 5.1"
_VALUES = "RFC 9110, section 5.5"


def _status_lines() -> Iterator[Case]:
    faulty = [
        b"HTTP/2.0 200 OK",
        b"HTTP/0.9 200 OK",
        b"http/1.1 200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
    ]
    faulty += [
        b"HTTP/1.1 abc OK",
        b"HTTP/1.1 2x0 OK",
        b"HTTP/1.1 -200 OK",
        b"HTTP/1.1 +20 OK",
        b"HTTP/1.1 000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1",
        b"HTTP/1.1 OK",
    ]
    faulty += [
        b"HTTP/1.1x 200 OK",
        b"HTPP/1.1 200 OK",
        b"HTTP/1.1 200OK",
        b"ICY 200 OK",
        b"SSH-2.0-OpenSSH",
        b"hello",
        b"{path}",
        b"HTTP/1.1\x00200 OK",
        b"HTTP/11 200 OK",
        b"HTTP/1.1 200.0 OK",
    ]
    for line in faulty:
        yield bad_answer(
            f"status/{shown(line)}", (sized(b"abcd", start=line), Do.CLOSE), _STATUS, "no status line of HTTP/1"
        )
    yield bad_answer(
        "status/no-head-at-all",
        (b"<html>hello</html>", Do.CLOSE),
        "RFC 9112, section 2.3",
        "HTTP/0.9 is not taken from a backend",
    )
    yield bad_answer(
        "status/field-first", (b"X-A: 1\r\nContent-Length: 4\r\n\r\nabcd", Do.CLOSE), _STATUS, "no status line"
    )
    yield bad_answer(
        "status/binary", (b"\x15\x03\x01\x00\x02\x02\x46", Do.CLOSE), _STATUS, "a TLS alert: the backend speaks TLS"
    )
    loose = {
        "version-1.2": b"HTTP/1.2 200 OK",
        "no-reason-nor-blank": b"HTTP/1.1 200",
        "two-blanks": b"HTTP/1.1  200 OK",
        "control-in-reason": b"HTTP/1.1 200 O\x01K",
        "nul-in-reason": b"HTTP/1.1 200 O\x00K",
        "cr-in-reason": b"HTTP/1.1 200 O\rK",
        "blank-first": b" HTTP/1.1 200 OK",
        "tab-for-blank": b"HTTP/1.1\t200\tOK",
        "empty-line-before": b"\r\nHTTP/1.1 200 OK",
    }
    for name, line in loose.items():
        yield doubtful_answer(
            f"status/loose/{name}",
            (sized(b"abcd", start=line), Do.CLOSE),
            _STATUS,
            "502, or relayed in good order",
            gets_content(b"abcd"),
        )
    for status in (600, 700, 999):
        yield doubtful_answer(
            f"status/loose/{status}",
            sized(b"abcd", start=b"HTTP/1.1 %d X" % status),
            "RFC 9110, section 15",
            "out of range: 502, or as it is",
            finals=(status,),
        )
    for line, status in (
        (b"HTTP/1.1 200 ", 200),
        (b"HTTP/1.1 299 Whatever it is", 299),
        (b"HTTP/1.1 404 Nicht gefunden \xfc", 404),
        (b"HTTP/1.1 418 I'm a teapot", 418),
        (b"HTTP/1.1 500 Oops", 500),
        (b"HTTP/1.1 599 X", 599),
        (b"HTTP/1.1 201 Created", 201),
        (b"HTTP/1.1 302 Found", 302),
        (b"HTTP/1.1 401 Unauthorized", 401),
    ):
        yield good_answer(
            f"status/good/{shown(line)}",
            sized(b"abcd", start=line),
            _STATUS,
            "relayed, known or not",
            gets_content(b"abcd"),
            finals=(status,),
        )


def _fields() -> Iterator[Case]:
    stripped = [
        b"X-A : 1",
        b"X-A\t: 1",
        b": 1",
        b"X\x00A: 1",
        b"X\xe4: 1",
        b"X A: 1",
        b"X-A",
        b"X(A): 1",
        b"X\x01: 1",
        b"\x00",
    ]
    for line in stripped:
        why = "the line stripped, or 502; never relayed as it is"
        yield doubtful_answer(
            f"response/name/{shown(line)}", sized(b"abcd", line, b"X-After: 1"), _LINES, why, gets_content(b"abcd")
        )
    yield doubtful_answer(
        "response/name/blank-first",
        response(b" X-A: 1", b"Content-Length: 4", body=b"abcd"),
        "RFC 9112, section 2.2",
        "the line dropped, or 502",
        gets_content(b"abcd"),
        gets_none(b"X-A"),
    )
    for code in (0x00, 0x01, 0x08, 0x0B, 0x0C, 0x1B, 0x7F):
        yield bad_answer(
            f"response/value/0x{code:02x}",
            sized(b"abcd", b"X-A: a%cb" % code),
            _VALUES,
            "a control character in a value",
        )
    for name, line in (
        ("within", b"X-A: a\rb"),
        ("hides-a-field", b"X-A: a\rSet-Cookie: a=1"),
        ("at-end", b"X-A: a\r"),
    ):
        yield bad_answer(
            f"response/value/bare-cr/{name}",
            sized(b"abcd", line),
            "RFC 9112, section 2.2",
            "a bare CR: a browser may read two lines",
        )
    why = "502, or one blank or more in its place; never relayed folded"
    for name, fold in (("blank", b"\r\n b"), ("tab", b"\r\n\tb"), ("several", b"\r\n   \t b")):
        yield doubtful_answer(
            f"response/fold/{name}",
            sized(b"abcd", b"X-A: a" + fold),
            "RFC 9112, section 5.2",
            why,
            gets_content(b"abcd"),
            _unfolded,
        )
    why = "a lone LF may end a line, and CRLF is sent on"
    answer = sized(b"abcd", b"X-A: 1")
    for name, raw in (
        ("everywhere", answer.replace(b"\r\n", b"\n")),
        ("status-line", answer.replace(b"\r\n", b"\n", 1)),
        ("one-field", answer.replace(b"1\r\n", b"1\n")),
    ):
        yield doubtful_answer(
            f"response/lf/{name}", raw, "RFC 9112, section 2.2", why, gets_content(b"abcd"), gets(b"X-A", b"1")
        )
    kept = {
        "empty": b"",
        "tab": b"a\tb",
        "blanks": b"a  b",
        "obs-text": bytes(range(0x80, 0x100)),
        "utf-8": "Zürich €".encode(),
        "visible": bytes(range(0x21, 0x7F)),
        "4-kB": b"v" * 4000,
    }
    for name, value in kept.items():
        yield good_answer(
            f"response/value/kept/{name}",
            sized(b"abcd", b"X-A: " + value),
            _VALUES,
            "byte for byte",
            gets(b"X-A", value),
            gets_content(b"abcd"),
        )
    every = b"x!#$%&'*+-.^_`|~0aZ"
    yield good_answer(
        "response/name/all-token-characters",
        sized(b"abcd", every + b": 1"),
        "RFC 9110, section 5.6.2",
        "all of these are allowed",
        gets(every, b"1"),
    )
    yield good_answer(
        "response/value/two-lines",
        sized(b"abcd", b"X-A: 1", b"x-a: 2"),
        "RFC 9110, section 5.3",
        "order kept",
        _either_way(b"X-A", b"1", b"2"),
    )
    cookies = sized(b"abcd", b"Set-Cookie: a=1; Path=/", b"Set-Cookie: b=2; Path=/")
    yield good_answer(
        "response/value/two-cookies",
        cookies,
        "RFC 6265, section 3",
        "never put together",
        gets(b"Set-Cookie", b"a=1; Path=/", b"b=2; Path=/"),
    )
    encoded = sized(b"\x1f\x8b\x08\x00abcd", b"Content-Encoding: gzip")
    yield good_answer(
        "response/content-encoding",
        encoded,
        "RFC 9110, section 8.4",
        "never decoded nor encoded anew",
        gets_content(b"\x1f\x8b\x08\x00abcd"),
        gets(b"Content-Encoding", b"gzip"),
        sent=(request(b"Accept-Encoding: gzip"),),
    )
    yield good_answer(
        "response/many-fields",
        sized(b"abcd", *(b"X-%d: 1" % at for at in range(90))),
        _LINES,
        "90 fields",
        gets(b"X-89", b"1"),
    )
    yield doubtful_answer(
        "response/head-600-kB",
        sized(b"abcd", b"X-A: " + b"v" * 600_000),
        "devcors: limits",
        "502, or relayed; never a hang",
        gets_content(b"abcd"),
    )


def _unfolded(seen: Seen) -> str | None:
    got = seen.finals[0].values(b"X-A")
    return None if len(got) == 1 and got[0].split() == [b"a", b"b"] else f"the client got X-A {got}"


def _either_way(name: bytes, *values: bytes) -> Check:
    def check(seen: Seen) -> str | None:
        got = seen.finals[0].values(name)
        return None if got in (list(values), [b", ".join(values)]) else f"the client got {name.decode()} {got}"

    return check


CASES = (*_status_lines(), *_fields())
