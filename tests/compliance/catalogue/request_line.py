"""The request line: method, target, version; and what stands before it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case, Do
from tests.compliance.checks import begins

from .making import HOST, accept, either, may_stay, reject, request, shown

_LINE = "RFC 9112, section 3"
_TARGET = "RFC 9112, section 3.2"
_VERSION = "RFC 9112, section 2.3"


def _raw(line: bytes) -> bytes:
    return line + b"\r\n" + HOST + b"\r\nX-Case: {path}\r\n\r\n"


def _methods() -> Iterator[Case]:
    for method in (
        b"G@T",
        b"GE(T",
        b"GET\x00",
        b"G\x00ET",
        b"G\xc9T",
        b'"GET"',
        b"GET,",
        b"{GET}",
        b"G/T",
        b"GE\x7fT",
        b"[GET]",
        b"GET:",
    ):
        yield reject(
            f"method/{shown(method)}",
            _raw(method + b" {path} HTTP/1.1"),
            "RFC 9110, section 9.1",
            "a method is a token",
        )
    yield reject("method/none", _raw(b" {path} HTTP/1.1"), _LINE, "a method is a token, of at least one character")
    for method in (
        b"PUT",
        b"PATCH",
        b"DELETE",
        b"patch",
        b"get",
        b"FOO",
        b"PROPFIND",
        b"M-SEARCH",
        b"REPORT",
        b"QUERY",
        b"X_Y",
        b"foo.bar",
        b"A1",
    ):
        why = "any token is a method, its case counts, and unknown ones are the backend's to judge"
        yield accept(
            f"method/{shown(method)}", request(method=method), "RFC 9110, section 9.1", why, begins(method, b"{path}")
        )
    yield either(
        "method/all-token-characters",
        request(method=b"!#$%&'*+-.^_`|~9aZ"),
        "RFC 9110, section 9.1",
        "a token; unheard of",
        begins(b"!#$%&'*+-.^_`|~9aZ", b"{path}"),
        statuses=frozenset({400, 501}),
    )
    yield either(
        "method/300-letters",
        request(method=b"M" * 300),
        "RFC 9112, section 3",
        "longer than any that is known: 501, or passed",
        begins(b"M" * 300, b"{path}"),
        statuses=frozenset({400, 414, 431, 501}),
    )
    yield reject(
        "method/connect-with-a-path",
        request(method=b"CONNECT"),
        "RFC 9112, section 3.2.3",
        "CONNECT takes authority-form only",
        400,
        404,
        405,
        501,
    )


def _targets() -> Iterator[Case]:
    for target in (
        b"{path}#part",
        b"{path}\x00",
        b"\x00{path}",
        b"{path}\x01",
        b"{path}\x7f",
        b"{path}/\xc3\xa4",
        b"{path}?\xff",
        b"{path}\x0bx",
        b"{path}\x0cx",
        b"{path}\rx",
    ):
        yield reject(
            f"target/{shown(target)}",
            _raw(b"GET " + target + b" HTTP/1.1"),
            _TARGET,
            "no URI holds this byte: it must be percent-encoded",
        )
    for target in (b"{path} x", b"{path} x y", b"{path} HTTP/1.1 x"):
        yield reject(
            f"target/{shown(target)}",
            _raw(b"GET " + target + b" HTTP/1.1"),
            _TARGET,
            "a blank within: where does the target end?",
        )
    yield reject(
        "target/no-slash", _raw(b"GET case HTTP/1.1"), "RFC 9112, section 3.2.1", "neither origin-form nor any other"
    )
    yield reject(
        "target/query-only", _raw(b"GET ?{path} HTTP/1.1"), "RFC 9112, section 3.2.1", "origin-form begins with a slash"
    )
    yield reject(
        "target/authority-form",
        _raw(b"GET {host} HTTP/1.1"),
        "RFC 9112, section 3.2.3",
        "authority-form is for CONNECT",
    )
    yield reject(
        "target/asterisk-with-get", _raw(b"GET * HTTP/1.1"), "RFC 9112, section 3.2.4", "asterisk-form is for OPTIONS"
    )
    yield reject(
        "target/asterisk-and-more",
        _raw(b"OPTIONS *{path} HTTP/1.1"),
        "RFC 9112, section 3.2.4",
        "asterisk-form is the asterisk alone",
    )
    yield reject("target/none", _raw(b"GET HTTP/1.1"), _LINE, "two words only")
    yield reject("target/empty", _raw(b"GET  HTTP/1.1"), _LINE, "nothing between the blanks")
    good = (
        b"{path}?a=b&c=d",
        b"{path}?",
        b"{path}/%2F%20%C3%A4",
        b"{path}?u=http://x/",
        b"{path}/a;b=c,d:e@f!$&'()*+~",
        b"{path}/a=b?c/d?e",
        b"{path}/?a[]=1",
    )
    for target in good:
        yield accept(
            f"target/good/{shown(target)}",
            request(target=target),
            _TARGET,
            "sent on byte for byte",
            begins(b"GET", target),
        )
    for target in (
        b"{path}|x",
        b"{path}^",
        b"{path}?{a}",
        b'{path}?"',
        b"{path}?<x>",
        b"{path}?`",
        b"{path}/%zz",
        b"{path}/%",
        b"{path}/%00",
    ):
        yield either(
            f"target/loose/{shown(target)}",
            request(target=target),
            "RFC 3986, section 2",
            "no URI, but browsers send such: as it is, or refused",
            begins(b"GET", target),
        )


def _blanks() -> Iterator[Case]:
    loose = {
        "two-blanks-before-target": b"GET  {path} HTTP/1.1",
        "two-blanks-before-version": b"GET {path}  HTTP/1.1",
        "tab-before-target": b"GET\t{path} HTTP/1.1",
        "tab-before-version": b"GET {path}\tHTTP/1.1",
        "vt-before-target": b"GET\x0b{path} HTTP/1.1",
        "ff-before-version": b"GET {path}\x0cHTTP/1.1",
        "blank-at-the-end": b"GET {path} HTTP/1.1 ",
        "tab-at-the-end": b"GET {path} HTTP/1.1\t",
        "blank-before-method": b" GET {path} HTTP/1.1",
        "bare-cr-at-the-end": b"GET {path} HTTP/1.1\r",
        "bare-cr-before-target": b"GET\r{path} HTTP/1.1",
    }
    for name, line in loose.items():
        why = "a recipient may be lenient with blanks; what it sends on may not"
        yield either(f"blanks/{name}", _raw(line), _LINE, why, begins(b"GET", b"{path}"))


def _versions() -> Iterator[Case]:
    faulty = [
        b"HTTP/1.2",
        b"HTTP/1.9",
        b"HTTP/2.0",
        b"HTTP/3.0",
        b"HTTP/0.9",
        b"HTTP/9.9",
        b"http/1.1",
        b"Http/1.1",
        b"HTTP/1",
    ]
    faulty += [
        b"HTTP/1.",
        b"HTTP/.1",
        b"HTTP/1.10",
        b"HTTP/1.01",
        b"HTTP/01.1",
        b"HTTP/1.1x",
        b"HTTP/1,1",
        b"HTTP/-1.1",
        b"HTTP/1.1.1",
    ]
    faulty += [
        b"HTPP/1.1",
        b"HTTP 1.1",
        b"HTTP/ 1.1",
        b"HTTP/1 .1",
        b"HTTP\\1.1",
        b"HTTP/1.\xb9",
        b"HTTP/1.1\x00",
        b"ICY/1.1",
        b"HTTPS/1.1",
        b"HTTP/2",
    ]
    for version in faulty:
        yield reject(
            f"version/{shown(version)}",
            request(version=version),
            _VERSION,
            "1.0 and 1.1, in this spelling, are what is spoken here",
            400,
            505,
        )
    yield reject("version/none", _raw(b"GET {path}"), _VERSION, "HTTP/0.9 with fields", 400, 505)
    simple = (b"GET {path}\r\n", Do.PAUSE, Do.HALF_CLOSE)
    yield reject("version/0.9-simple", simple, _VERSION, "HTTP/0.9 is not served", 400, 505, may_hang_up=True)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    yield reject(
        "version/http2-preface",
        preface,
        "RFC 9113, section 3.4",
        "HTTP/2 is not spoken here without TLS",
        400,
        505,
        may_hang_up=True,
    )
    hello = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + b"\x5a" * 32 + b"\x00\x00\x02\x13\x01\x01\x00\x00\x00"
    yield reject("version/tls-handshake", hello, "RFC 8446, section 5.1", "TLS at a plain port", may_hang_up=True)
    yield accept("version/1.0", request(version=b"HTTP/1.0"), _VERSION, "still spoken")


def _before() -> Iterator[Case]:
    source = "RFC 9112, section 2.2"
    for name, empty in (("one", b"\r\n"), ("two", b"\r\n\r\n")):
        yield accept(f"empty-lines/{name}", empty + request(), source, "ignored", begins(b"GET", b"{path}"))
    yield either(
        "empty-lines/lf", b"\n" + request(), source, "a lone LF may end an empty line", begins(b"GET", b"{path}")
    )
    yield reject("empty-lines/blank-in-it", b" \r\n" + request(), source, "no empty line, and no request line")
    yield reject("empty-lines/nul", b"\x00" + request(), source, "bytes that are no HTTP")
    yield reject("no-http/words", b"hello {path}\r\n\r\n", _LINE, "no request line")
    yield reject("no-http/binary", b"\x00\xff\xfe\x80{path}\r\n\r\n", _LINE, "no request line", may_hang_up=True)
    yield reject(
        "no-http/field-first", HOST + b"\r\nX: {path}\r\n\r\n", _LINE, "a field where the request line should be"
    )


CASES = (*may_stay(*_methods(), *_targets()), *_blanks(), *_versions(), *_before())
