"""When a cookie ends: Max-Age, Expires, and the most that a browser grants (RFC 6265bis, section 5.5).

Known: the attributes, the time now, and what the browser takes for a number. Wanted: the second at which the cookie
ends. There is no clock here: `now` is given.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from .setcookie import SetCookie

LONGEST: Final = 400 * 24 * 60 * 60  # seconds (RFC 6265bis, section 5.5), in Chromium and in Firefox
PAST: Final = float("-inf")

# RFC 6265bis, section 5.1.1
_DELIMITERS = re.compile(rb"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(rb"(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)")
_DAY = re.compile(rb"(\d{1,2})(?!\d)")
_YEAR = re.compile(rb"(\d{2,4})(?!\d)")
_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


def expiry(cookie: SetCookie, now: float, number: re.Pattern[bytes]) -> float | None:
    """The second at which the cookie ends, None where with the session. Max-Age counts before Expires.

    `number` is what the browser takes for a Max-Age: first group the sign, second the digits.
    """
    found = number.fullmatch(cookie.counted(b"max-age") or b"")
    if found:
        negative, seconds = found[1] == b"-", int(found[2] or b"0")
        return PAST if negative or not seconds else now + min(seconds, LONGEST)
    ends = cookie_date(cookie.expires or b"")
    return None if ends is None else min(ends, now + LONGEST)


def cookie_date(text: bytes) -> float | None:
    """A date as RFC 6265bis reads it (section 5.1.1): seconds since 1970, None where it is none.

    >>> cookie_date(b"Fri, 01-Jan-27 00:00:00 GMT")
    1798761600.0
    """
    time: re.Match[bytes] | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    for token in _DELIMITERS.split(text):
        if time is None and (found := _TIME.match(token)):
            time = found
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = 1 + _MONTHS.index(token[:3].lower())
        elif year is None and (found := _YEAR.match(token)):
            year = _whole_year(int(found[1]))
    if time is None or day is None or month is None or year is None or year < 1601:
        return None
    try:
        return datetime(year, month, day, int(time[1]), int(time[2]), int(time[3]), tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _whole_year(year: int) -> int:
    if year < 70:
        return year + 2000
    return year + 1900 if year < 100 else year
