"""Trailer fields: which of them go on (RFC 9110, section 6.5.1)."""

from __future__ import annotations

from devcors.heads import Fields

# what says where a message ends, who sent it, or what may be done with it belongs into the head: a recipient that
# merges trailers into it must not be misled
_NOT_IN_TRAILERS = frozenset(
    b"transfer-encoding host trailer te connection keep-alive upgrade authorization www-authenticate cookie set-cookie"
    b" cache-control expect max-forwards pragma range location vary age expires date origin forwarded".split()
)
_PREFIXES = (b"content-", b"proxy-", b"if-", b"access-control-", b"x-forwarded-")


def trailers_to_send(fields: Fields) -> Fields:
    """The trailer fields that are forwarded; the others are dropped."""
    return tuple(field for field in fields if not _belongs_in_head(field[0].lower()))


def _belongs_in_head(name: bytes) -> bool:
    return name in _NOT_IN_TRAILERS or name.startswith(_PREFIXES)
