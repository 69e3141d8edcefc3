"""URLs as far as the rules need them: scheme, origin, and how a Location is resolved (URL Standard, section 4).

Known: what a page or a Location field named. Wanted: the normal form that consoles print, the origin, and what can be
said before anything is sent: bad ports, schemes, mixed content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from devcors.errors import MalformedError
from devcors.urls import OPAQUE, Origin, is_loopback_host, parse_origin

# schemes whose URLs have a host and at least the path `/`
_HIERARCHICAL = frozenset({"http", "https", "ws", "wss", "ftp", "chrome", "chrome-extension", "moz-extension"})
_NETWORK = frozenset({"http", "https", "ws", "wss", "ftp"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"[/\\]*([^/\\?#]*)(.*)", re.DOTALL)

# Fetch, section 2.9, "bad port"
_BAD_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109}
    | {110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530}
    | {531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190}
    | {5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)


@dataclass(frozen=True, slots=True)
class Location:
    """A URL in its normal form; `credentials` says whether user:pass or user stands in it."""

    href: str
    scheme: str
    origin: Origin
    credentials: bool = False

    @property
    def is_http(self) -> bool:
        """An HTTP(S) scheme (Fetch, section 2.1)."""
        return self.scheme in ("http", "https")

    @property
    def bad_port(self) -> bool:
        """Fetch, section 2.9, "port blocking"."""
        return self.is_http and self.origin.port in _BAD_PORTS

    @property
    def trustworthy(self) -> bool:
        """Secure Contexts, section 3.1: TLS, or an address of this machine."""
        return self.scheme in ("https", "wss") or is_loopback_host(self.origin.host)


def parse_location(text: str) -> Location | None:
    """An absolute URL; None where it is none or its host cannot be one.

    >>> parse_location("HTTP://Localhost:80?q").href
    'http://localhost/?q'
    """
    found = _SCHEME.fullmatch(text.strip(" \t\r\n"))
    if not found:
        return None
    scheme, rest = found[1].lower(), found[2]
    if scheme in ("blob", "filesystem"):  # URL Standard, section 4.7: the origin of the URL inside
        inner = parse_location(rest)
        return Location(f"{scheme}:{rest}", scheme, inner.origin if inner and inner.is_http else OPAQUE)
    if scheme not in _HIERARCHICAL:
        return Location(f"{scheme}:{rest}", scheme, OPAQUE)
    return _hierarchical(scheme, rest)


def _hierarchical(scheme: str, rest: str) -> Location | None:
    parts = _AUTHORITY.fullmatch(rest)
    assert parts is not None
    userinfo, _, authority = parts[1].rpartition("@")
    try:
        origin = parse_origin(f"{scheme}://{authority}")
    except MalformedError:
        return None
    before = f"{userinfo}@" if userinfo else ""
    path = parts[2] if parts[2].startswith("/") else "/" + parts[2]
    href = f"{scheme}://{before}{origin.authority}{path}"
    return Location(href, scheme, origin if scheme in _NETWORK else OPAQUE, credentials=bool(userinfo))


def resolve(base: Location, reference: str) -> Location | None:
    """The Location field of a response at `base`; None where it is no URL (Fetch, section 2.2.6, "location URL").

    A target without a fragment takes that of `base`.
    """
    before, hash_sign, fragment = base.href.partition("#")
    try:
        resolved = parse_location(urljoin(before, reference) if reference else before)
    except ValueError:  # a bracket without its pair
        return None
    if resolved is None or "#" in resolved.href:
        return resolved
    return replace(resolved, href=f"{resolved.href}{hash_sign}{fragment}")


def is_mixed(page: Location, target: Location) -> bool:
    """Mixed Content, section 4.3: a secure page may not ask over plain HTTP, but for this machine."""
    return page.scheme == "https" and target.scheme in ("http", "ws") and not target.trustworthy
