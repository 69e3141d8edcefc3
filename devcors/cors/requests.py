"""What a browser asked, read off a request head: is it cross-origin, is it a preflight, who fetches, with credentials?

A proxy does not see the page's code. What it infers instead of knowing is named in `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from devcors.errors import MalformedError
from devcors.heads import Fields, RequestHead, members, value
from devcors.urls import Origin, parse_origin

# Fetch metadata's destinations (section 2.1) to the word that Chromium's message has for them
_KINDS = {
    b"script": "script",
    b"image": "image",
    b"font": "font",
    b"style": "CSS stylesheet",
    b"video": "video",
    b"audio": "audio",
}


@dataclass(frozen=True, slots=True)
class CorsRequest:
    """A request to which the CORS protocol applies; of a preflight, the request that it asks for.

    `origin` is the Origin field as sent; `method` and `headers` (lower case) are what needs permission;
    `credentials` says whether the credentials mode is "include". After redirects `page` is the page's own origin, which
    the Origin field may no longer tell, and `first_url` the URL that the page asked for.
    """

    url: str
    origin: str
    method: str
    headers: tuple[str, ...]
    credentials: bool
    kind: str
    preflight: bool
    assumed: tuple[str, ...]
    page: str | None = None
    first_url: str | None = None


def is_preflight(head: RequestHead) -> bool:
    """Fetch, section 3.3.2: OPTIONS with Origin and Access-Control-Request-Method."""
    return (
        head.method == b"OPTIONS"
        and value(head.fields, b"origin") is not None
        and value(head.fields, b"access-control-request-method") is not None
    )


def cors_request(head: RequestHead, url: str, target: Origin, *, sends_cookies: bool = False) -> CorsRequest | None:
    """The CORS request in `head`, or None where the protocol does not apply.

    `url` is what the browser's address bar or console would show, `target` its origin. `sends_cookies`: this page has
    sent cookies there before, so that a request without any is known to leave them out.
    """
    if not crosses_origins(head.fields, target):
        return None
    raw_origin = value(head.fields, b"origin") or b""
    preflight = is_preflight(head)
    credentials, assumed = _credentials(head, preflight, sends_cookies)
    wanted = members(head.fields, b"access-control-request-headers") if preflight else ()
    method = value(head.fields, b"access-control-request-method") if preflight else head.method
    return CorsRequest(
        url=url,
        origin=raw_origin.decode("latin-1"),
        method=(method or b"").decode("latin-1"),
        headers=tuple(name.decode("latin-1").lower() for name in wanted),
        credentials=credentials,
        kind=_KINDS.get(value(head.fields, b"sec-fetch-dest") or b"", "fetch"),
        preflight=preflight,
        assumed=assumed,
    )


def crosses_origins(fields: Fields, target: Origin) -> bool:
    """Whether the CORS protocol applies to a request with these fields, for `target`."""
    raw_origin = value(fields, b"origin")
    return raw_origin is not None and _is_cors_mode(fields) and not _is_same(raw_origin, target)


def _is_cors_mode(fields: Fields) -> bool:
    """Navigations, no-cors elements and WebSockets send an Origin too, but no response is withheld from them."""
    mode = value(fields, b"sec-fetch-mode")
    if mode is None:  # no fetch metadata (plain http off loopback, curl): whoever sends an Origin is taken for a page
        return value(fields, b"upgrade") is None
    return mode == b"cors"


def _is_same(raw_origin: bytes, target: Origin) -> bool:
    try:
        return parse_origin(raw_origin) == target
    except MalformedError:
        return False


def _credentials(head: RequestHead, preflight: bool, sends_cookies: bool) -> tuple[bool, tuple[str, ...]]:
    """Credentials mode: only with "include" does a cross-origin request carry cookies, or tell of storage access.

    Sec-Fetch-Storage-Access (Storage Access Headers, section 3.1) goes to other sites only. A preflight has neither.
    """
    if value(head.fields, b"cookie") is not None or value(head.fields, b"sec-fetch-storage-access") is not None:
        return True, ()
    if preflight:
        return False, ("credentials: same-origin (a preflight does not tell)",)
    if sends_cookies or _leaves_out(head):
        return False, ()
    return False, ("credentials: same-origin (no cookie was sent)",)


def _leaves_out(head: RequestHead) -> bool:
    """Chromium tells another site of storage access whenever credentials are included; this request does not."""
    return value(head.fields, b"sec-ch-ua") is not None and value(head.fields, b"sec-fetch-site") == b"cross-site"
