"""The lists that a preflight response carries: `#method` and `#field-name` (RFC 9110, sections 5.6.1 and 5.6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from devcors.heads import Field, values

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_token(raw: bytes) -> bool:
    """Whether this is a token, the form of methods and field names."""
    return _TOKEN.fullmatch(raw) is not None


def token_list(fields: Iterable[Field], name: bytes) -> tuple[list[bytes], bytes | None]:
    """The members of a list of tokens and the first member that is none (Fetch, "extract header list values").

    Empty members are allowed (RFC 9110, section 5.6.1.2). The second value is None for a list that can be parsed.
    """
    found: list[bytes] = []
    for line in values(fields, name):
        for part in line.split(b","):
            member = part.strip(b" \t")
            if member and not is_token(member):
                return found, member
            if member:
                found.append(member)
    return found, None
