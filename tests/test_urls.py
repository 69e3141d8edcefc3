"""Authorities, origins and loopback names."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import MalformedError
from devcors.urls import (
    address_of,
    is_ip_literal,
    is_loopback_host,
    listens_everywhere,
    literal_at,
    parse_authority,
    parse_origin,
    reached_at,
    shown_at,
)


@pytest.mark.parametrize(
    ("raw", "host", "port"),
    [
        (b"localhost", "localhost", None),
        (b"LOCALHOST:80", "localhost", 80),
        (b"localhost:", "localhost", None),
        (b"[::1]:5173", "[::1]", 5173),
        (b"[0:0:0:0:0:0:0:1]", "[::1]", None),
        (b"my_box.test", "my_box.test", None),
    ],
)
def test_authorities(raw: bytes, host: str, port: int | None) -> None:
    assert (parse_authority(raw).host, parse_authority(raw).port) == (host, port)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"a b",
        b"a/b",
        b"u@h",
        b"a,b",
        b"h:x",
        b"h:70000",
        b"h:-1",
        b"::1",
        b"[::1",
        b"[zz]",
        b"h:1:2",
        "hö".encode(),
    ],
)
def test_what_is_no_authority(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_authority(raw)


@pytest.mark.parametrize(
    ("raw", "serialized"),
    [
        (b"null", "null"),
        (b"http://localhost:80", "http://localhost"),
        (b"https://a.test:8443", "https://a.test:8443"),
        (b"HTTP://A.test", "http://a.test"),
        (b"http://[::1]:5173", "http://[::1]:5173"),
        (b"chrome-extension://abcdef", "chrome-extension://abcdef"),
    ],
)
def test_origins(raw: bytes, serialized: str) -> None:
    assert str(parse_origin(raw)) == serialized


@pytest.mark.parametrize("raw", [b"", b"http://a.test/", b"http://a.test/x", b"a.test", b"http:a.test", b"http://a b"])
def test_what_is_no_origin(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_origin(raw)


@given(st.binary())
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    for parse in (parse_authority, parse_origin):
        with contextlib.suppress(MalformedError):
            assert str(parse(raw))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("a.localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("localhost.evil.test", False),
        ("evillocalhost", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback


def test_literals() -> None:
    assert is_ip_literal("[::1]")
    assert is_ip_literal("10.0.0.1")
    assert not is_ip_literal("ten.example")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::ffff:10.0.0.1]", "10.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("10.1.2", "10.1.0.2"),
        ("2130706433", "127.0.0.1"),
        ("0x7F.0.0.0x1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0x", "0.0.0.0"),
        ("1.2.3.4.", "1.2.3.4"),
        ("4294967296", None),
        ("1.2.3.256", None),
        ("256.1", None),
        ("1.2.3.4.5", None),
        ("08", None),
        ("1..2", None),
        ("0x7g", None),
        ("example.test", None),
        ("", None),
    ],
)
def test_addresses_in_every_form(host: str, address: str | None) -> None:
    """URL Standard, "IPv4 parser"."""
    found = address_of(host)
    assert (str(found) if found else None) == address


@given(st.integers(0, 2**32 - 1))
def test_a_number_is_the_address_that_the_system_makes_of_it(number: int) -> None:
    for text in (str(number), hex(number), f"0{number:o}"):
        assert address_of(text) == ipaddress.IPv4Address(socket.inet_aton(text))


@pytest.mark.parametrize(
    ("host", "reached", "literal", "shown"),
    [
        ("localhost", "localhost", "127.0.0.1", "localhost"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", "localhost"),
        ("[::1]", "[::1]", "[::1]", "localhost"),
        ("0.0.0.0", "127.0.0.1", "127.0.0.1", "localhost"),
        ("[::]", "[::1]", "[::1]", "localhost"),
        ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("dev.test", "dev.test", "dev.test", "dev.test"),
    ],
)
def test_where_a_listener_is_reached(host: str, reached: str, literal: str, shown: str) -> None:
    assert (reached_at(host), literal_at(host), shown_at(host)) == (reached, literal, shown)
    assert listens_everywhere(host) is (host in ("0.0.0.0", "[::]"))
