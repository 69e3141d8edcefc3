"""What a page may ask across origins without permission."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.profiles import BROWSERS, CHROMIUM, FIREFOX
from devcors.cors.safelist import (
    combined_fields,
    is_ignored_field,
    is_refused_field,
    is_refused_method,
    is_safelisted,
    no_cors_fields,
    normalised_method,
    unsafe_names,
)

BOTH, NONE = (True, True), (False, False)
CHROMIUM_ONLY = (True, False)


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        ("accept", "*/*", BOTH),
        ("accept", "a" * 128, BOTH),
        ("accept", "a" * 129, NONE),
        ("accept", "text/html;q=(1)", NONE),
        ("accept", "a\tb", BOTH),
        ("accept", "caf\xe9", CHROMIUM_ONLY),
        ("accept-language", "en-US,en;q=0.5,*", BOTH),
        ("accept-language", "en_US", NONE),
        ("content-language", "d\xe9", NONE),
        ("content-type", "text/plain", BOTH),
        ("content-type", " TEXT/Plain ; charset=utf-8", BOTH),
        ("content-type", "multipart/form-data; boundary=x", BOTH),
        ("content-type", "application/x-www-form-urlencoded", BOTH),
        ("content-type", 'text/plain; charset="utf-8"', NONE),
        ("content-type", "text/plain, application/json", NONE),
        ("content-type", "application/json", NONE),
        ("content-type", "", NONE),
        ("range", "bytes=0-", BOTH),
        ("range", "bytes=5-5", BOTH),
        ("range", "bytes=5-4", NONE),
        ("range", "bytes=-5", NONE),
        ("range", "bytes=0-1,3-4", NONE),
        ("range", "bytes= 0-1", NONE),
        ("dpr", "2.0", CHROMIUM_ONLY),
        ("dpr", "2.", NONE),
        ("width", "100", CHROMIUM_ONLY),
        ("width", "1.5", NONE),
        ("ect", "slow-2g", CHROMIUM_ONLY),
        ("ect", "5g", NONE),
        ("save-data", "ON", CHROMIUM_ONLY),
        ("save-data", "off", NONE),
        ("authorization", "x", NONE),
        ("x-requested-with", "XMLHttpRequest", NONE),
    ],
)
def test_values(name: str, value: str, safe: tuple[bool, bool]) -> None:
    assert tuple(is_safelisted((name, value), profile) for profile in BROWSERS) == safe


def test_together_the_values_may_hold_1024_bytes() -> None:
    hints = [(name, "1" * 128) for name in ("dpr", "downlink", "width", "rtt", "device-memory")]
    fields = combined_fields([("Accept", "a" * 128), ("Accept-Language", "a" * 128), *hints])
    assert unsafe_names(fields, CHROMIUM) == ()
    over = combined_fields([*fields, ("Content-Language", "a" * 128), ("Range", "bytes=0-")])
    assert unsafe_names(over, CHROMIUM) == tuple(name for name, _ in over)
    assert unsafe_names(over, FIREFOX) == ("device-memory", "downlink", "dpr", "rtt", "width")


@pytest.mark.parametrize(
    ("method", "normal", "refused"),
    [
        ("get", "GET", False),
        ("Delete", "DELETE", False),
        ("patch", "patch", False),
        ("query", "query", False),
        ("trace", "trace", True),
        ("TRACK", "TRACK", True),
        ("Connect", "Connect", True),
        ("A B", "A B", True),
        ("", "", True),
    ],
)
def test_methods(method: str, normal: str, refused: bool) -> None:
    assert (normalised_method(method), is_refused_method(method)) == (normal, refused)


@pytest.mark.parametrize(
    ("name", "value", "ignored"),
    [
        ("Host", "x", BOTH),
        ("COOKIE", "x", BOTH),
        ("Sec-Anything", "x", BOTH),
        ("Proxy-Authorization", "x", BOTH),
        ("X-HTTP-Method-Override", "get, trace", BOTH),
        ("X-HTTP-Method-Override", "PUT", NONE),
        ("X-Method", "TRACE", NONE),
        ("User-Agent", "x", CHROMIUM_ONLY),
        ("Authorization", "x", NONE),
    ],
)
def test_forbidden_fields_are_ignored(name: str, value: str, ignored: tuple[bool, bool]) -> None:
    assert tuple(is_ignored_field((name, value), profile) for profile in BROWSERS) == ignored


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("X Foo", "1", True),
        ("", "1", True),
        ("X-Foo", "a\0b", True),
        ("X-Foo", "a\nb", True),
        ("X-Foo", "a\n", False),
        ("X-Foo", "\u0100", True),
        ("X-Foo", "\xff", False),
    ],
)
def test_impossible_fields_throw(name: str, value: str, refused: bool) -> None:
    assert is_refused_field((name, value)) is refused


def test_a_no_cors_request_carries_what_is_safelisted_only() -> None:
    fields = combined_fields([("Accept", "x"), ("Range", "bytes=0-"), ("X-Foo", "1"), ("Content-Type", "a/b")])
    assert no_cors_fields(fields, CHROMIUM) == (("accept", "x"),)


FIELDS = st.lists(
    st.tuples(
        st.sampled_from(["Accept", "accept", "Content-Type", "X-Foo", "DPR", "Range", "Authorization"]),
        st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=140),
    ),
    max_size=8,
)


@given(FIELDS)
def test_unsafe_names_are_sorted_names_of_the_request(fields: list[tuple[str, str]]) -> None:
    combined = combined_fields(fields)
    for browser in BROWSERS:
        unsafe = unsafe_names(combined, browser)
        assert list(unsafe) == sorted(set(unsafe))
        assert {"x-foo", "authorization"} & dict(combined).keys() <= set(unsafe) <= dict(combined).keys()
    # what Firefox lets through, Chromium does too
    assert set(unsafe_names(combined, CHROMIUM)) <= set(unsafe_names(combined, FIREFOX))
