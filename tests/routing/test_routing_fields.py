from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Field, Fields
from devcors.routing.fields import forwarded_fields, host_for, location_back, origin_pair
from devcors.routing.pattern import parse_pattern
from devcors.routing.rewrite import back_through
from devcors.urls import parse_origin

OWN = parse_origin("http://localhost:2677")
TARGET = parse_origin("https://api.example.com")
OTHER = (b"Accept", b"*/*")


@pytest.mark.parametrize(
    ("setting", "expected"), [("target", "api.example.com"), ("keep", "localhost:2677"), ("b.test:81", "b.test:81")]
)
def test_host(setting: str, expected: str) -> None:
    assert host_for(setting, "api.example.com", "localhost:2677") == expected


@pytest.mark.parametrize(
    ("field", "setting", "expected"),
    [
        ((b"Origin", b"http://localhost:2677"), "target", (b"Origin", b"https://api.example.com")),
        ((b"ORIGIN", b"http://localhost:2677"), "http://b.test:81", (b"ORIGIN", b"http://b.test:81")),
        ((b"Origin", b"http://localhost:2677"), "null", (b"Origin", b"null")),
        ((b"referer", b"http://localhost:2677/a?b"), "target", (b"referer", b"https://api.example.com/a?b")),
        ((b"Referer", b"http://localhost:2677"), "target", (b"Referer", b"https://api.example.com")),
        ((b"Referer", b"http://localhost:2677/a"), "null", None),
    ],
)
def test_what_the_front_doors_page_sent_is_changed(field: Field, setting: str, expected: Field | None) -> None:
    assert origin_pair((OTHER, field), OWN, TARGET, setting) == ((OTHER, expected) if expected else (OTHER,))
    assert origin_pair((OTHER, field), OWN, TARGET, "keep") == (OTHER, field)


@pytest.mark.parametrize(
    "field",
    [
        (b"Origin", b"http://localhost:5173"),
        (b"Origin", b"https://localhost:2677"),
        (b"Origin", b"http://localhost:26770"),
        (b"Origin", b"null"),
        (b"Origin", b"\xff"),
        (b"Referer", b"http://localhost:26770/"),
        (b"Referer", b"http://localhost:2677@evil.test/"),
        (b"Referer", b"http://evil.test/http://localhost:2677/"),
    ],
)
def test_what_others_sent_is_never_touched(field: Field) -> None:
    assert origin_pair((field,), OWN, TARGET, "target") == (field,)
    assert origin_pair((field,), OWN, TARGET, "http://b.test") == (field,)


def test_a_websocket_target_has_the_origin_of_its_page() -> None:
    sent = ((b"Origin", b"http://localhost:2677"),)
    assert origin_pair(sent, OWN, parse_origin("wss://b.test"), "target") == ((b"Origin", b"https://b.test"),)
    assert origin_pair(sent, OWN, parse_origin("ws://b.test:81"), "target") == ((b"Origin", b"http://b.test:81"),)


@pytest.mark.parametrize(
    ("before", "chain"),
    [
        ((), b"127.0.0.1"),
        (((b"x-forwarded-for", b"10.0.0.1"),), b"10.0.0.1, 127.0.0.1"),
        (((b"X-Forwarded-For", b"10.0.0.1"), (b"X-Forwarded-For", b"::2")), b"10.0.0.1, ::2, 127.0.0.1"),
        (((b"X-Forwarded-Host", b"spoofed"), (b"X-Forwarded-Port", b"1")), b"127.0.0.1"),
    ],
)
def test_forwarded(before: Fields, chain: bytes) -> None:
    after = forwarded_fields((OTHER, *before), "127.0.0.1", "localhost:2677", "http", 2677)
    assert {name.lower(): value for name, value in after} == {
        b"accept": b"*/*",
        b"x-forwarded-for": chain,
        b"x-forwarded-host": b"localhost:2677",
        b"x-forwarded-proto": b"http",
        b"x-forwarded-port": b"2677",
    }
    assert len(after) == 5


def through(text: str, rewrite: str | None, base: bytes = b"") -> Callable[[bytes], bytes | None]:
    return lambda path: back_through(parse_pattern(text), rewrite, base, path)


def came_back(location: bytes, back: Callable[[bytes], bytes | None], asked: bytes = b"/v2/auth/x?y") -> bytes:
    return location_back(location, target_origin=TARGET, own_origin=OWN, request_target=asked, back=back)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (b"https://api.example.com/v2/auth/in?a=/v2/auth#f", b"http://localhost:2677/auth/in?a=/v2/auth#f"),
        (b"HTTPS://API.example.com:443/v2/auth", b"http://localhost:2677/auth"),
        (b"wss://api.example.com/v2/auth", b"http://localhost:2677/auth"),
        (b"//api.example.com/v2/auth/%2F", b"//localhost:2677/auth/%2F"),
        (b"/v2/auth/in?a", b"/auth/in?a"),
        (b"/v2/auth?a", b"/auth?a"),
        # a relative reference that climbs would end up elsewhere at the front door
        (b"../../v2/auth/in?a", b"/auth/in?a"),
    ],
)
def test_a_location_inside_the_target_comes_back(location: bytes, expected: bytes) -> None:
    assert came_back(location, through("/auth", "/v2/auth")) == expected


@pytest.mark.parametrize(
    "location",
    [
        b"https://api.example.com/v3/x",
        b"https://api.example.com",
        b"http://api.example.com/v2/auth",
        b"https://api.example.com:8443/v2/auth",
        b"https://api.example.com.evil.test/v2/auth",
        b"https://user@api.example.com/v2/auth",
        b"https://[::1/v2/auth",
        b"//other.test/v2/auth",
        b"/v2/authx",
        b"/login",
        b"/\\evil.test",
        b"",
        b"in",
        b"./in?a",
        b"?a=b",
        b"#f",
        b"../../../out",
        b"mailto:a@b.test",
        b"https:/v2/auth",
        b"ftp://api.example.com/v2/auth",
        b"\xff\x00 ",
    ],
)
def test_any_other_location_stays(location: bytes) -> None:
    assert came_back(location, through("/auth", "/v2/auth")) == location


def test_a_path_never_turns_into_a_host() -> None:
    assert came_back(b"/v2//evil.test/x", through("/api", None, b"/v2")) == b"http://localhost:2677//evil.test/x"


def test_a_location_without_a_path_is_the_root_of_the_target() -> None:
    assert came_back(b"https://api.example.com?a", through("/api", "")) == b"http://localhost:2677/api/?a"


@given(st.binary() | st.binary().map(b"https://api.example.com/".__add__), st.binary())
def test_any_bytes_are_a_location(location: bytes, asked: bytes) -> None:
    kept = came_back(location, lambda path: None, asked)
    assert kept == location
    assert isinstance(came_back(location, lambda path: path, asked), bytes)
