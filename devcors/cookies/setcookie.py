"""A Set-Cookie field value, read as RFC 6265bis reads it and written back as it was spelled.

Known: the bytes after `Set-Cookie:` (the set-cookie-string). Wanted: its parts, every attribute as written and in
order, so that a rewrite changes what it must and nothing else; and what the attributes come to where they are repeated,
unknown or overlong. Reading never fails: whether a browser stores the result is the judge's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

SameSite = Literal["strict", "lax", "none"]
Priority = Literal["low", "medium", "high"]
Attribute = tuple[bytes, bytes | None]

MAX_PAIR: Final = 4096  # bytes of name and value together (RFC 6265bis, section 5.6)
MAX_ATTRIBUTE: Final = 1024  # bytes of one attribute's value (RFC 6265bis, section 5.6)

_BLANKS = b" \t"
_SAME_SITE: Final[dict[bytes, SameSite]] = {b"strict": "strict", b"lax": "lax", b"none": "none"}
_PRIORITIES: Final[dict[bytes, Priority]] = {b"low": "low", b"medium": "medium", b"high": "high"}
_MAX_AGE = re.compile(rb"(-?)0*([0-9]*)(?<=[0-9])")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_OR_TAB = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie as written; the fields that are not arguments say what the attributes come to.

    A repeated attribute counts as it was written last, one of more than 1024 bytes not at all.

    - `bare`: no `=` followed the name; RFC 6265bis then takes it all for the value, Firefox for the name
    - `domain`: lower case, less one leading dot; None where absent or empty, and b"" for a lone dot
    - `path`: None where absent or not absolute, which leaves it to the URL (RFC 6265bis, section 5.1.4)
    - `same_site`: None where absent or unknown; `max_age`: seconds, None where absent or not a number
    - `priority`: what Chromium clears last where a site has too many; medium where absent or unknown
    - `has_controls`: a control character stands somewhere in it, be it a TAB
    """

    name: bytes
    value: bytes
    attributes: tuple[Attribute, ...] = ()
    bare: bool = False
    domain: bytes | None = field(init=False, repr=False, compare=False)
    path: bytes | None = field(init=False, repr=False, compare=False)
    expires: bytes | None = field(init=False, repr=False, compare=False)
    max_age: int | None = field(init=False, repr=False, compare=False)
    same_site: SameSite | None = field(init=False, repr=False, compare=False)
    priority: Priority = field(init=False, repr=False, compare=False)
    secure: bool = field(init=False, repr=False, compare=False)
    http_only: bool = field(init=False, repr=False, compare=False)
    partitioned: bool = field(init=False, repr=False, compare=False)
    has_controls: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        last = {name.lower(): value or b"" for name, value in self.attributes if len(value or b"") <= MAX_ATTRIBUTE}
        path = last.get(b"path", b"")
        derived = {
            "domain": last[b"domain"].removeprefix(b".").lower() if last.get(b"domain") else None,
            "path": path if path.startswith(b"/") else None,
            "expires": last.get(b"expires"),
            "max_age": max_age(last[b"max-age"]) if b"max-age" in last else None,
            "same_site": _SAME_SITE.get(last.get(b"samesite", b"").lower()),
            "priority": _PRIORITIES.get(last.get(b"priority", b"").lower(), "medium"),
            "secure": b"secure" in last,
            "http_only": b"httponly" in last,
            "partitioned": b"partitioned" in last,
            "has_controls": _CONTROL_OR_TAB.search(b"".join(self._parts())) is not None,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def _parts(self) -> Iterator[bytes]:
        yield self.name
        yield self.value
        for name, value in self.attributes:
            yield name
            if value:
                yield value

    def written(self, name: bytes) -> Iterator[bytes]:
        """The values of all attributes called `name` (lower case), overlong ones too; b"" where it has no value."""
        return (value or b"" for key, value in self.attributes if key.lower() == name)

    def counted(self, name: bytes) -> bytes | None:
        """The value of the attribute called `name` (lower case) that counts: the last one that is not overlong."""
        *_, last = (None, *(value for value in self.written(name) if len(value) <= MAX_ATTRIBUTE))
        return last


def max_age(value: bytes) -> int | None:
    """Seconds, or None for what is not a number (RFC 6265bis, section 5.6.2)."""
    found = _MAX_AGE.fullmatch(value)
    if not found:
        return None
    # 19 digits are beyond the life of any cookie, and Python refuses to convert thousands of them
    seconds = int(found[2][:19] or b"0")
    return -seconds if found[1] else seconds


def split_set_cookie(set_cookie_string: bytes) -> SetCookie:
    """The parts of any bytes at all (RFC 6265bis, section 5.6, less its refusals)."""
    pair, *rest = set_cookie_string.split(b";")
    name, equals, value = pair.partition(b"=")
    if not equals:
        name, value = b"", pair
    attributes = (_attribute(part) for part in rest)
    return SetCookie(
        name.strip(_BLANKS),
        value.strip(_BLANKS),
        tuple(attribute for attribute in attributes if attribute != (b"", None)),
        bare=not equals,
    )


def _attribute(part: bytes) -> Attribute:
    name, equals, value = part.partition(b"=")
    return name.strip(_BLANKS), value.strip(_BLANKS) if equals else None


def parse_set_cookie(set_cookie_string: bytes) -> SetCookie | None:
    """The cookie, or None where no browser stores anything: control characters, nothing in it, or too large."""
    if _CONTROL.search(set_cookie_string):
        return None
    cookie = split_set_cookie(set_cookie_string)
    size = len(cookie.name) + len(cookie.value)
    return cookie if 0 < size <= MAX_PAIR else None


def serialize(cookie: SetCookie) -> bytes:
    """The set-cookie-string of a cookie: attributes in order and as spelled, one `; ` between them."""
    first = cookie.value if cookie.bare else cookie.name + b"=" + cookie.value
    rest = (name if value is None else name + b"=" + value for name, value in cookie.attributes)
    return b"; ".join((first, *rest))
