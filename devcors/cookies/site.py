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


# RFC 6761, sections 6.2 to 6.5: never in the list, so its default rule holds (one label is a public suffix)
_SPECIAL_USE = frozenset({"test", "localhost", "invalid", "example"})


@cache
def _suffixes() -> PublicSuffixList:
    """The list. Only the first question pays for it: some 12 ms, and 40 where the library encodes all of its names."""
    return PublicSuffixList(accept_encoded_idn=False)


# hosts come from the network: bounded, so that they cannot fill the memory
@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str | None:
    """The public suffix and one label before it, lower case; None for IP addresses, `localhost`, public suffixes.

    >>> registrable_domain("api.example.co.uk")
    'example.co.uk'
    """
    name = host.lower().removesuffix(".")
    labels = name.split(".")
    if "" in labels or len(labels) == 1 or is_ip_literal(name):
        return None
    if labels[-1] in _SPECIAL_USE:
        return ".".join(labels[-2:])
    found = _suffixes().privatesuffix(".".join(map(_unicode, labels)))
    return None if found is None else ".".join(labels[-found.count(".") - 1 :])


def _unicode(label: str) -> str:
    """An internationalised label as the list writes it (RFC 5890, section 2.3.2.1)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


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
