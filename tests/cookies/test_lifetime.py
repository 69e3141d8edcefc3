"""When a cookie ends."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cookies.browsers import CHROMIUM, FIREFOX, SAFARI
from devcors.cookies.lifetime import LONGEST, PAST, cookie_date, expiry
from devcors.cookies.setcookie import split_set_cookie

NOW = 1_793_000_000.0


@pytest.mark.parametrize(
    ("attributes", "chromium", "firefox"),
    [
        (b"", None, None),
        (b"Max-Age=60", NOW + 60, NOW + 60),
        (b"Max-Age=0", PAST, PAST),
        (b"Max-Age=-1", PAST, PAST),
        (b"Max-Age=-x", None, PAST),
        (b"Max-Age=+60", NOW + 60, None),
        (b'Max-Age="60"', None, None),
        (b"Max-Age=60x", None, None),
        (b"Max-Age=34560001", NOW + LONGEST, NOW + LONGEST),
        (b"Max-Age=" + b"9" * 1024, NOW + LONGEST, NOW + LONGEST),
        (b"Max-Age=0; Max-Age=60", NOW + 60, NOW + 60),
        (b"Max-Age=60; Max-Age=" + b"0" * 1025, NOW + 60, NOW + 60),
        (b"Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW + 60, NOW + 60),
        (b"Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        (b"Expires=Fri, 01 Jan 2100 00:00:00 GMT", NOW + LONGEST, NOW + LONGEST),
        (b"Expires=never", None, None),
    ],
)
def test_expiry(attributes: bytes, chromium: float | None, firefox: float | None) -> None:
    cookie = split_set_cookie(b"a=1; " + attributes)
    assert expiry(cookie, NOW, CHROMIUM.max_age) == chromium
    assert expiry(cookie, NOW, FIREFOX.max_age) == firefox


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (b"Thu, 01 Jan 1970 00:00:00 GMT", (1970, 1, 1, 0, 0, 0)),
        (b"Friday, 01-Jan-27 10:20:30 GMT", (2027, 1, 1, 10, 20, 30)),
        (b"Fri Jan  1 10:20:30 2027", (2027, 1, 1, 10, 20, 30)),
        (b"1 january 2027 1:2:3 +0100", (2027, 1, 1, 1, 2, 3)),
        (b"01 Jan 70 00:00:00", (1970, 1, 1, 0, 0, 0)),
        (b"01 Jan 69 00:00:00", (2069, 1, 1, 0, 0, 0)),
        (b"01 Jan 1601 00:00:00", (1601, 1, 1, 0, 0, 0)),
    ],
)
def test_dates(text: bytes, when: tuple[int, int, int, int, int, int]) -> None:
    assert cookie_date(text) == datetime(*when, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [b"", b"0", b"Jan 1 2027", b"01 2027 00:00:00", b"01 Jan 00:00:00", b"01 Jan 1600 00:00:00",
     b"31 Feb 2027 00:00:00", b"01 Jan 2027 24:00:00", b"01 Foo 2027 00:00:00", b"01 Jan 02027 00:00:00"],
)  # fmt: skip
def test_no_dates(text: bytes) -> None:
    assert cookie_date(text) is None


@given(st.integers(min_value=-11_000_000_000, max_value=200_000_000_000))
def test_dates_as_servers_write_them(seconds: int) -> None:
    text = email.utils.format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    assert cookie_date(text.encode()) == seconds


@given(st.binary(max_size=80), st.sampled_from([CHROMIUM.max_age, FIREFOX.max_age, SAFARI.max_age]))
def test_any_bytes_end_sometime_or_never(text: bytes, number: re.Pattern[bytes]) -> None:
    for attribute in (b"; Max-Age=", b"; Expires="):
        ends = expiry(split_set_cookie(b"a=1" + attribute + text), NOW, number)
        assert ends is None or ends <= NOW + LONGEST
