"""Which fields of a response the page's code sees (Fetch, sections 2.2.6 and 3.3.3)."""

from __future__ import annotations

from devcors.heads import Fields

from .tokens import token_list

# section 2.2.2, "CORS-safelisted response-header name"
_SAFELISTED = frozenset(
    {
        b"cache-control",
        b"content-language",
        b"content-length",
        b"content-type",
        b"expires",
        b"last-modified",
        b"pragma",
    }
)
_FORBIDDEN = frozenset({b"set-cookie", b"set-cookie2"})


def visible_fields(fields: Fields, *, cross_origin: bool, credentials: bool) -> tuple[tuple[str, str], ...]:
    """Names in lower case and sorted, the lines of one name joined.

    `credentials`: the request's credentials mode is "include", where `*` in Access-Control-Expose-Headers is only a
    name.
    """
    exposed = _exposed(fields, credentials) if cross_origin else None
    found: dict[bytes, list[bytes]] = {}
    for raw, value in fields:
        name = raw.lower()
        if name not in _FORBIDDEN and (exposed is None or name in exposed):
            found.setdefault(name, []).append(value.strip(b" \t"))
    return tuple(
        (name.decode("latin-1"), b", ".join(values).decode("latin-1")) for name, values in sorted(found.items())
    )


def _exposed(fields: Fields, credentials: bool) -> frozenset[bytes] | None:
    """The names that a cross-origin page sees; None is all of them. One bad member exposes nothing more."""
    named, bad = token_list(fields, b"access-control-expose-headers")
    if bad is not None:
        return _SAFELISTED
    if b"*" in named and not credentials:
        return None
    return _SAFELISTED | {name.lower() for name in named}
