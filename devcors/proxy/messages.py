"""Between mitmproxy's message objects and the heads that the pure rules know."""

from __future__ import annotations

import re

from mitmproxy import http

from devcors.heads import Fields, RequestHead, ResponseHead, has_token, replaced, value, without
from devcors.policy.outcomes import Answer

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def request_head(request: http.Request) -> RequestHead:
    """The head as received.

    HTTP/2 has its authority outside of the fields (RFC 9113, section 8.3.1), and 1.0 knows no Host; 1.1 must have one,
    by absolute-form and CONNECT too (RFC 9112, section 3.2).
    """
    fields = request.headers.fields
    if request.authority and request.http_version != "HTTP/1.1" and value(fields, b"host") is None:
        fields = ((b"Host", request.data.authority), *fields)
    return RequestHead(request.data.method, request.data.path, _joined_cookies(fields))


def _joined_cookies(fields: Fields) -> Fields:
    """HTTP/2 may send Cookie in pieces, which an HTTP/1 server must get as one (RFC 9113, section 8.2.3)."""
    pieces = [text for name, text in fields if name.lower() == b"cookie"]
    return fields if len(pieces) < 2 else replaced(fields, b"cookie", b"; ".join(pieces))


def response_head(response: http.Response) -> ResponseHead:
    """The head as received."""
    return ResponseHead(response.status_code, response.data.reason, response.headers.fields)


def write_request(request: http.Request, head: RequestHead) -> None:
    """Puts a head into mitmproxy's request. Framing stays as mitmproxy read it."""
    fields = head.fields
    if request.is_http2 or request.is_http3:
        request.data.authority = value(fields, b"host") or b""
        fields = without(fields, b"host", b"connection", b"upgrade", b"te")
        fields = tuple((name.lower(), text) for name, text in fields)
    else:
        request.data.authority = b""
        # a backend that is told `TE: trailers` sends trailers, on which mitmproxy's HTTP/1 layer fails
        fields = without(fields, b"te") if has_token(fields, b"te", b"trailers") else fields
        fields = _framed(request, without_te_option(fields))
    request.data.method = head.method
    request.data.path = head.target
    request.headers = http.Headers(fields)


def without_te_option(fields: Fields) -> Fields:
    """`Connection: TE` goes with TE."""
    return tuple(field for field in fields if not (field[0].lower() == b"connection" and field[1].lower() == b"te"))


def write_response(response: http.Response, head: ResponseHead, *, body_dropped: bool) -> None:
    """Puts a head into mitmproxy's response; with `body_dropped`, without the framing of the body that is not sent."""
    fields = head.fields
    if not body_dropped and not response.is_http2:
        fields = _framed(response, fields)
    response.status_code = head.status
    response.data.reason = head.reason
    response.headers = http.Headers(fields)


def for_http2(head: ResponseHead) -> ResponseHead:
    """Without the lines that a browser ends an HTTP/2 connection for, and all other requests on it (RFC 9113, 8.2.1).

    Over HTTP/1.1 it refuses such a Set-Cookie alone, so the rest of the response is sent on.
    """
    fields = tuple(field for field in head.fields if not _CONTROL.search(field[1]))
    return head if len(fields) == len(head.fields) else ResponseHead(head.status, head.reason, fields)


def _framed(message: http.Message, fields: Fields) -> Fields:
    """mitmproxy frames by the fields of the message, and closes by them: these two stay what they were."""
    received = message.headers.fields
    if has_token(received, b"transfer-encoding", b"chunked"):
        fields = (*without(fields, b"content-length"), (b"Transfer-Encoding", b"chunked"))
    if has_token(received, b"connection", b"close") and value(fields, b"connection") is None:
        fields = (*fields, (b"Connection", b"close"))
    return fields


def answer_response(answer: Answer, http_version: str) -> http.Response:
    """An answer of our own as a mitmproxy response."""
    response = http.Response.make(answer.head.status, answer.body)
    response.http_version = "HTTP/2.0" if http_version == "HTTP/2.0" else "HTTP/1.1"
    response.data.reason = answer.head.reason
    response.headers = http.Headers(answer.head.fields)
    return response
