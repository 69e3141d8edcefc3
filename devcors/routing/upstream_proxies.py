"""The proxy behind devcors: which requests that leave this machine go through it, and which do not.

Known: a network that lets nobody out directly says so in HTTP_PROXY, HTTPS_PROXY and NO_PROXY, for which there is no
standard (curl's reading is the common one), or in the system's setting, where each system writes its exceptions in a
way of its own. Wanted: one rule for all. So each exception becomes a regular expression for `host:port`, in the
part of the language that ECMAScript 3 has too: proxy.pac says the same by the same expressions.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from devcors.urls import address_of

_URL = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?:(?P<user>[^@/]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/@\[\];,\s]+)(?::(?P<port>\d+))?/?"
)
_NETWORK = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class UpstreamProxy:
    """One proxy. `source` says who names it; `authorization` is the value of Proxy-Authorization, if it has a user."""

    source: str
    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)

    @property
    def authority(self) -> str:
        """Host and port; an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.authority} ({self.source})"


@dataclass(frozen=True, slots=True)
class UpstreamProxies:
    """What one source says. `exceptions` are expressions for `destination`; `unusable` are no http:// proxies."""

    http: UpstreamProxy | None = None
    https: UpstreamProxy | None = None
    exceptions: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it names a proxy."""
        return self.http is not None or self.https is not None

    def proxy_for(self, host: str, port: int, *, tls: bool) -> UpstreamProxy | None:
        """The proxy for this destination; None: directly. This machine is always reached directly."""
        named = destination(host, port)
        if names_this_machine(host) or (self.exceptions and _expression(self.exceptions).fullmatch(named)):
            return None
        return self.https if tls else self.http


class WaysOut(NamedTuple):
    """What the environment of devcors says, and what the system does."""

    environment: UpstreamProxies
    system: UpstreamProxies

    def proxies_for(self, host: str, port: int, *, tls: bool) -> list[UpstreamProxy]:
        """The proxies for this destination, best first; empty: directly.

        The environment counts before the system. The second is for where the first turns out to be devcors itself,
        which a shell has started whose environment sends everything through it. What NO_PROXY names goes directly, also
        where it stands alone.
        """
        sources = [source for source in self if source]
        if not self.environment:
            sources = [
                replace(source, exceptions=source.exceptions + self.environment.exceptions) for source in sources
            ]
        found = []
        for source in sources:
            proxy = source.proxy_for(host, port, tls=tls)
            if proxy is None:
                break
            found.append(proxy)
        return found


def names_this_machine(host: str) -> bool:
    """Whether a host is this machine by its name alone; then it is reached without any proxy."""
    return _expression(HERE).fullmatch(destination(host, 0)) is not None


def destination(host: str, port: int) -> str:
    """`host:port` as exceptions name it: in lower case; IPv6 in brackets, with all its 32 digits.

    >>> destination("[FD00::1]", 443)
    '[fd00:0000:0000:0000:0000:0000:0000:0001]:443'
    """
    address = address_of(host)
    if address is None:
        return f"{host.lower().rstrip('.')}:{port}"
    return f"[{address.exploded}]:{port}" if address.version == 6 else f"{address}:{port}"


def proxies_of(environ: Mapping[str, str]) -> UpstreamProxies:
    """What the environment says: lower case before upper case, ALL_PROXY where there is none for the scheme."""
    unusable: list[str] = []

    def read(*names: str) -> UpstreamProxy | None:
        found = [(name, environ[name]) for base in names for name in (base, base.upper()) if environ.get(name)]
        if not found:
            return None
        proxy = proxy_at(*found[0])
        if proxy is None:
            unusable.append(found[0][0])
        return proxy

    exceptions = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return UpstreamProxies(
        read("http_proxy", "all_proxy"),
        read("https_proxy", "all_proxy"),
        exceptions_of(re.split(r"[\s,]+", exceptions), below=True),
        tuple(dict.fromkeys(unusable)),
    )


def proxy_at(source: str, text: str) -> UpstreamProxy | None:
    """The proxy at an http:// URL, or at `host:port`; None for any other (SOCKS, TLS)."""
    found = _URL.fullmatch(text.strip())
    if found is None or found["scheme"] not in (None, "http") or int(found["port"] or 80) > 65535:
        return None
    user = found["user"]
    authorization = f"Basic {base64.b64encode(unquote(user).encode()).decode()}" if user is not None else None
    # curl's default, 1080, is that of SOCKS; for http:// it is the scheme's own
    return UpstreamProxy(source, found["host"].strip("[]"), int(found["port"] or 80), authorization)


def exceptions_of(entries: Iterable[str], *, below: bool) -> tuple[str, ...]:
    """A list of exceptions as expressions: `*`, a name, an address, a network, `<local>`; each may have a port.

    With `below` a name stands for all names below it too (environment, GNOME, KDE); otherwise for itself, and a `*` in
    it for anything (macOS, Windows). What is none of these is left out.
    """
    return tuple(found for entry in entries if (found := _exception(entry.strip().lower(), below=below)))


def all_but(exceptions: tuple[str, ...]) -> tuple[str, ...]:
    """For a list that says what goes through the proxy, and not what does not."""
    return (rf"(?!(?:{'|'.join(exceptions)})$).*",) if exceptions else (".*",)


def _exception(entry: str, *, below: bool) -> str | None:
    if entry == "<local>":
        return r"[^.:\[]+:\d+"
    name, colon, port = entry.rpartition(":")
    if not (colon and port.isdigit() and (":" not in name or name.endswith("]"))):
        name, port = entry, r"\d+"
    name = name.strip("[]")
    host = _network(name) or (None if "/" in name else _named(name, below=below))
    return host and f"{host}:{port}"


def _named(name: str, *, below: bool) -> str | None:
    """A name, or a pattern of names."""
    if name == "*":
        return ".*"
    if below or name.startswith("."):
        bare = name.removeprefix("*").strip(".")
        return rf"(?:.*\.){'?' if below else ''}{re.escape(bare)}" if bare else None
    return ".*".join(map(re.escape, name.rstrip(".").split("*"))) or None


def _network(text: str) -> str | None:
    """An address or a network; of an IPv4 network the last zeros may be absent (`169.254/16`)."""
    try:
        network = ipaddress.ip_network(_filled(text), strict=False)
    except ValueError:
        return None
    if network.version == 6 and (mapped := network.network_address.ipv4_mapped) and network.prefixlen >= 96:
        network = ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}")  # as `address_of` reads its addresses
    return _ipv4(network) if network.version == 4 else _ipv6(network)


def _filled(text: str) -> str:
    base, slash, length = text.partition("/")
    return f"{base}{'.0' * (3 - base.count('.'))}/{length}" if slash and ":" not in base else text


def _ipv4(network: _NETWORK) -> str:
    whole, bits = divmod(network.prefixlen, 8)
    octets = [str(octet) for octet in network.network_address.packed]
    if bits:
        first = int(octets[whole])
        octets[whole] = f"(?:{'|'.join(str(first + at) for at in range(2 ** (8 - bits)))})"
        whole += 1
    return r"\.".join([*octets[:whole], *[r"\d+"] * (4 - whole)])


def _ipv6(network: _NETWORK) -> str:
    whole, bits = divmod(network.prefixlen, 4)
    digits = list(network.network_address.exploded.replace(":", ""))
    if bits:
        first = int(digits[whole], 16)
        digits[whole] = f"[{''.join(f'{first + at:x}' for at in range(2 ** (4 - bits)))}]"
        whole += 1
    digits[whole:] = ["[0-9a-f]"] * (32 - whole)
    return rf"\[{':'.join(''.join(digits[at : at + 4]) for at in range(0, 32, 4))}\]"


@lru_cache(maxsize=16)
def _expression(exceptions: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(exceptions))


HERE = exceptions_of(["localhost", "127.0.0.0/8", "::1", "0.0.0.0", "::"], below=True)  # noqa: S104 - compared
"""This machine; the unspecified addresses, dialed, are loopback."""
