"""A tunnel through the proxy behind devcors, by CONNECT (RFC 9110, section 9.3.6), for https and http alike.

So both lanes see a plain connection to the server.
"""

from __future__ import annotations

import asyncio
import socket

from devcors.routing.upstream_proxies import UpstreamProxy

_MAX_HEAD = 16 * 1024


class ProxyError(OSError):
    """The proxy did not give a tunnel; the text says why."""


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
