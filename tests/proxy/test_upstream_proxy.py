"""The proxy behind devcors, as the environment names it."""

from __future__ import annotations

import asyncio
import base64
import socket

import pytest

from devcors.proxy.upstream_proxy import ProxyError, UpstreamProxies, UpstreamProxy, open_tunnel, proxies_of


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("http://proxy.corp:3128", "proxy.corp", 3128),
        ("http://proxy.corp/", "proxy.corp", 80),
        ("proxy.corp:3128", "proxy.corp", 3128),
        ("http://[fd00::1]:3128", "fd00::1", 3128),
    ],
)
def test_a_proxy(text: str, host: str, port: int) -> None:
    proxy = proxies_of({"HTTPS_PROXY": text}).https
    assert proxy == UpstreamProxy("HTTPS_PROXY", host, port)


def test_a_user_is_sent_and_never_shown() -> None:
    proxy = proxies_of({"https_proxy": "http://me:p%40ss@proxy.corp:3128"}).https
    assert proxy is not None
    assert proxy.authorization == "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert str(proxy) == "proxy.corp:3128 (https_proxy)"
    assert (proxy.authorization or "") not in repr(proxy)


@pytest.mark.parametrize(
    "text", ["https://proxy.corp", "socks5://proxy.corp:1080", "http://", "a b", "http://h:x", "http://h:70000"]
)
def test_what_is_no_http_proxy_is_not_used(text: str) -> None:
    found = proxies_of({"ALL_PROXY": text})
    assert found == UpstreamProxies(unusable=("ALL_PROXY",))


def test_which_variable_counts() -> None:
    found = proxies_of({"http_proxy": "a:1", "HTTP_PROXY": "b:2", "ALL_PROXY": "c:3", "HTTPS_PROXY": ""})
    assert found.http == UpstreamProxy("http_proxy", "a", 1)
    assert found.https == UpstreamProxy("ALL_PROXY", "c", 3)


@pytest.mark.parametrize(
    ("exceptions", "host", "direct"),
    [
        ("", "api.test", False),
        ("", "localhost", True),
        ("", "127.0.0.9", True),
        ("", "[::1]", True),
        ("*", "api.test", True),
        ("api.test", "api.test", True),
        ("api.test", "API.test.", True),
        ("api.test", "v1.api.test", True),
        (".api.test", "v1.api.test", True),
        ("*.api.test", "v1.api.test", True),
        ("api.test", "myapi.test", False),
        ("other.test, api.test", "api.test", True),
        ("api.test:443", "api.test", True),
        ("api.test:8443", "api.test", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "api.test", False),
        ("nonsense/8", "10.1.2.3", False),
        ("fd00::1", "[fd00::1]", True),
        ("[fd00::1]:443", "[fd00::1]", True),
        (".", "api.test", False),
    ],
)
def test_exceptions(exceptions: str, host: str, direct: bool) -> None:
    proxies = proxies_of({"all_proxy": "http://proxy.corp", "no_proxy": exceptions})
    assert (proxies.proxy_for(host, 443, tls=True) is None) is direct


def test_each_scheme_has_its_own() -> None:
    proxies = proxies_of({"https_proxy": "http://proxy.corp"})
    assert proxies.proxy_for("api.test", 443, tls=True) is not None
    assert proxies.proxy_for("api.test", 80, tls=False) is None


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
