"""URLs as the rules need them, pages as they were served, and address spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.local_network import AddressSpace, address_space, local_network_fault
from devcors.cors.locations import is_mixed, parse_location, resolve
from devcors.cors.page import may_connect, served_page
from devcors.heads import Fields


@pytest.mark.parametrize(
    ("text", "href", "origin"),
    [
        ("http://Localhost:80", "http://localhost/", "http://localhost"),
        ("HTTPS://x.test:8443?q#f", "https://x.test:8443/?q#f", "https://x.test:8443"),
        ("http:b.test/x", "http://b.test/x", "http://b.test"),
        ("chrome://version", "chrome://version/", "null"),
        ("about:blank", "about:blank", "null"),
        ("mailto:a@b.test", "mailto:a@b.test", "null"),
        ("blob:http://b.test/7b", "blob:http://b.test/7b", "http://b.test"),
        ("http://u:p@b.test/", "http://u:p@b.test/", "http://b.test"),
    ],
)
def test_normal_forms(text: str, href: str, origin: str) -> None:
    found = parse_location(text)
    assert found is not None
    assert (found.href, str(found.origin)) == (href, origin)
    assert found.credentials is ("@b.test/" in text and text.startswith("http"))


@pytest.mark.parametrize("text", ["", "/x", "http://", "http://a b/", "http://[::1", "http://x:99999/"])
def test_what_is_no_url(text: str) -> None:
    assert parse_location(text) is None


@pytest.mark.parametrize(
    ("reference", "href"),
    [
        ("/y", "http://b.test/y"),
        ("z?1", "http://b.test/p/z?1"),
        ("//c.test", "http://c.test/"),
        ("", "http://b.test/p/q"),
        ("ftp://x/", "ftp://x/"),
        ("HTTP://B.test", "http://b.test/"),
    ],
)
def test_locations_are_resolved(reference: str, href: str) -> None:
    base = parse_location("http://b.test/p/q")
    assert base is not None
    found = resolve(base, reference)
    assert found is not None
    assert found.href == href


def test_the_fragment_is_inherited() -> None:
    base = parse_location("http://b.test/#f")
    assert base is not None
    assert [getattr(resolve(base, to), "href", None) for to in ("/x", "/x#g")] == [
        "http://b.test/x#f",
        "http://b.test/x#g",
    ]


@given(st.text(max_size=40))
def test_any_text_is_a_location_or_none(text: str) -> None:
    found = parse_location(text)
    if found is not None:
        assert parse_location(found.href) == found
    base = parse_location("http://b.test/p")
    assert base is not None
    target = resolve(base, text)
    assert target is None or parse_location(target.href) == target


@pytest.mark.parametrize(
    ("page", "target", "mixed"),
    [
        ("https://a.test/", "http://b.test/", True),
        ("https://a.test/", "http://localhost:1/", False),
        ("https://a.test/", "http://[::1]/", False),
        ("https://a.test/", "https://b.test/", False),
        ("http://a.test/", "http://b.test/", False),
    ],
)
def test_mixed_content(page: str, target: str, mixed: bool) -> None:
    own, other = parse_location(page), parse_location(target)
    assert own is not None
    assert other is not None
    assert is_mixed(own, other) is mixed


def _policy(text: str) -> Fields:
    return ((b"Content-Security-Policy", text.encode()),)


@pytest.mark.parametrize(
    ("policy", "origin", "space"),
    [
        ("", "http://localhost", "loopback"),
        ("sandbox allow-scripts", "null", "loopback"),
        ("sandbox allow-scripts allow-same-origin", "http://localhost", "loopback"),
        ("default-src *; treat-as-public-address", "http://localhost", "public"),
    ],
)
def test_a_page_by_its_policy(policy: str, origin: str, space: AddressSpace) -> None:
    page = served_page("http://localhost/", _policy(policy), "loopback", granted=frozenset())
    assert (page.origin, page.space, page.secure) == (origin, space, True)


def test_a_data_page_is_opaque_and_from_outside() -> None:
    page = served_page("data:text/html,x", (), "loopback", granted=frozenset())
    assert (page.origin, page.space, page.secure) == ("null", "public", False)


@pytest.mark.parametrize(
    ("policy", "target", "allowed"),
    [
        ("img-src 'none'", "http://b.test/", True),
        ("connect-src 'self'", "http://b.test/", False),
        ("connect-src 'self'", "http://a.test/x", True),
        ("connect-src 'none'", "http://a.test/", False),
        ("default-src 'self'", "http://b.test/", False),
        ("default-src 'self'; connect-src *", "http://b.test/", True),
        ("connect-src b.test", "http://b.test/", True),
        ("connect-src *.b.test", "http://x.b.test/", True),
        ("connect-src *.b.test", "http://b.test/", False),
        ("connect-src https:", "http://b.test/", False),
        ("connect-src http://b.test:81", "http://b.test/", False),
    ],
)
def test_where_a_page_may_connect_to(policy: str, target: str, allowed: bool) -> None:
    page = served_page("http://a.test/", _policy(policy), "loopback", granted=frozenset())
    location = parse_location(target)
    assert location is not None
    assert may_connect(page, location) is allowed


@pytest.mark.parametrize(
    ("host", "space"),
    [
        ("localhost", "loopback"),
        ("app.localhost", "loopback"),
        ("127.9.9.9", "loopback"),
        ("[::1]", "loopback"),
        ("10.0.0.1", "local"),
        ("[fe80::1]", "local"),
        ("printer.local", "local"),
        ("example.com", "public"),
        ("8.8.8.8", "public"),
    ],
)
def test_address_spaces(host: str, space: AddressSpace) -> None:
    assert address_space(host) == space


def test_a_declared_space_must_be_the_right_one_even_where_it_is_granted() -> None:
    fault = local_network_fault("public", "loopback", secure=True, granted=frozenset({"loopback"}), declared="local")
    assert fault is not None
    assert (fault.error, fault.wanted, fault.found) == ("InvalidLocalNetworkAccess", "local", "loopback")
