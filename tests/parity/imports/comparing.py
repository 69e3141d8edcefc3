"""Where devcors' outcome of a request differs from the tool's, and whether that is on the list of `better`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from devcors.interop.imports.better import BETTER
from devcors.routing.paths import without_dots

from .asking import Ask, Outcome

NAMES = frozenset(better.name for better in BETTER)
# RFC 9110, section 7.6.1, and what frames a message: each connection has its own
_CONNECTION = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "content-length", "upgrade",
     "date", "proxy-authorization", "sec-websocket-extensions")
)  # fmt: skip
_OWN = re.compile(r"https?://@OWN@")
_BACKEND = re.compile(r"(?:https?|wss?)://@\d+@")
_LOOPBACK = re.compile(r"https?://(?:@\w+@|localhost:\d+)|/|(?![a-z]+:)")


BELOW = "(?:/.*)?$"
"""The end of a context that was a glob for all that is below."""


class Difference(NamedTuple):
    """better: the name of the entry on the list, None where it is on none, which is a fault."""

    better: str | None
    what: str
    tool: object
    devcors: object


def differences(ask: Ask, tool: Outcome, devcors: Outcome, prefixes: Sequence[str]) -> list[Difference]:
    """All differences; `prefixes` are the contexts of the tool's config as they stand there."""
    proxied = [None if outcome.backend == "frontend" else outcome.backend for outcome in (tool, devcors)]
    if proxied[0] != proxied[1]:
        return [Difference(_of_way(ask, proxied[0], devcors, prefixes), "backend", *proxied)]
    if proxied[0] is None:  # what a dev server itself answers is no matter, unless a backend was to be asked
        failed = devcors.status == 502 and tool.status in (500, 502, 504)
        return [Difference("failure", "status", tool.status, 502)] if failed else []
    if ask.websocket and (tool.status, devcors.status) == (0, 101):
        # http-proxy-middleware without `ws` sends the handshake as any request, and leaves the client without an answer
        return [Difference("websocket", "status", tool.status, devcors.status)]
    return [*_behind(ask, tool, devcors), *_before(tool, devcors)]


def _of_way(ask: Ask, tool: str | None, devcors: Outcome, prefixes: Sequence[str]) -> str | None:
    if devcors.status == 400:
        return "path"
    if ask.websocket:  # whatever other requests of the path do: those are compared, too
        return "websocket"
    if ask.method == "OPTIONS" and tool is None:  # answered before any proxy
        return "cors"
    path = ask.path.partition("?")[0]
    named = [name for name in prefixes if name.startswith("^")]
    if any(bool(re.search(name, path)) != bool(re.search(name, ask.path)) for name in named):
        return "path"
    if tool is None and "/." in path and any(name.endswith(BELOW) and re.search(name, path) for name in named):
        return "dots"
    if not any(path.startswith(name) for name in prefixes) and path.lower().startswith(tuple(prefixes)):
        return "case"
    first = next((name for name in prefixes if name not in named and ask.path.startswith(name)), None)
    return "segment" if first and ask.path[len(first) : len(first) + 1] not in ("", "/", "?") else None


def _behind(ask: Ask, tool: Outcome, devcors: Outcome) -> Iterator[Difference]:
    one, other = tool.received, devcors.received
    assert one
    assert other
    if (one.method, one.body) != (other.method, other.body):
        yield Difference(None, "method or body", (one.method, one.body), (other.method, other.body))
    if one.target != other.target:
        yield Difference(_of_target(ask, one.target, other.target), "target", one.target, other.target)
    for name in sorted(one.fields.keys() | other.fields.keys()):
        given, taken = one.fields.get(name), other.fields.get(name)
        if name in _CONNECTION or given == taken:
            continue
        if name.startswith("x-forwarded-") and _listed(given) == _listed(taken):
            continue
        yield Difference(_of_field(ask, name, given, taken), f"the backend's {name}", given, taken)


def _of_target(ask: Ask, given: str, taken: str) -> str | None:
    if _canonical(taken) == given or _merged(taken) == given:
        return "raw"
    (path, _, query), (other, _, rest) = given.partition("?"), taken.partition("?")
    if path == other and rest == ask.path.partition("?")[2]:
        parts = [sorted(parse_qsl(each, keep_blank_values=True)) for each in (query, rest)]
        # written anew, or changed by a function that was given all of it
        return "query" if parts[0] == parts[1] else "path"
    if query == rest and path.rstrip("/") == other.rstrip("/"):
        return "slash"
    return "websocket" if ask.websocket else None  # http-proxy-middleware has the whole path then, whatever the mount


def _of_field(ask: Ask, name: str, given: str | None, taken: str | None) -> str | None:
    if name in ("origin", "referer") and given and taken:
        # the page's own is the target's, in the form in which browsers write it (no origin has the scheme ws)
        same = _BACKEND.sub("http://@OWN@", taken) == _BACKEND.sub("http://@OWN@", _OWN.sub("http://@OWN@", given))
        return "origin" if same and taken.startswith("http") else None
    if name.startswith("x-forwarded-"):
        claimed = any(key.lower() == name for key in ask.fields)
        return "forwarded" if taken and (claimed or ask.websocket) else None
    return None


def _before(tool: Outcome, devcors: Outcome) -> Iterator[Difference]:
    if (tool.status, tool.body) != (devcors.status, devcors.body):
        yield Difference(None, "status or body", (tool.status, tool.body), (devcors.status, devcors.body))
    names = {name for name, _ in (*tool.fields, *devcors.fields)} - _CONNECTION
    for name in sorted(names):
        given, taken = _values(tool, name), _values(devcors, name)
        if given != taken:
            yield Difference(_of_answer(name, given, taken), f"the client's {name}", given, taken)


def _values(outcome: Outcome, name: str) -> list[str]:
    return [text for key, text in outcome.fields if key == name]


def _of_answer(name: str, given: list[str], taken: list[str]) -> str | None:
    if name == "location" and given and taken:
        return "redirects" if _LOOPBACK.match(given[0]) and _LOOPBACK.match(taken[0]) else None
    if name == "set-cookie":
        return "cookies" if [_cookie(text) for text in given] == [_cookie(text) for text in taken] else None
    # a dev server adds fields for pages of other origins, whatever the backend says
    return "cors" if name == "vary" or name.startswith(("access-control-", "cross-origin-")) else None


def _cookie(text: str) -> tuple[str, frozenset[str]]:
    first, *attributes = (part.strip() for part in text.split(";"))
    fitted = ("domain=", "path=", "secure", "samesite=")
    return first, frozenset(each for each in attributes if not each.lower().startswith(fitted))


def _canonical(target: str) -> str:
    """As a URL parser writes it: without dot segments, with some characters as escapes."""
    path, mark, query = target.partition("?")
    resolved = without_dots(path.encode())[0].decode()
    quoted = re.sub(r'["<>`{}^]', lambda found: f"%{ord(found[0]):02X}", resolved)
    return quoted + mark + re.sub(r"[\"<>']", lambda found: f"%{ord(found[0]):02X}", query)


def _merged(target: str) -> str:
    """As http-proxy joins paths up to version 1: escaped by Node's older parser of URLs, no slash twice."""
    path, mark, query = target.partition("?")
    escaped = re.sub(r"[ \"'<>\\^`{|}]", lambda found: f"%{ord(found[0]):02X}", path)
    return (
        re.sub("/{2,}", "/", escaped) + mark + re.sub(r"[ \"'<>\\^`{|}]", lambda found: f"%{ord(found[0]):02X}", query)
    )


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",")]
