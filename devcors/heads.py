"""Value types for the head of a request and of a response, and the few questions that everybody asks of them.

Known: the bytes as they came (RFC 9110, section 5). Wanted: edits that lose nothing, neither order, nor case, nor a
byte that is not ASCII. So fields are a tuple of (name, value) byte pairs, the form that mitmproxy's `Headers.fields`
has, and every helper returns a new tuple. Names given to helpers are lower case. The heads are tuples themselves: some
are made for each request, and a frozen dataclass takes three times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

Field = tuple[bytes, bytes]
Fields = tuple[Field, ...]


class RequestHead(NamedTuple):
    """Method, request target as received (RFC 9112, section 3.2; never decoded) and fields."""

    method: bytes
    target: bytes
    fields: Fields


class ResponseHead(NamedTuple):
    """Status code, reason phrase (may be empty) and fields."""

    status: int
    reason: bytes
    fields: Fields


def values(fields: Iterable[Field], name: bytes) -> list[bytes]:
    """All values of the field lines called `name`, in order."""
    return [value for key, value in fields if key.lower() == name]


def value(fields: Iterable[Field], name: bytes) -> bytes | None:
    """The first value, or None where the field is absent."""
    for key, field_value in fields:
        if key.lower() == name:
            return field_value
    return None


def combined(fields: Iterable[Field], name: bytes) -> bytes | None:
    """All values as one list (RFC 9110, section 5.3), or None where the field is absent."""
    found = values(fields, name)
    return b", ".join(found) if found else None


def members(fields: Iterable[Field], name: bytes) -> Iterator[bytes]:
    """The members of a comma-separated list over all its field lines, without surrounding blanks or empty members."""
    for line in values(fields, name):
        for part in line.split(b","):
            if member := part.strip(b" \t"):
                yield member


def has_token(fields: Iterable[Field], name: bytes, token: bytes) -> bool:
    """Whether a list of tokens holds `token` (lower case); tokens are compared without case."""
    return any(member.lower() == token for member in members(fields, name))


def without(fields: Iterable[Field], *names: bytes) -> Fields:
    """The fields less all lines with one of these names."""
    return tuple(field for field in fields if field[0].lower() not in names)


def replaced(fields: Iterable[Field], name: bytes, new: bytes) -> Fields:
    """One line `name: new`, at the place and with the spelling of the first such line, else appended."""
    out: list[Field] = []
    done = False
    for key, old in fields:
        if key.lower() != name:
            out.append((key, old))
        elif not done:
            out.append((key, new))
            done = True
    if not done:
        out.append((canonical(name), new))
    return tuple(out)


def appended(fields: Iterable[Field], name: bytes, new: bytes) -> Fields:
    """The fields and one more line."""
    return (*fields, (name, new))


_SPELLED = {b"www-authenticate": b"WWW-Authenticate", b"te": b"TE", b"etag": b"ETag", b"dnt": b"DNT"}


def canonical(name: bytes) -> bytes:
    """The spelling that HTTP/1.1 messages use by custom: `x-forwarded-for` becomes `X-Forwarded-For`."""
    return _SPELLED.get(name) or b"-".join(part.capitalize() for part in name.split(b"-"))
