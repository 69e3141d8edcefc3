"""Forms of the request target, and the methods that a proxy must know: OPTIONS, TRACE, Max-Forwards."""

from __future__ import annotations

from collections.abc import Iterator

from tests.compliance.case import Case
from tests.compliance.checks import begins, lacks, sees

from .making import HOST, accept, either, reject, request

_TARGET = "RFC 9112, section 3.2"


def _absolute() -> Iterator[Case]:
    absolute = "RFC 9112, section 3.2.2"
    full = b"http://{host}{path}"
    yield accept(
        "absolute/same-host",
        request(target=full),
        absolute,
        "sent on in origin-form to an origin",
        begins(b"GET", b"{path}"),
    )
    yield accept(
        "absolute/capital-scheme",
        request(target=b"HTTP://{host}{path}"),
        absolute,
        "schemes have no case",
        begins(b"GET", b"{path}"),
    )
    yield accept(
        "absolute/with-query",
        request(target=full + b"?a=b"),
        absolute,
        "the query is kept",
        begins(b"GET", b"{path}?a=b"),
    )
    yield accept(
        "absolute/post",
        request(b"Content-Length: 2", method=b"POST", target=full, body=b"ab"),
        absolute,
        "with content too",
        begins(b"POST", b"{path}"),
    )
    yield accept(
        "absolute/1.0-without-host",
        request(target=full, version=b"HTTP/1.0", host=b""),
        absolute,
        "1.0 asks for no Host",
        begins(b"GET", b"{path}"),
    )
    other = request(target=full, host=b"Host: evil.test\r\n")
    why = "the target counts and Host is written anew, or the message is refused"
    yield either(
        "absolute/other-host", other, absolute, why, begins(b"GET", b"{path}"), statuses=frozenset({400, 403, 421})
    )
    yield either(
        "absolute/no-path",
        request(b"X-Case: {path}", target=b"http://{host}"),
        absolute,
        "an empty path is /",
        begins(b"GET", b"/"),
    )
    yield either(
        "absolute/no-path-options",
        request(b"X-Case: {path}", method=b"OPTIONS", target=b"http://{host}"),
        "RFC 9112, section 3.2.4",
        "asterisk-form at the last hop",
        begins(b"OPTIONS", b"*", b"/"),
    )
    yield reject(
        "absolute/no-host-field",
        request(target=full, host=b""),
        _TARGET,
        "Host must be there, the target notwithstanding",
        closes=False,
    )
    yield reject(
        "absolute/two-host-fields",
        request(target=full, host=(HOST + b"\r\n") * 2),
        _TARGET,
        "one Host, the target notwithstanding",
        closes=False,
    )
    yield reject(
        "absolute/userinfo",
        request(target=b"http://user:secret@{host}{path}"),
        "RFC 9110, section 4.2.4",
        "user information in an http URI is an error",
        closes=False,
    )
    yield reject(
        "absolute/no-authority",
        request(target=b"http://{path}"),
        "RFC 9110, section 4.2.1",
        "an http URI with an empty host is invalid",
        400,
        403,
        404,
        421,
        502,
        closes=False,
    )
    yield reject("absolute/bad-port", request(target=b"http://localhost:x{path}"), absolute, "no port", closes=False)


def _methods() -> Iterator[Case]:
    yield accept(
        "options/asterisk",
        request(b"X-Case: {path}", method=b"OPTIONS", target=b"*"),
        "RFC 9110, section 9.3.7",
        "about the server as a whole",
        begins(b"OPTIONS", b"*"),
    )
    yield accept(
        "options/path",
        request(method=b"OPTIONS"),
        "RFC 9110, section 9.3.7",
        "an OPTIONS like any request",
        begins(b"OPTIONS", b"{path}"),
    )
    secrets = (b"Cookie: a=secret", b"Authorization: Basic c2VjcmV0")
    trace = "RFC 9110, section 9.3.8"
    yield either(
        "trace/with-secrets",
        request(*secrets, method=b"TRACE"),
        trace,
        "would send secrets back to a page",
        lacks(b"Cookie", b"Authorization"),
        statuses=frozenset({403, 405, 501}),
    )
    yield either(
        "trace/plain",
        request(method=b"TRACE"),
        trace,
        "refused as well, or passed",
        statuses=frozenset({403, 405, 501}),
    )
    yield reject(
        "trace/with-content",
        request(b"Content-Length: 2", method=b"TRACE", body=b"ab"),
        trace,
        "TRACE has no content",
        400,
        403,
        405,
        413,
        501,
        closes=False,
    )
    hops = "RFC 9110, section 7.6.2"
    yield reject(
        "max-forwards/options-0",
        request(b"Max-Forwards: 0", method=b"OPTIONS"),
        hops,
        "answered here",
        200,
        204,
        closes=False,
    )
    yield reject(
        "max-forwards/options-asterisk-0",
        request(b"Max-Forwards: 0", b"X-Case: {path}", method=b"OPTIONS", target=b"*"),
        hops,
        "answered here",
        200,
        204,
        closes=False,
    )
    yield reject(
        "max-forwards/trace-0",
        request(b"Max-Forwards: 0", method=b"TRACE"),
        hops,
        "answered here",
        200,
        403,
        405,
        501,
        closes=False,
    )
    yield accept(
        "max-forwards/options-5",
        request(b"Max-Forwards: 5", method=b"OPTIONS"),
        hops,
        "one fewer",
        sees(b"Max-Forwards", b"4"),
    )
    yield accept("max-forwards/get-0", request(b"Max-Forwards: 0"), hops, "counts for TRACE and OPTIONS only")


CASES = (*_absolute(), *_methods())
