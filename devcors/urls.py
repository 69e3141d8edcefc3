"""Origins, authorities and loopback names: what the pure rules need to know of a URL.

Sources: RFC 3986 (section 3.2), RFC 6454 and the HTML Standard's "origin" for serialisation, RFC 6761 (section 6.3)
for `localhost` and its subdomains.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

from .errors import MalformedError

DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}

# RFC 3986, section 3.2.2; the underscore is not a host name character but dev machines and containers use it
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+")
_AUTHORITY = re.compile(rf"({_HOST.pattern})(?::([0-9]{{0,5}}))?")


class Authority(NamedTuple):
    """Host (lower case, IPv6 in brackets) and port; `port` is None where none was written."""

    host: str
    port: int | None

    def port_or(self, scheme: str) -> int:
        """The port, or the scheme's own."""
        return self.port if self.port is not None else DEFAULT_PORTS[scheme]

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


def parse_authority(raw: bytes | str) -> Authority:
    """`host`, `host:port` or `[v6]:port` to an Authority.

    Raises MalformedError for user information, a path, a list, blanks, or a port beyond 65535 (RFC 9112, section 3.2).
    """
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    found = _AUTHORITY.fullmatch(text)
    if not found:
        raise MalformedError(f"not a host: {text!r}")
    host, port_text = found.groups()
    port = int(port_text) if port_text else None
    if port is not None and port > 65535:
        raise MalformedError(f"port out of range in {text!r}")
    if host.startswith("["):
        host = _normal_ipv6(host, text)
    return Authority(host.lower(), port)


def _normal_ipv6(host: str, text: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1])}]"
    except ValueError:
        raise MalformedError(f"not an IPv6 address: {text!r}") from None


class Origin(NamedTuple):
    """A tuple origin (scheme, host, port), or the opaque one, which serialises as `null` (HTML Standard, "origin").

    The port is 0 where none was written and the scheme has none of its own.

    >>> str(parse_origin(b"http://LOCALHOST:80"))
    'http://localhost'
    """

    scheme: str
    host: str
    port: int

    @property
    def opaque(self) -> bool:
        """Whether this is the origin of a sandboxed page, a `data:` or a `file:` URL."""
        return not self.scheme

    @property
    def authority(self) -> str:
        """Host, and the port where it is not the scheme's own."""
        return self.host if self.port in (0, DEFAULT_PORTS.get(self.scheme)) else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return "null" if self.opaque else f"{self.scheme}://{self.authority}"


OPAQUE = Origin("", "", 0)

_ORIGIN = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*)://((?:{_HOST.pattern})(?::[0-9]{{0,5}})?)")


def parse_origin(raw: bytes | str) -> Origin:
    """The value of an Origin field, or an origin written in a config.

    Raises MalformedError for anything that is neither `null` nor scheme://host[:port] (a path or a slash included).
    """
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    if text == "null":
        return OPAQUE
    found = _ORIGIN.fullmatch(text)
    if not found:
        raise MalformedError(f"not an origin: {text!r}")
    scheme, authority = found[1].lower(), parse_authority(found[2])
    return Origin(
        scheme, authority.host, authority.port if authority.port is not None else DEFAULT_PORTS.get(scheme, 0)
    )


@lru_cache(maxsize=256)
def is_loopback_host(host: str) -> bool:
    """`localhost`, `*.localhost`, 127.0.0.0/8 and ::1 (with or without brackets); host in lower case."""
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = address_of(name)
    return address is not None and address.is_loopback


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is, with or without brackets; None for a name. An IPv4-mapped one is the IPv4 address.

    Also as C libraries and browsers read it: `127.1`, `2130706433`, `0x7f.0.0.1` (URL Standard, "IPv4 parser").
    """
    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _number_address(bare)
    mapped: ipaddress.IPv4Address | None = getattr(address, "ipv4_mapped", None)
    return mapped or address


_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")


def _number_address(text: str) -> ipaddress.IPv4Address | None:
    parts = text.removesuffix(".").split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *octets, rest = [_number(part) for part in parts]
    except ValueError:  # an 8 or a 9 after a leading zero
        return None
    # the last part fills all bytes that the others leave
    if any(octet > 255 for octet in octets) or rest >= 256 ** (4 - len(octets)):
        return None
    return ipaddress.IPv4Address(rest + sum(octet << 8 * (3 - at) for at, octet in enumerate(octets)))


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") and len(text) > 1 else 10)


def is_ip_literal(host: str) -> bool:
    """Whether the host is an IPv4 or (bracketed) IPv6 address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def listens_everywhere(host: str) -> bool:
    """Whether a server that listens on this host listens on every address of the machine."""
    address = address_of(host)
    return address is not None and address.is_unspecified


def reached_at(host: str) -> str:
    """The host by which programs of this machine reach a server that listens on `host`; IPv6 in brackets.

    >>> reached_at("0.0.0.0"), reached_at("localhost")
    ('127.0.0.1', 'localhost')
    """
    if not listens_everywhere(host):
        return host
    return "[::1]" if ":" in host else "127.0.0.1"


def literal_at(host: str) -> str:
    """As `reached_at`, without a name: who looks `localhost` up may find the family on which nobody listens."""
    return "127.0.0.1" if host == "localhost" else reached_at(host)


def shown_at(host: str) -> str:
    """As `reached_at`, as people type it; by 0.0.0.0 as a Host the front door answers nobody."""
    return "localhost" if literal_at(host) in ("127.0.0.1", "[::1]") else host
