"""Where a cookie comes from and where it goes: the context of a request, Domain, Path (RFC 6265bis, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .site import registrable_domain, same_site


@dataclass(frozen=True, slots=True)
class Context:
    """One exchange, as far as cookies ask about it.

    `scheme`, `host` (IPv6 in brackets) and `path` (as in the request target, read as latin-1) are of the URL.
    `top` is scheme and host of the page that asked, ("", "") for an opaque one; for a top-level navigation, of the
    page that started it. None: not known, or started by the browser; both count as same-site.

    - `sandboxed`: the page's URL is `top`, its origin is opaque all the same
    - `frame`: scheme and host of the frame in the page that asked, ("", "") for an opaque one; None for the page
    - `via`: scheme and host of each URL that redirected here
    - `from_script`: document.cookie, not a response
    - `credentialless`: the frame has that attribute
    """

    scheme: str
    host: str
    path: str
    top: tuple[str, str] | None = None
    method: str = "GET"
    top_level_navigation: bool = False
    sandboxed: bool = False
    frame: tuple[str, str] | None = None
    via: tuple[tuple[str, str], ...] = ()
    from_script: bool = False
    credentialless: bool = False

    def cross_site(self, *, schemeful: bool) -> bool:
        """Whether the page is of another site than the URL, or than the frame in it that asked."""
        if self.top is None:
            return False
        if self.sandboxed or not same_site(*self.top, self.scheme, self.host, schemeful):
            return True
        return self.frame is not None and not same_site(*self.frame, *self.top, schemeful)

    def detoured(self, *, schemeful: bool) -> bool:
        """Whether a redirect on the way went through another site than the URL's."""
        return any(not same_site(*hop, self.scheme, self.host, schemeful) for hop in self.via)

    @property
    def third_party(self) -> bool:
        """Whether the URL is of another site than the page that the user sees, whatever their schemes."""
        if self.top is None or self.top_level_navigation:
            return False
        return self.sandboxed or not same_site(*self.top, self.scheme, self.host, schemeful=False)


class Scope(NamedTuple):
    """The hosts a cookie goes back to: `domain` alone, or with everything below it."""

    domain: str
    host_only: bool

    def matches(self, host: str) -> bool:
        """Domain matching (RFC 6265bis, section 5.1.3)."""
        name = host.lower()
        return name == self.domain or (not self.host_only and name.endswith("." + self.domain))


def scope_of(domain: bytes | None, host: str) -> Scope | None:
    """The scope of a cookie that `host` sets with this Domain, or None where it may not (RFC 6265bis, section 5.7).

    A host without a registrable domain (an IP address, `localhost`, a public suffix) may name only itself, and the
    cookie stays host-only; any other may name itself and its parents down to the registrable domain.
    """
    own = host.lower()
    if domain is None:
        return Scope(own, host_only=True)
    named = domain.decode("latin-1")
    base = registrable_domain(own)
    if base is None:
        return Scope(own, host_only=True) if named == own else None
    scope = Scope(named, host_only=False)
    return scope if scope.matches(own) and registrable_domain(named) == base else None


def default_path(path: str) -> bytes:
    """The path of a cookie without a usable Path: the URL's, up to its last slash (RFC 6265bis, section 5.1.4)."""
    folder = request_path(path).rpartition(b"/")[0]
    return folder if folder.startswith(b"/") else b"/"


def request_path(path: str) -> bytes:
    """A context's path as bytes, less a query."""
    return path.partition("?")[0].encode("latin-1", "replace") or b"/"


def path_matches(path: bytes, cookie_path: bytes) -> bool:
    """Path matching (RFC 6265bis, section 5.1.4): equal, or below, at a segment's end."""
    if not path.startswith(cookie_path):
        return False
    return len(path) == len(cookie_path) or cookie_path.endswith(b"/") or path[len(cookie_path)] == ord("/")
