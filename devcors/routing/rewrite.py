"""From the front door's path to the backend's, and back.

The backend's path is the base path of the target URL, then the matched part or what `rewrite` makes of it, then the
rest; all of it raw bytes, never decoded. A slash is doubled nowhere that the request did not double it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .paths import fold_escapes
from .pattern import Pattern, Reference, rewrite_parts
from .table import Match

_parts = lru_cache(maxsize=4096)(rewrite_parts)


def upstream_target(match: Match[Any], rewrite: str | None, base_path: bytes, query: bytes) -> bytes:
    """The request target for the backend, in origin-form; `query` with its `?`, or empty.

    The rewrite must have passed `check_rewrite`.
    """
    matched, rest = match.matched, match.rest
    if rewrite is not None:
        matched = _expanded(rewrite, match.captures)
        if not match.entry.pattern.is_expression:
            matched = _joint(matched, match.entry.pattern, rest)
    path = match.before + matched + rest
    if path and not path.startswith(b"/"):
        path = b"/" + path
    return (base_path.removesuffix(b"/") + path or b"/") + query


def _expanded(rewrite: str, captures: dict[str, bytes]) -> bytes:
    out = b""
    for part in _parts(rewrite):
        if isinstance(part, Reference):
            captured = captures[part.name]
            # as if the segments were not there: `/api/:path*` to `/v1/:path*` makes `/v1` of `/api`
            out += b"/" + captured if part.slash and captured else captured
        else:
            out += part
    return out


def _joint(replaced: bytes, pattern: Pattern, rest: bytes) -> bytes:
    """A pattern that ends in a slash hands it on to its rewrite; otherwise the rest brings its own."""
    if pattern.text.endswith("/"):
        return replaced.removesuffix(b"/") + b"/"
    return replaced.removesuffix(b"/") if rest.startswith(b"/") else replaced


def back_through(match_pattern: Pattern, rewrite: str | None, base_path: bytes, path: bytes) -> bytes | None:
    """The backend's path as the front door's, for Location and for the Path of cookies.

    None when it is not under the target, or when nobody can tell what the captures were. Where both `/api` and `/api/`
    lead to the same place (a rewrite that is empty or ends in a slash), the answer is `/api/`.
    """
    inner = _behind(base_path.removesuffix(b"/"), path)
    if inner is None:
        return None
    if rewrite is None:
        return inner or b"/"
    pair = plain_prefixes(match_pattern, rewrite)
    if pair is None:
        return None
    literal, replaced = pair
    rest = _behind(replaced.removesuffix(b"/"), inner)
    if rest is None:
        return None
    return literal + rest if rest or not match_pattern.text.endswith("/") else literal + b"/"


@lru_cache(maxsize=4096)
def plain_prefixes(pattern: Pattern, rewrite: str) -> tuple[bytes, bytes] | None:
    """Pattern and rewrite as plain prefixes, without a slash at the end, where they stand for no more than that."""
    parts = rewrite_parts(rewrite)
    if pattern.tail and len(pattern.names) == 1 and parts[-1:] == [Reference(pattern.names[0], slash=True)]:
        parts.pop()  # `/api/:path*` to `/v1/:path*` is `/api` to `/v1`
    elif pattern.names or pattern.is_expression:
        return None
    if any(isinstance(part, Reference) for part in parts):
        return None
    return pattern.literal.removesuffix(b"/"), b"".join(part for part in parts if isinstance(part, bytes))


def _behind(prefix: bytes, path: bytes) -> bytes | None:
    """What follows the prefix, when it ends at a segment of the path; escapes are compared without case."""
    end = len(prefix)
    if fold_escapes(path[:end]) == fold_escapes(prefix) and path[end : end + 1] in (b"", b"/"):
        return path[end:]
    return None
