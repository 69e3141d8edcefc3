"""The proxy behind devcors, as the environment and the system name it, and what is reached without it."""

from __future__ import annotations

import base64
import ipaddress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devcors.routing.upstream_proxies import (
    UpstreamProxies,
    UpstreamProxy,
    WaysOut,
    all_but,
    destination,
    exceptions_of,
    names_this_machine,
    proxies_of,
)


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


CORP = UpstreamProxy("test", "proxy.corp", 3128)


def is_direct(entries: list[str], host: str, port: int = 443, *, below: bool = False) -> bool:
    proxies = UpstreamProxies(CORP, CORP, exceptions_of(entries, below=below))
    return proxies.proxy_for(host, port, tls=True) is None


@pytest.mark.parametrize(
    ("entry", "host", "direct"),
    [
        ("api.test", "api.test", True),
        ("api.test", "v1.api.test", False),
        ("*.api.test", "v1.api.test", True),
        ("*.api.test", "api.test", False),
        (".api.test", "v1.api.test", True),
        ("*api*", "my-apis.test", True),
        ("10.*", "10.1.2.3", True),
        ("169.254/16", "169.254.9.9", True),
        ("169.254/16", "169.255.9.9", False),
        ("172.16.0.0/12", "172.31.0.1", True),
        ("172.16.0.0/12", "172.32.0.1", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("fe80::/10", "[febf::1]", True),
        ("::ffff:192.0.2.0/120", "192.0.2.7", True),
        ("192.0.2.0/24", "[::ffff:192.0.2.7]", True),
        ("fe80::/10", "[fec0::1]", False),
        ("<local>", "intranet", True),
        ("<local>", "intranet.corp", False),
        ("<local>", "[2001:db8::1]", False),
        ("*", "anything.test", True),
        ("", "api.test", False),
        ("a.b/c", "a.b", False),
    ],
)
def test_exceptions_of_macos_and_windows(entry: str, host: str, direct: bool) -> None:
    assert is_direct([entry], host) is direct


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 128))
def test_a_network_is_the_networks(inside: ipaddress.IPv4Address, other: ipaddress.IPv4Address, length: int) -> None:
    assume(not any(getattr(address, "ipv4_mapped", None) for address in (inside, other)))
    network = ipaddress.ip_network(f"{inside}/{min(length, inside.max_prefixlen)}", strict=False)
    if not names_this_machine(str(other)):
        assert is_direct([str(network)], str(other)) is (other in network)
    assert is_direct([str(network)], str(inside))


@given(st.text("ab.*-[]:/<>()|\\^$+?19 ", max_size=12), st.booleans())
def test_no_entry_breaks_the_rest(entry: str, below: bool) -> None:
    assert is_direct([entry, "last.test"], "last.test", below=below)


def test_a_list_of_what_goes_through_the_proxy() -> None:
    proxies = UpstreamProxies(CORP, CORP, all_but(exceptions_of(["intra.test"], below=True)))
    assert proxies.proxy_for("api.intra.test", 443, tls=True) == CORP
    assert proxies.proxy_for("example.test", 443, tls=True) is None
    assert proxies.proxy_for("localhost", 443, tls=True) is None
    assert UpstreamProxies(CORP, CORP, all_but(())).proxy_for("intra.test", 443, tls=True) is None


OTHER = UpstreamProxy("other", "system.corp", 3128)
SYSTEM = UpstreamProxies(OTHER, OTHER, exceptions_of(["direct.test"], below=True))


@pytest.mark.parametrize(
    ("environ", "host", "expected"),
    [
        ({}, "api.test", ["system.corp"]),
        ({}, "direct.test", []),
        ({}, "localhost", []),
        ({"HTTPS_PROXY": "env.corp:1"}, "api.test", ["env.corp", "system.corp"]),
        ({"HTTPS_PROXY": "env.corp:1"}, "direct.test", ["env.corp"]),
        ({"HTTPS_PROXY": "env.corp:1", "NO_PROXY": "api.test"}, "api.test", []),
        ({"HTTP_PROXY": "env.corp:1"}, "api.test", []),  # it says what goes through a proxy: not https
        ({"HTTPS_PROXY": "socks5://env.corp:1"}, "api.test", ["system.corp"]),
        ({"NO_PROXY": "api.test"}, "api.test", []),
        ({"NO_PROXY": "*"}, "other.test", []),
    ],
)
def test_the_environment_counts_before_the_system(environ: dict[str, str], host: str, expected: list[str]) -> None:
    found = WaysOut(proxies_of(environ), SYSTEM).proxies_for(host, 443, tls=True)
    assert [proxy.host for proxy in found] == expected


def test_without_a_proxy_everything_is_direct() -> None:
    assert WaysOut(UpstreamProxies(), UpstreamProxies()).proxies_for("api.test", 443, tls=True) == []


def test_an_address_has_one_spelling() -> None:
    assert destination("[2001:DB8::1]", 1) == "[2001:0db8:0000:0000:0000:0000:0000:0001]:1"
    assert destination("0x7f.1", 2) == "127.0.0.1:2"
    assert destination("API.test.", 3) == "api.test:3"
