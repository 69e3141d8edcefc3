"""What a page asks, for the rules (`devcors.cors.fetching`) and for people: the request, and why it needs a preflight.

Known: the page's origin and what its code asks for. Wanted, before anything is sent: the page request that the rules
walk with, and for each preflight the reasons, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devcors.cors.local_network import AddressSpace
from devcors.cors.locations import Location, parse_location
from devcors.cors.page import TEXT_TYPE, Body, Page, PageRequest, prepare
from devcors.cors.profiles import BROWSERS, CHROMIUM, Profile
from devcors.cors.requests import CorsRequest
from devcors.cors.safelist import SAFELISTED_METHODS, unsafe_names
from devcors.cors.walking import Sent
from devcors.heads import Fields, canonical, value
from devcors.urls import Origin

BROWSER_NAMES = tuple(profile.name for profile in BROWSERS)
SAFE_METHODS = frozenset({"GET", "HEAD"})

# what the user may be asked for is taken as given, and told as a warning
_ALL_GRANTED: frozenset[AddressSpace] = frozenset({"local", "loopback"})


@dataclass(frozen=True, slots=True)
class Ask:
    """What the page's code asks for. `headers` are its own, `cookie` what the browser has stored for the URL."""

    url: str
    page: Origin
    method: str = "GET"
    headers: Fields = ()
    credentials: bool = False
    body: bytes | None = None
    streamed: bool = False
    cookie: bytes | None = None

    @property
    def location(self) -> Location:
        """The URL, taken apart."""
        return location_of(self.url)

    @property
    def crosses(self) -> bool:
        """Whether the URL is of another origin than the page."""
        return self.location.origin != self.page

    @property
    def repeatable(self) -> bool:
        """Whether the request may be made again, since it changes nothing (RFC 9110, section 9.2.1)."""
        return self.method in SAFE_METHODS

    @property
    def browsers(self) -> tuple[Profile, ...]:
        """Who is judged: only Chromium has streamed request bodies."""
        return (CHROMIUM,) if self.streamed else BROWSERS


def location_of(url: str) -> Location:
    """A URL that is known to be one."""
    location = parse_location(url)
    assert location is not None, url
    return location


def page_request(ask: Ask, space: AddressSpace, *, follow: bool) -> PageRequest:
    """The request as the rules take it; the page is at `space`, and a redirect is an end unless `follow`."""
    secure = ask.page.scheme == "https" or (not ask.page.opaque and location_of(f"{ask.page}/").trustworthy)
    page = Page(_page_url(ask.page), str(ask.page), secure, space, granted=_ALL_GRANTED)
    body = None if ask.body is None else Body(None if ask.streamed else TEXT_TYPE, ask.streamed, half_duplex=True)
    return PageRequest(
        page,
        ask.url,
        method=ask.method,
        headers=texts(ask.headers),
        credentials="include" if ask.credentials else "same-origin",
        redirect="follow" if follow else "manual",
        body=body,
    )


def _page_url(page: Origin) -> str:
    """An opaque page has no URL that matters; it may have been served from anywhere."""
    return "data:text/html," if page.opaque else f"{page}/"


def texts(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Fields in the form of the rules about pages."""
    return tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in fields)


def message_for(ask: Ask) -> Sent:
    """The first message that may be repeated: the request, or a preflight for it."""
    prepared = prepare(page_request(ask, "loopback", follow=False), CHROMIUM)
    assert prepared is not None, "what fetch() refuses was refused before"
    if ask.repeatable:
        return Sent(ask.url, ask.method, str(ask.page), prepared.fields, credentials=ask.credentials)
    names = unsafe_names(prepared.fields, CHROMIUM)
    return Sent(ask.url, "OPTIONS", str(ask.page), asked_method=ask.method, asked_headers=names)


def judged_request(ask: Ask, sent: Sent) -> CorsRequest:
    """One message in the terms of the explanations; nothing is assumed, for here the page's side is known."""
    return CorsRequest(
        url=sent.url,
        origin=sent.origin or str(ask.page),
        method=sent.asked_method or sent.method,
        headers=sent.asked_headers,
        credentials=ask.credentials,
        kind="fetch",
        preflight=sent.preflight,
        assumed=(),
        page=str(ask.page),
        first_url=ask.url,
    )


def preflight_reasons(ask: Ask, preflight: Sent) -> Iterator[str]:
    """What may not be sent without asking (Fetch, "main fetch" and "CORS-unsafe request-header names")."""
    method, names = preflight.asked_method, preflight.asked_headers
    if method not in SAFELISTED_METHODS:
        yield f"the method is {method}, not GET, HEAD or POST"
    for name in names:
        yield _header_reason(name, value(ask.headers, name.encode("latin-1")) or b"")
    if ask.streamed:
        yield "the body is a stream"
    elif method in SAFELISTED_METHODS and not names:
        yield "the chain began with a preflight, and Firefox then asks again at every hop"


def _header_reason(name: str, text: bytes) -> str:
    if name == "content-type":
        return f"Content-Type is {text.decode('latin-1')}, none of the three that a form can send"
    spelled = canonical(name.encode("latin-1")).decode("latin-1")
    return f"the header {spelled} is not one that every page may send"
