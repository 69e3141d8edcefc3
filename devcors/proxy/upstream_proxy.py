"""The proxy behind devcors: a network that lets nobody out directly says so in HTTP_PROXY, HTTPS_PROXY and NO_PROXY.

Known: there is no standard for these variables; curl's reading of them is the common one. Wanted: requests that leave
this machine go through that proxy by CONNECT (RFC 9110, section 9.3.6), https and http alike, so that both lanes see a
plain connection to the server.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from devcors.urls import address_of, is_loopback_host

_URL = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?:(?P<user>[^@/]*)@)?(?P<host>\[[^\]]+\]|[^:/@\[\s]+)(?::(?P<port>\d+))?/?"
)
_MAX_HEAD = 16 * 1024


class ProxyError(OSError):
    """The proxy did not give a tunnel; the text says why."""


@dataclass(frozen=True, slots=True)
class UpstreamProxy:
    """One proxy. `authorization` is the value of Proxy-Authorization, where its URL names a user."""

    variable: str
    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({self.variable})"


@dataclass(frozen=True, slots=True)
class UpstreamProxies:
    """What the environment says. `unusable` are variables whose value is no http:// proxy."""

    http: UpstreamProxy | None = None
    https: UpstreamProxy | None = None
    exceptions: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()

    def proxy_for(self, host: str, port: int, *, tls: bool) -> UpstreamProxy | None:
        """The proxy for this destination; None: directly. This machine is always reached directly."""
        address = address_of(host)
        here = is_loopback_host(host) or (address is not None and address.is_unspecified)
        if here or any(_excepts(entry, host.lower().strip("[]").rstrip("."), port) for entry in self.exceptions):
            return None
        return self.https if tls else self.http


def proxies_of(environ: Mapping[str, str]) -> UpstreamProxies:
    """Lower case before upper case, ALL_PROXY where there is none for the scheme."""
    unusable: list[str] = []

    def read(*names: str) -> UpstreamProxy | None:
        found = [(name, environ[name]) for base in names for name in (base, base.upper()) if environ.get(name)]
        if not found:
            return None
        proxy = _parsed(*found[0])
        if proxy is None:
            unusable.append(found[0][0])
        return proxy

    exceptions = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return UpstreamProxies(
        read("http_proxy", "all_proxy"),
        read("https_proxy", "all_proxy"),
        tuple(entry.lower() for entry in re.split(r"[\s,]+", exceptions) if entry),
        tuple(dict.fromkeys(unusable)),
    )


def _parsed(variable: str, text: str) -> UpstreamProxy | None:
    found = _URL.fullmatch(text.strip())
    if found is None or found["scheme"] not in (None, "http") or int(found["port"] or 80) > 65535:
        return None
    user = found["user"]
    authorization = f"Basic {base64.b64encode(unquote(user).encode()).decode()}" if user is not None else None
    # curl's default, 1080, is that of SOCKS; for http:// it is the scheme's own
    return UpstreamProxy(variable, found["host"].strip("[]"), int(found["port"] or 80), authorization)


def _excepts(entry: str, host: str, port: int) -> bool:
    """`*`, a host with all below it (a dot in front changes nothing), an address, a network; each may have a port."""
    if entry == "*":
        return True
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit() and (":" not in name or name.endswith("]")):
        if int(wanted) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").strip(".")
    if "/" in entry:
        address = address_of(host)
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    return bool(entry) and (host == entry or host.endswith(f".{entry}"))


async def open_tunnel(sock: socket.socket, proxy: UpstreamProxy, host: str, port: int) -> None:
    """Makes of a connection to the proxy one to `host`. Raises ProxyError."""
    place = f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, "\r\n".join([*lines, "", ""]).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        # byte by byte: what follows the head is the server's, and some speak first
        more = await loop.sock_recv(sock, 1)
        if not more or len(head) > _MAX_HEAD:
            raise ProxyError(f"the proxy {proxy} closed the connection")
        head += more
    _, _, answer = head.split(b"\r\n", 1)[0].partition(b" ")
    if not answer.startswith(b"2"):
        raise ProxyError(f"the proxy {proxy} answered {answer.decode('latin-1')}")
