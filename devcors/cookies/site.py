"""Sites: which hosts share cookies, as browsers see it (HTML Standard, "obtain a site" and "same site").

Known: scheme and host of two origins. Wanted: whether they are of one site. The public suffix list says where a
registrable domain begins; IP addresses, `localhost` and names that are public suffixes themselves have none and are
a site of their own. `localhost` is a public suffix by the list's default rule, so `foo.localhost` and `bar.localhost`
are two sites, and neither is `localhost`'s (seen in Chromium and Firefox).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

from devcors.urls import is_ip_literal, is_loopback_host

_SECURE_SCHEMES = frozenset({"https", "wss"})
_SCHEME_OF = {"ws": "http", "wss": "https"}


class Site(NamedTuple):
    """Scheme (http or https for WebSockets) and registrable domain, or host where there is none."""

    scheme: str
    domain: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.domain}"


@cache
def _suffixes() -> PublicSuffixList:
    """The list costs some 40 ms to load: only the first question pays."""
    return PublicSuffixList()


# hosts come from the network: bounded, so that they cannot fill the memory
@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str | None:
    """The public suffix and one label before it, lower case; None for IP addresses, `localhost`, public suffixes.

    >>> registrable_domain("api.example.co.uk")
    'example.co.uk'
    """
    name = host.lower().removesuffix(".")
    if not name or is_ip_literal(name):
        return None
    found: str | None = _suffixes().privatesuffix(name)
    return found


@lru_cache(maxsize=4096)
def site(scheme: str, host: str) -> Site:
    """The site of an origin. An opaque origin (empty host) has none: its site equals no other's."""
    name = host.lower()
    return Site(_SCHEME_OF.get(scheme, scheme), registrable_domain(name) or name)


def same_site(a_scheme: str, a_host: str, b_scheme: str, b_host: str, schemeful: bool) -> bool:
    """Whether two origins are of one site; ports never count, schemes only where `schemeful` (Chromium)."""
    a, b = site(a_scheme, a_host), site(b_scheme, b_host)
    return bool(a_host) and a.domain == b.domain and (not schemeful or a.scheme == b.scheme)


@lru_cache(maxsize=4096)
def is_trustworthy(scheme: str, host: str, *, loopback: bool = True) -> bool:
    """Whether Secure cookies live there: https, and unless `loopback` is False (Safari) loopback hosts over http too.

    W3C Secure Contexts, section 3.1, as Chromium and Firefox apply it to cookies.
    """
    return scheme in _SECURE_SCHEMES or (loopback and is_loopback_host(host.lower()))
