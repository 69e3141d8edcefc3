"""A message of the rules as bytes for the wire, field by field as Chromium 156 sends it (measured).

Known: what the rules say is sent (`Sent`), the page, and the URLs that the request came over. Wanted: a complete
request head, so that a server, a firewall or a log sees no difference to the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from devcors.cookies.site import same_site
from devcors.cors.walking import Sent
from devcors.heads import Fields, RequestHead, canonical, value, without
from devcors.urls import Origin

from .plan import Ask, location_of

USER_AGENT = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
# client hints of low entropy; the page's own headers stand among them
_PLATFORM: Fields = ((b"sec-ch-ua-platform", b'"Linux"'),)
_BRANDS: Fields = ((b"sec-ch-ua", b'"Not:A-Brand";v="8", "Chromium";v="156"'),)
_MOBILE: Fields = ((b"sec-ch-ua-mobile", b"?0"),)
_LANGUAGE: Fields = ((b"Accept-Language", b"en-US,en;q=0.9"),)
_ENCODING: Fields = ((b"Accept-Encoding", b"gzip, deflate, br, zstd"),)
_ACCEPT: Fields = ((b"Accept", b"*/*"),)
_SITES = (b"same-origin", b"same-site", b"cross-site")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, and from where: `chain` has the origins of all URLs up to this one."""

    sent: Sent
    ask: Ask
    chain: Sequence[Origin]

    @property
    def origin(self) -> Origin:
        """The origin of the URL."""
        return self.chain[-1]

    @property
    def trustworthy(self) -> bool:
        """Whether the URL is one that gets metadata and client hints."""
        return location_of(self.sent.url).trustworthy

    @property
    def body(self) -> bytes | None:
        """A redirect that turns the method into GET drops it, as the rules know."""
        return None if self.sent.preflight or self.sent.method in ("GET", "HEAD") else self.ask.body


def head_of(message: Message, *, from_page: bool = True) -> RequestHead:
    """The head; `from_page` False leaves out what only a page's request has, as curl or Postman do."""
    fields = _preflight(message) if message.sent.preflight else _request(message, from_page=from_page)
    return RequestHead(message.sent.method.encode("latin-1"), target_of(message.sent.url), fields)


def target_of(url: str) -> bytes:
    """The request target in origin form (RFC 9112, section 3.2.1)."""
    return httpx.URL(url).raw_path


def _preflight(message: Message) -> Fields:
    """Fetch, "CORS-preflight fetch"."""
    sent = message.sent
    names = ",".join(sent.asked_headers).encode("latin-1")
    return (
        *_connection(message),
        *_ACCEPT,
        (b"Access-Control-Request-Method", (sent.asked_method or "").encode("latin-1")),
        *(((b"Access-Control-Request-Headers", names),) if names else ()),
        *_origin(sent),
        (b"User-Agent", USER_AGENT),
        *_by_mode(_metadata(message)),
        *_referer(message),
        *_ENCODING,
        *_LANGUAGE,
    )


def _by_mode(metadata: Fields) -> Fields:
    """Chromium writes the mode of a preflight before the site, of a request after it."""
    return (metadata[1], metadata[0], metadata[2]) if metadata else ()


def _request(message: Message, *, from_page: bool) -> Fields:
    own = _own(message)
    return (
        *_connection(message),
        *_length(message),
        *(_PLATFORM if message.trustworthy else ()),
        (b"User-Agent", USER_AGENT),
        *(_BRANDS if message.trustworthy else ()),
        *own,
        *(_MOBILE if message.trustworthy else ()),
        *(() if value(own, b"accept") else _ACCEPT),
        *((*_origin(message.sent), *_metadata(message), *_referer(message)) if from_page else ()),
        *_ENCODING,
        *(() if value(own, b"accept-language") else _LANGUAGE),
        *_cookie(message),
    )


def _own(message: Message) -> Fields:
    """The page's own headers, as it spelled them; User-Agent is Chromium's, whatever the page says."""
    spelled = {name.lower(): name for name, _ in message.ask.headers}
    fields = ((name.encode("latin-1"), text.encode("latin-1")) for name, text in message.sent.fields)
    return without(((spelled.get(name, canonical(name)), text) for name, text in fields), b"user-agent")


def _connection(message: Message) -> Fields:
    host = ((b"Host", message.origin.authority.encode("ascii")),)
    # over TLS it may become HTTP/2, which has no such field (RFC 9113, section 8.2.2)
    return host if message.origin.scheme == "https" else (*host, (b"Connection", b"keep-alive"))


def _length(message: Message) -> Fields:
    body = message.body
    if message.ask.streamed or (body is None and message.sent.method not in ("POST", "PUT")):
        return ()
    return ((b"Content-Length", str(len(body or b"")).encode()),)


def _origin(sent: Sent) -> Fields:
    return () if sent.origin is None else ((b"Origin", sent.origin.encode("latin-1")),)


def _metadata(message: Message) -> Fields:
    """Fetch Metadata, section 2: only to URLs that are potentially trustworthy; the farthest hop counts."""
    if not message.trustworthy:
        return ()
    sites = (_site(message.ask.page, origin) for origin in message.chain)
    return (
        (b"Sec-Fetch-Site", max(sites, key=_SITES.index)),
        (b"Sec-Fetch-Mode", b"cors"),
        (b"Sec-Fetch-Dest", b"empty"),
    )


def _site(page: Origin, origin: Origin) -> bytes:
    if page == origin:
        return b"same-origin"
    same = same_site(page.scheme, page.host, origin.scheme, origin.host, schemeful=True)
    return b"same-site" if same else b"cross-site"


def _referer(message: Message) -> Fields:
    """Referrer Policy, section 8.4: strict-origin-when-cross-origin is the default."""
    page = message.ask.page
    if page.opaque or (page.scheme == "https" and not message.trustworthy):
        return ()
    return ((b"Referer", f"{page}/".encode()),)


def _cookie(message: Message) -> Fields:
    """Cookies of the first URL; other hosts of the chain have their own, which we do not know."""
    ask = message.ask
    known = ask.cookie and message.sent.credentials and message.origin.host == ask.location.origin.host
    return ((b"Cookie", ask.cookie or b""),) if known else ()
