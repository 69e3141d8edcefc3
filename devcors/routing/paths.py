"""The path of a request target: where it ends, and what a lenient server may take it for.

Known: the raw bytes, which go to the backend as they came (never decoded and encoded again). Wanted: to know when a
spelling could mean another path than the one that was matched. RFC 3986, section 6.2.2 says which spellings are
equivalent; servers take more than that for the same: `\\` and `%2f` for `/`, `//` for `/`, `..;x` for `..`, and some
decode twice.
"""

from __future__ import annotations

import re

# Escapes of unreserved characters (RFC 3986, section 6.2.2.2), of `/`, `\` and `;`; `%252e` is `%2e` encoded again
_DECODABLE = rb"%(?:25)*(2[DEFdef]|3[0-9Bb]|4[1-9A-Fa-f]|5[0-9ACFacf]|6[1-9A-Fa-f]|7[0-9AEae])"
_ESCAPE = re.compile(_DECODABLE)
# each alternative starts with a character of its own, so that the search skips all others quickly
_UNPLAIN = re.compile(rb"/(?:/|\.\.?(?:/|\Z))|[\\;]|" + _DECODABLE)
_LOWER_ESCAPE = re.compile(rb"%(?:[0-9A-F][a-f]|[a-f][0-9A-Fa-f])")
_PARAMETERS = re.compile(rb";[^/]*")
_SLASHES = re.compile(rb"/+")


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """Path and query (with its `?`, or empty) of an origin-form request target (RFC 9112, section 3.2.1)."""
    path, mark, query = target.partition(b"?")
    return path, mark + query


def fold_escapes(path: bytes) -> bytes:
    """The path with its escapes in upper case (RFC 3986, section 6.2.2.1); every byte stays at its place."""
    return _LOWER_ESCAPE.sub(lambda found: found[0].upper(), path) if b"%" in path else path


def is_plain(path: bytes) -> bool:
    """Whether no server takes the path (from its first `/` on) for another one: `plain_path` would change nothing."""
    return _UNPLAIN.search(path) is None


def plain_path(path: bytes) -> bytes:
    """What a lenient backend may take the path for: decoded, without parameters, doubled slashes and dot segments."""
    return _resolved(path)[0]


def climbs(path: bytes) -> bool:
    """Whether the dot segments of the path, or of a part of one, lead above where it starts."""
    return _resolved(path)[1]


def without_dots(path: bytes) -> tuple[bytes, bool]:
    """The path with its dot segments resolved (RFC 3986, section 5.2.4), and whether they led above its start."""
    segments = path.removeprefix(b"/").split(b"/")
    kept: list[bytes] = []
    climbed = False
    for segment in segments:
        if segment == b"..":
            climbed = climbed or not kept
            del kept[-1:]
        elif segment != b".":
            kept.append(segment)
    if segments[-1] in (b".", b".."):
        kept.append(b"")
    return b"/" + b"/".join(kept), climbed


def _resolved(path: bytes) -> tuple[bytes, bool]:
    decoded = _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), path).replace(b"\\", b"/")
    return without_dots(_SLASHES.sub(b"/", _PARAMETERS.sub(b"", decoded)))
