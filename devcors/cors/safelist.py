"""What a page may ask across origins without permission: methods, field names and values (Fetch, section 2.2).

Known: method and fields as the page's code gave them. Wanted: what of it the browser refuses at once, drops, or makes
a preflight for. Values are texts of the code points 0 to 255, one per byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .profiles import Profile

TextField = tuple[str, str]
"""A request header as the page's code wrote it: name and value."""

SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
_FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
_NORMALISED_METHODS = SAFELISTED_METHODS | {"DELETE", "OPTIONS", "PUT"}
_BODILESS_METHODS = frozenset({"GET", "HEAD"})

# Fetch, section 2.2.2, "forbidden request-header"
_FORBIDDEN_NAMES = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
REQUEST_BODY_NAMES = frozenset({"content-encoding", "content-language", "content-location", "content-type"})
"""Fetch, section 2.2.2, "request-body-header name": gone when a redirect turns the request into a GET."""

_NO_CORS_NAMES = frozenset({"accept", "accept-language", "content-language", "content-type"})
_MAX_VALUE, _MAX_TOTAL = 128, 1024  # bytes

_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
_LANGUAGE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
_LAST_BYTE = 2**63 - 1
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_SAFE_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# the values that each hint may have: a number, a whole number, one of a few words
_DECIMAL, _WHOLE = re.compile(r"[0-9]+(?:\.[0-9]+)?"), re.compile(r"[0-9]+")
_HINTS = {
    "device-memory": _DECIMAL,
    "dpr": _DECIMAL,
    "downlink": _DECIMAL,
    "width": _WHOLE,
    "viewport-width": _WHOLE,
    "rtt": _WHOLE,
    "ect": re.compile(r"slow-2g|2g|3g|4g"),
    "save-data": re.compile(r"on", re.IGNORECASE),
    "intervention": re.compile(r".*"),
}


def normalised_method(method: str) -> str:
    """Fetch, section 2.2.1, "normalize": six methods are written in upper case, all others stay as they are.

    >>> normalised_method("put"), normalised_method("patch")
    ('PUT', 'patch')
    """
    upper = method.upper()
    return upper if upper in _NORMALISED_METHODS else method


def is_refused_method(method: str) -> bool:
    """Not a token, or forbidden (section 2.2.1): the page's code gets an exception."""
    return _TOKEN.fullmatch(method) is None or method.upper() in _FORBIDDEN_METHODS


def has_no_body(method: str) -> bool:
    """GET and HEAD: fetch() throws where a body is given."""
    return method in _BODILESS_METHODS


def trimmed(value: str) -> str:
    """Fetch, section 2.2.2, "normalize": blanks and line ends around a value are dropped."""
    return value.strip(" \t\r\n")


def is_refused_field(field: TextField) -> bool:
    """Not a field name, or a value that no field can have: the page's code gets an exception."""
    name, value = field
    return _TOKEN.fullmatch(name) is None or any(char in trimmed(value) for char in "\x00\r\n") or _beyond_bytes(value)


def _beyond_bytes(value: str) -> bool:
    return any(ord(char) > 0xFF for char in value)


def is_ignored_field(field: TextField, profile: Profile) -> bool:
    """Forbidden (section 2.2.2): the browser goes on without the field."""
    name, value = field[0].lower(), field[1]
    if name in _FORBIDDEN_NAMES or name in profile.ignored_headers or name.startswith(("proxy-", "sec-")):
        return True
    methods = (part.strip(" \t").upper() for part in value.split(","))
    return name in _OVERRIDES and any(method in _FORBIDDEN_METHODS for method in methods)


def combined_fields(fields: Iterable[TextField]) -> tuple[TextField, ...]:
    """Names in lower case, sorted, the values of one name joined (section 2.2.2, "sort and combine")."""
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name.lower(), []).append(trimmed(value))
    return tuple((name, ", ".join(values)) for name, values in sorted(found.items()))


def is_safelisted(field: TextField, profile: Profile) -> bool:
    """Section 2.2.2, "CORS-safelisted request-header"; the name in lower case."""
    name, value = field
    if len(value) > _MAX_VALUE:
        return False
    if name in ("accept", "content-type") and not _is_safe_text(value, profile):
        return False
    if name == "accept":
        return True
    if name in ("accept-language", "content-language"):
        return _LANGUAGE.fullmatch(value) is not None
    if name == "content-type":
        return _essence(value) in _SAFE_TYPES
    if name == "range":
        return _is_simple_range(value)
    hint = _HINTS.get(name) if profile.hints_safelisted else None
    return hint is not None and hint.fullmatch(value) is not None


def _is_safe_text(value: str, profile: Profile) -> bool:
    """Section 2.2.2, "CORS-unsafe request-header byte"."""
    return _UNSAFE_BYTE.search(value) is None and (profile.high_bytes_safelisted or value.isascii())


def _essence(value: str) -> str:
    """Type and subtype of a media type, lower case (MIME Sniffing, section 4.4)."""
    return value.partition(";")[0].strip(" \t\r\n").lower()


def _is_simple_range(value: str) -> bool:
    """Section 2.2.2, "simple range header value": one range with a start, the end not before it."""
    found = _RANGE.fullmatch(value)
    if found is None:
        return False
    # a place that fits into no 64 bits is none
    return int(found[1]) <= (int(found[2]) if found[2] else _LAST_BYTE) <= _LAST_BYTE


def unsafe_names(fields: Iterable[TextField], profile: Profile) -> tuple[str, ...]:
    """Section 2.2.2, "CORS-unsafe request-header names", sorted; `fields` are combined ones."""
    unsafe: list[str] = []
    safe: list[str] = []
    total = 0
    for field in fields:
        if is_safelisted(field, profile):
            safe.append(field[0])
            total += len(field[1])
        else:
            unsafe.append(field[0])
    # many safe values are a message, too: together they may hold 1024 bytes
    return tuple(sorted(unsafe + safe if total > _MAX_TOTAL else unsafe))


def no_cors_fields(fields: Iterable[TextField], profile: Profile) -> tuple[TextField, ...]:
    """What a no-cors request may carry (section 2.2.2, "no-CORS-safelisted request-header")."""
    return tuple(field for field in fields if field[0] in _NO_CORS_NAMES and is_safelisted(field, profile))
