"""Fields that belong to one connection and end there (RFC 9110, section 7.6.1)."""

from __future__ import annotations

from functools import lru_cache

from devcors.heads import Fields, RequestHead, has_token, members, value

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-authentication-info",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Connection may name only what is meant for one hop: a client must not be able to strip these on the way
_KEPT = frozenset(
    {b"host", b"cookie", b"authorization", b"content-length", b"content-type", b"origin", b"set-cookie", b"location"}
)


def is_upgrade(fields: Fields) -> bool:
    """Whether the client asks to switch protocols (RFC 9110, section 7.8)."""
    return has_token(fields, b"connection", b"upgrade") and value(fields, b"upgrade") is not None


def hops_left(head: RequestHead) -> int | None:
    """Max-Forwards of TRACE and OPTIONS, for which alone it counts (RFC 9110, section 7.6.2); None where absent."""
    if head.method not in (b"TRACE", b"OPTIONS"):
        return None
    raw = value(head.fields, b"max-forwards")
    if raw is None or not raw.strip().isdigit():
        return None
    return min(int(raw), 1_000_000)


# a server sends much the same fields with each response
@lru_cache(maxsize=256)
def end_to_end(fields: Fields, *, upgrade: bool = False) -> Fields:
    """The fields that are forwarded; with `upgrade`, Connection and Upgrade are said anew for the next hop.

    `TE: trailers` is the one transfer coding wish that is passed on; Trailer and Transfer-Encoding are for the lane,
    which frames the message anew.
    """
    named = {name.lower() for name in members(fields, b"connection")} - _KEPT
    kept = tuple(field for field in fields if (name := field[0].lower()) not in _HOP_BY_HOP and name not in named)
    if upgrade:
        kept = (*kept, (b"Connection", b"Upgrade"), (b"Upgrade", value(fields, b"upgrade") or b""))
    elif has_token(fields, b"te", b"trailers"):
        kept = (*kept, (b"Connection", b"TE"), (b"TE", b"trailers"))
    return kept
