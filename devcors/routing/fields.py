"""The header fields that go with a route: Host, Origin and Referer, X-Forwarded-*, and Location on the way back.

A setting is `target` (as if the backend's own page had asked), `keep`, or the value to send. Origins are compared in
the form in which browsers write them (HTML Standard, "serialization of an origin"), byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from devcors.errors import MalformedError
from devcors.heads import Field, Fields, combined, replaced
from devcors.urls import Origin, parse_authority, parse_origin

from .paths import split_target, without_dots

Setting = str

_HTTP_SCHEME = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
# RFC 3986, appendix B: scheme, authority, path, and query with fragment
_REFERENCE = re.compile(rb"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(.*)", re.DOTALL)


def host_for(setting: Setting, target_authority: str, own_authority: str) -> str:
    """The Host that the backend sees; `own_authority` is the front door's, as the browser asked for it."""
    return {"target": target_authority, "keep": own_authority}.get(setting, setting)


def origin_pair(fields: Fields, own_origin: Origin, target_origin: Origin, setting: Setting) -> Fields:
    """Origin and Referer as the backend sees them: changed where the page of the front door sent them, and only there.

    Raises MalformedError for a setting that is no origin.
    """
    if setting == "keep":
        return fields
    own = str(own_origin).encode()
    new = str(_of_http(target_origin) if setting == "target" else parse_origin(setting)).encode()
    pairs = (_as_from(field, own, new) for field in fields)
    return tuple(field for field in pairs if field is not None)


def _as_from(field: Field, own: bytes, new: bytes) -> Field | None:
    name, value = field
    kind = name.lower()
    if kind == b"origin" and value == own:
        return name, new
    if kind == b"referer" and (value == own or value.startswith(own + b"/")):
        # Referrer Policy, section 8.3: an opaque origin has no URL to tell
        return None if new == b"null" else (name, new + value[len(own) :])
    return field


def forwarded_fields(fields: Fields, peer: str, own_authority: str, scheme: str, port: int) -> Fields:
    """X-Forwarded-For with `peer` (an address) at its end; -Host, -Proto, -Port: how the front door was reached."""
    before = combined(fields, b"x-forwarded-for")
    chain = peer.encode() if not before else before + b", " + peer.encode()
    fields = replaced(fields, b"x-forwarded-for", chain)
    fields = replaced(fields, b"x-forwarded-host", own_authority.encode())
    fields = replaced(fields, b"x-forwarded-proto", scheme.encode())
    return replaced(fields, b"x-forwarded-port", str(port).encode())


def location_back(
    location: bytes,
    *,
    target_origin: Origin,
    own_origin: Origin,
    request_target: bytes,
    back: Callable[[bytes], bytes | None],
) -> bytes:
    """A Location (RFC 9110, section 10.2.2) that points inside the target, as it is at the front door; else unchanged.

    request_target: what the backend was asked for; `back`: its paths to the front door's, None outside the target.
    A relative reference stays, unless a browser at the front door would end up elsewhere.
    """
    found = _REFERENCE.fullmatch(location)
    assert found  # every part of the expression may be empty
    scheme, authority, path, tail = found.groups()
    own = str(own_origin).encode()
    if authority is not None:
        if not _is_target(scheme, authority, target_origin):
            return location
        prefix = own if scheme else b"//" + own_origin.authority.encode()
        path = back(path or b"/")
    elif scheme or not path or path.startswith(b"/\\"):  # browsers read `/\` as `//`
        return location
    else:
        path = back(path) if path.startswith(b"/") else _relative_back(path, split_target(request_target)[0], back)
        # what starts with two slashes names a host unless the origin stands before it
        prefix = own if path and path[1:2] in (b"/", b"\\") else b""
    return location if path is None else prefix + path + tail


def _relative_back(path: bytes, asked: bytes, back: Callable[[bytes], bytes | None]) -> bytes | None:
    """An absolute path for a relative one that means another place at the front door, else None."""
    meant, seen = back(_resolved(asked, path)), back(asked)
    if meant is None or seen is None or _resolved(seen, path) == meant:
        return None
    return meant


def _resolved(base: bytes, path: bytes) -> bytes:
    return without_dots(base[: base.rfind(b"/") + 1] + path)[0]  # RFC 3986, section 5.2.3


def _is_target(scheme: bytes | None, authority: bytes, target: Origin) -> bool:
    target = _of_http(target)
    written = scheme.decode("ascii").lower() if scheme else target.scheme
    if _HTTP_SCHEME.get(written) != target.scheme:
        return False
    try:
        parsed = parse_authority(authority)
    except MalformedError:
        return False
    return (parsed.host, parsed.port_or(target.scheme)) == (target.host, target.port)


def _of_http(origin: Origin) -> Origin:
    """A page's origin never has the scheme of a WebSocket: `ws` counts as `http`, `wss` as `https`."""
    return Origin(_HTTP_SCHEME.get(origin.scheme, origin.scheme), origin.host, origin.port)
