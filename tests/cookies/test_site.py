"""Sites and trustworthy hosts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from devcors.cookies.site import is_trustworthy, registrable_domain, same_site, site

WHOLE_LIST = PublicSuffixList()


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("api.example.com", "example.com"),
        ("EXAMPLE.com.", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("me.github.io", "me.github.io"),
        ("github.io", None),
        ("a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn"),
        ("a.xn--85x722f.com.cn", "xn--85x722f.com.cn"),
        ("a.xn--!.com", "xn--!.com"),
        ("a.site.test", "site.test"),
        ("test", None),
        ("a..b", None),
        ("com", None),
        ("localhost", None),
        ("foo.localhost", "foo.localhost"),
        ("a.foo.localhost", "foo.localhost"),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("", None),
    ],
)
def test_registrable_domain(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("localhost", "localhost", True),
        ("foo.localhost", "localhost", False),
        ("foo.localhost", "bar.localhost", False),
        ("a.foo.localhost", "b.foo.localhost", True),
        ("127.0.0.1", "localhost", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("[::1]", "[::1]", True),
        ("app.site.test", "api.site.test", True),
        ("www.other.test", "api.site.test", False),
        ("a.github.io", "b.github.io", False),
        ("", "", False),
    ],
)
def test_same_site(a: str, b: str, same: bool) -> None:
    assert same_site("http", a, "http", b, schemeful=True) is same
    assert same_site("http", b, "http", a, schemeful=False) is same


def test_schemes_count_only_where_schemeful() -> None:
    assert same_site("http", "localhost", "https", "localhost", schemeful=False)
    assert not same_site("http", "localhost", "https", "localhost", schemeful=True)
    assert same_site("wss", "api.site.test", "https", "site.test", schemeful=True)


@pytest.mark.parametrize(
    ("scheme", "host", "everywhere", "safari"),
    [
        ("https", "example.com", True, True),
        ("wss", "example.com", True, True),
        ("http", "localhost", True, False),
        ("http", "foo.LOCALHOST", True, False),
        ("http", "127.1.2.3", True, False),
        ("http", "[::1]", True, False),
        ("http", "192.168.1.2", False, False),
        ("http", "localhost.example.com", False, False),
    ],
)
def test_trustworthy(scheme: str, host: str, everywhere: bool, safari: bool) -> None:
    assert is_trustworthy(scheme, host) is everywhere
    assert is_trustworthy(scheme, host, loopback=False) is safari


PARTS = ["www", "a", "com", "co", "uk", "ck", "kobe", "jp", "city", "github", "io", "xn--55qx5d", "cn", "test", "xyz"]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map(".".join))
def test_loading_less_of_the_list_changes_nothing(host: str) -> None:
    assert registrable_domain(host) == WHOLE_LIST.privatesuffix(host)


@given(st.text(max_size=40))
def test_any_host_has_a_site(host: str) -> None:
    assert site("http", host).domain == (registrable_domain(host) or host.lower())
