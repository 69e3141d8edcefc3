"""What a page asks: the page itself, the request as its code wrote it, and what the browser makes of that request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devcors.heads import Fields, combined

from .local_network import AddressSpace
from .locations import Location, parse_location
from .profiles import Profile
from .safelist import (
    SAFELISTED_METHODS,
    TextField,
    combined_fields,
    has_no_body,
    is_ignored_field,
    is_refused_field,
    is_refused_method,
    no_cors_fields,
    normalised_method,
)

Credentials = Literal["omit", "same-origin", "include"]
Mode = Literal["cors", "no-cors", "same-origin", "navigate"]
RedirectMode = Literal["follow", "error", "manual"]
Api = Literal["fetch", "xhr", "element"]

TEXT_TYPE = "text/plain;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Page:
    """The document whose code asks. `origin` is serialised, "null" for an opaque one.

    `connect_src` holds the sources that its Content-Security-Policy lets requests go to, None without such a policy;
    `granted` the address spaces that the user allowed it to reach.
    """

    url: str
    origin: str
    secure: bool
    space: AddressSpace
    connect_src: tuple[str, ...] | None = None
    granted: frozenset[AddressSpace] = frozenset()

    @property
    def location(self) -> Location:
        """Its URL, taken apart."""
        found = parse_location(self.url)
        assert found is not None, self.url
        return found


def served_page(
    url: str, fields: Fields, space: AddressSpace, *, sandboxed: bool = False, granted: frozenset[AddressSpace]
) -> Page:
    """A page that was served from `url` with these fields; `sandboxed` by the frame that holds it."""
    location = parse_location(url)
    assert location is not None, url
    policy = _directives(fields)
    opaque = sandboxed or ("sandbox" in policy and "allow-same-origin" not in policy["sandbox"])
    # a page that no server sent, such as a `data:` one, counts as coming from outside
    treated_public = "treat-as-public-address" in policy or location.scheme not in ("http", "https", "file")
    return Page(
        url=location.href,
        origin="null" if opaque else str(location.origin),
        secure=location.trustworthy,
        space="public" if treated_public else space,
        connect_src=policy.get("connect-src", policy.get("default-src")),
        granted=granted,
    )


def _directives(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Content-Security-Policy, first policy and first directive of a name (CSP Level 3, section 2.2)."""
    sent = combined(fields, b"content-security-policy") or b""
    found: dict[str, tuple[str, ...]] = {}
    for directive in sent.decode("latin-1").partition(",")[0].split(";"):
        name, *values = directive.split() or [""]
        found.setdefault(name.lower(), tuple(value.lower() for value in values))
    return found


def may_connect(page: Page, target: Location) -> bool:
    """CSP Level 3, section 6.7.2, for connect-src: whether one of the sources covers the URL."""
    return page.connect_src is None or any(_covers(source, page, target) for source in page.connect_src)


def _covers(source: str, page: Page, target: Location) -> bool:
    if source == "'self'":
        return str(target.origin) == str(page.location.origin)
    if source == "*":
        return target.is_http or target.scheme in ("ws", "wss", page.location.scheme)
    if source.endswith(":"):
        return target.scheme == source[:-1]
    wanted = parse_location(source if "://" in source else f"{page.location.scheme}://{source}")
    if wanted is None or wanted.scheme != target.scheme or not _covers_host(wanted.origin.host, target.origin.host):
        return False
    return wanted.origin.port == target.origin.port


def _covers_host(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: the Content-Type it brings along, and whether it is a stream (of half duplex, as must be)."""

    content_type: str | None = None
    stream: bool = False
    half_duplex: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request, as the page's code wrote it.

    `kind` is the word that Chromium's messages have for it: fetch, XMLHttpRequest, script, image, font, CSS stylesheet,
    video, resource (EventSource, beacons), link element resource. `declared_space` is `targetAddressSpace`.
    """

    page: Page
    url: str
    api: Api = "fetch"
    kind: str = "fetch"
    method: str = "GET"
    headers: tuple[TextField, ...] = ()
    credentials: Credentials = "same-origin"
    mode: Mode = "cors"
    redirect: RedirectMode = "follow"
    body: Body | None = None
    upload_listener: bool = False
    integrity: bool = False
    declared_space: AddressSpace | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The request as it enters the fetch algorithm: method normalised, fields combined, forbidden ones dropped."""

    location: Location
    method: str
    fields: tuple[TextField, ...]
    has_body: bool
    streamed: bool


def prepare(request: PageRequest, profile: Profile) -> Prepared | None:
    """Fetch, section 5.4, "new Request(input, init)"; None where the page's code gets an exception instead."""
    location = parse_location(request.url)
    if location is None or is_refused_method(request.method) or any(map(is_refused_field, request.headers)):
        return None
    method = normalised_method(request.method)
    body = None if request.api == "xhr" and has_no_body(method) else request.body
    if request.api == "fetch" and _throws(request, method, location, profile):
        return None
    kept = [field for field in request.headers if not is_ignored_field(field, profile)]
    fields = combined_fields(kept)
    if request.mode == "no-cors":
        fields = no_cors_fields(fields, profile)
    streamed = body is not None and body.stream and profile.streams
    return Prepared(location, method, _with_content_type(fields, body, profile), body is not None, streamed)


def _throws(request: PageRequest, method: str, location: Location, profile: Profile) -> bool:
    """What only fetch() refuses: steps 6, 19, 27, 37 and 39 of the constructor."""
    body = request.body
    return (
        location.credentials
        or request.mode == "navigate"
        or (request.mode == "no-cors" and method not in SAFELISTED_METHODS)
        or (body is not None and has_no_body(method))
        or (body is not None and body.stream and profile.streams and not body.half_duplex)
    )


def _with_content_type(fields: tuple[TextField, ...], body: Body | None, profile: Profile) -> tuple[TextField, ...]:
    if body is None or any(name == "content-type" for name, _ in fields):
        return fields
    # a browser that knows no streams sends the words "[object ReadableStream]"
    content_type = TEXT_TYPE if body.stream and not profile.streams else body.content_type
    return fields if content_type is None else (*fields, ("content-type", content_type))
