"""Authorities, origins and loopback names."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import MalformedError
from devcors.urls import is_ip_literal, is_loopback_host, parse_authority, parse_origin


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
