"""A tunnel through the proxy behind devcors."""

from __future__ import annotations

import asyncio
import socket

import pytest

from devcors.proxy.upstream_proxy import ProxyError, open_tunnel
from devcors.routing.upstream_proxies import UpstreamProxy


def _open(answer: bytes) -> tuple[bytes, bytes]:
    """What the proxy is sent, and what of its answer is left for the connection's user."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        asyncio.run(open_tunnel(ours, UpstreamProxy("HTTPS_PROXY", "p", 1, "Basic eDp5"), "fd00::1", 443))
        return theirs.recv(1000), ours.recv(1000)


def test_a_tunnel_leaves_what_the_server_says_first() -> None:
    sent, left = _open(b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n220 hello")
    assert sent == b"CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\nProxy-Authorization: Basic eDp5\r\n\r\n"
    assert left == b"220 hello"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "answered 407 Proxy Authentication Required"),
        (b"HTTP/1.1 200 OK\r\n", "closed the connection"),
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000, "closed the connection"),
    ],
)
def test_no_tunnel(answer: bytes, why: str) -> None:
    with pytest.raises(ProxyError, match=rf"^the proxy p:1 \(HTTPS_PROXY\) {why}"):
        _open(answer)
