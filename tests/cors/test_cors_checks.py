"""The checks of one response: what a value that is no origin is called, and the order in which each browser looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.checks import is_url, preflight_fault
from devcors.cors.judge import judge
from devcors.cors.profiles import BROWSERS
from devcors.cors.requests import CorsRequest
from devcors.heads import Fields, ResponseHead

ORIGIN: Fields = ((b"Access-Control-Allow-Origin", b"http://a.test"),)
LOCATION: Fields = ((b"Location", b"/elsewhere"),)
PUT = CorsRequest("http://b.test/", "http://a.test", "PUT", ("x-foo",), False, "fetch", True, ())


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("http://localhost:18081", True),
        ("http:localhost", True),
        ("localhost:18081", True),
        ("http://*.test", True),
        ("http://u@b.test", True),
        ("http://%6c", True),
        ("http://b.test:080\t/", True),
        ("http://127.1", True),
        ("http://0x7f.1", True),
        ("http://[::1]:8080", True),
        ("file:///x", True),
        ("localhost", False),
        ("//localhost", False),
        ("http://", False),
        ("http://[::1", False),
        ("http://b.test:99999", False),
        ("http://b.test:8a", False),
        ("http://b.test:80.evil.test", False),
        ("http://1.2.3.4.5", False),
        ("http://256.1.1.1", False),
        ("http://a.1", False),
        ("http://a%zz", False),
        ("http://a|b", False),
        ("http://\xf6", False),
        ("", False),
        ("*", False),
    ],
)
def test_what_counts_as_a_url(text: str, valid: bool) -> None:
    assert is_url(text) is valid


def _rules(status: int, fields: Fields) -> tuple[str, str]:
    response = ResponseHead(status, b"", fields)
    chromium, firefox = (getattr(preflight_fault(PUT, response, profile), "rule", "") for profile in BROWSERS)
    return chromium, firefox


@pytest.mark.parametrize(
    ("status", "fields", "chromium", "firefox"),
    [
        (302, LOCATION, "DisallowedRedirect", "MissingAllowOriginHeader"),
        (302, (*ORIGIN, *LOCATION), "DisallowedRedirect", "DisallowedRedirect"),
        (302, ORIGIN, "InvalidStatus", "InvalidStatus"),
        (404, (), "MissingAllowOriginHeader", "MissingAllowOriginHeader"),
        (404, ORIGIN, "InvalidStatus", "InvalidStatus"),
        (299, ORIGIN, "MethodDisallowedByPreflightResponse", "MethodDisallowedByPreflightResponse"),
        (
            204,
            (*ORIGIN, (b"Access-Control-Allow-Headers", b"a b")),
            "InvalidAllowHeadersPreflightResponse",
            "MethodDisallowedByPreflightResponse",
        ),
        (
            204,
            (*ORIGIN, (b"Access-Control-Allow-Methods", b"P@T"), (b"Access-Control-Allow-Headers", b"a b")),
            "InvalidAllowMethodsPreflightResponse",
            "InvalidAllowMethodsPreflightResponse",
        ),
    ],
)
def test_the_order_of_a_preflights_checks(status: int, fields: Fields, chromium: str, firefox: str) -> None:
    assert _rules(status, fields) == (chromium, firefox)


NAMES = [f"Access-Control-Allow-{name}".encode() for name in ("Origin", "Credentials", "Methods", "Headers")]
FIELD = st.tuples(
    st.sampled_from([*NAMES, b"Location"]),
    st.sampled_from([b"*", b"http://a.test", b"null", b"true", b"PUT", b"x-foo", b"a b", b"", b"\xf6"]) | st.binary(),
)


@given(
    st.lists(FIELD, max_size=6).map(tuple),
    st.sampled_from([200, 204, 302, 404]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["fetch", "XMLHttpRequest", "image"]),
)
def test_both_browsers_let_the_same_pass(
    fields: Fields, status: int, preflight: bool, credentials: bool, kind: str
) -> None:
    request = CorsRequest("http://b.test/", "http://a.test", "PUT", ("x-foo",), credentials, kind, preflight, ())
    verdict = judge(request, ResponseHead(status, b"", fields))
    assert verdict.chromium.allowed == verdict.firefox.allowed
    for browser in (verdict.chromium, verdict.firefox):
        assert browser.allowed == (browser.error is None) == (not browser.messages)
