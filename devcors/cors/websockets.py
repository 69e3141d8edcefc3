"""Warnings on a WebSocket's opening handshake: CORS does not cover it, so only the server can look at Origin.

Known: a handshake and its answer (RFC 6455, section 4). Wanted: one sentence where a page of another origin was let in.
Whether the server lets in every origin, only one that nobody has allowed can show: that is asked by `diagnose`. What
passes by in a browser shows which origins it did let in.
"""

from __future__ import annotations

from devcors.errors import MalformedError
from devcors.heads import RequestHead, ResponseHead, has_token, value
from devcors.urls import parse_authority, parse_origin


def open_to_any(request: RequestHead, response: ResponseHead) -> str | None:
    """The warning where a made-up origin, which `request` tells, was let in (RFC 6455, section 10.2)."""
    if not _let_in(request, response):
        return None
    return (
        f"The WebSocket at {_shown(request, b'host')} was opened to a page of {_shown(request, b'origin')}: no browser"
        " asks the server first, so it must check Origin itself where cookies say who the user is."
    )


def let_in(asked: RequestHead, sent: RequestHead, response: ResponseHead) -> str | None:
    """The warning where a real page of another origin was let in: it may be meant, and others may be let in too.

    `asked` is the handshake of the browser, `sent` what the server got: where devcors put its own origin right on the
    way, no page of another origin was let in.
    """
    if not (_let_in(asked, response) and _let_in(sent, response)):
        return None
    along = "with the user's cookies" if value(asked.fields, b"cookie") is not None else "without a cookie"
    return (
        f"The WebSocket at {_shown(sent, b'host')} was opened to a page of {_shown(sent, b'origin')}, {along}: CORS"
        " does not cover WebSockets, so the server must check Origin itself. Whether it lets any other page in too is"
        " not seen from here: `devcors diagnose` asks it."
    )


def _let_in(request: RequestHead, response: ResponseHead) -> bool:
    """Whether a handshake from another origin than the server's was accepted."""
    fields = request.fields
    origin, host = value(fields, b"origin"), value(fields, b"host")
    if response.status != 101 or origin is None or host is None or not has_token(fields, b"upgrade", b"websocket"):
        return False
    return not _is_of(origin, host)


def _shown(request: RequestHead, name: bytes) -> str:
    return (value(request.fields, name) or b"").decode("latin-1")


def _is_of(raw_origin: bytes, raw_host: bytes) -> bool:
    """Whether the page comes from the host that it calls; scheme and default port are not told by Host."""
    try:
        origin, host = parse_origin(raw_origin), parse_authority(raw_host)
    except MalformedError:
        return False
    return origin.host == host.host and (host.port is None or host.port == origin.port)
