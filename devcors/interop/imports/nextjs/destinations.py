"""Where a rewrite of Next.js sends a path, as `target` and `rewrite` of a route.

Known: Next puts the captures into the path of the destination, and into the query those that the path does not use. A
route never touches the query. Wanted: the route that sends every path to the same place, or why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from devcors.errors import PatternError
from devcors.interop.imports.expressions import to_python
from devcors.routing.pattern import check_rewrite, parse_pattern

from .shapes import Shape, expression, prefix, shape
from .syntax import Key, Token, names, parse

_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_IN_NAME = re.compile(r"[A-Za-z0-9_*]")
_NAME_IN_HOST = re.compile(r":[A-Za-z_]|[(){}*+]")


class NoRoute(Exception):  # noqa: N818 - it is no error of ours: it says why something stays with Next
    """A rewrite cannot be a route; the message says why."""


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern, and what becomes of what it takes; `rewrite` None leaves the path as it is."""

    pattern: str
    rewrite: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """An address and the parts of the path there."""

    target: str
    path: tuple[Token, ...]


def read(destination: str, captured: Mapping[str, bool], given: Collection[str] = ()) -> Destination:
    """The destination of a rewrite to another server.

    captured: the names in the source, and whether each may be several segments, which Next keeps as a list.
    given: the names that `has` brings. Raises NoRoute.
    """
    found = _URL.fullmatch(destination)
    if not found:
        raise NoRoute("its destination is no http or https URL")
    scheme, authority, path, query, fragment = found.groups()
    if "@" in authority:
        raise NoRoute("its destination has a user and password, which Next sends, a route does not")
    if _NAME_IN_HOST.search(authority):
        raise NoRoute("the host of its destination varies, that of a route is always the same")
    if (query or "?") != "?" or fragment:
        raise NoRoute("its destination has a query, and a route leaves the query as it came")
    try:
        tokens = parse(path or "/")
    except PatternError as error:
        raise NoRoute(f"Next cannot read its destination: {error}") from None
    _check_names(tokens, captured, given)
    return Destination(f"{scheme}://{authority}", tokens)


def _check_names(tokens: Sequence[Token], captured: Mapping[str, bool], given: Collection[str]) -> None:
    used = [token for token in tokens if isinstance(token, Key)]
    for key in used:
        name = str(key.name)
        if name in given:
            raise NoRoute(f"its destination has :{name}, which `has` found outside the path")
        if name not in captured:
            raise NoRoute(f"its destination has :{name}, which its source does not have")
        if captured[name] and not key.repeats:
            raise NoRoute(f"its destination has :{name} where its source has several segments: Next fails on it")
    # appendParamsToQuery: what the path does not use goes into the query
    if not used and (captured or given):
        listed = ", ".join(f":{name}" for name in (*captured, *given))
        raise NoRoute(f"its destination uses none of {listed}, so Next puts them into the query, which a route leaves")


def as_prefix(source: Shape, destination: Destination, *, below: bool = False) -> Route | None:
    """The route with a prefix, where one sends all that it takes to the same place as Next does.

    below: only what is below the prefix, not its own path.
    """
    text = prefix(source, below=below)
    goal = shape(destination.path)
    if text is None or goal is None or source.rest is None or goal.ends_in_slash != source.ends_in_slash:
        return None
    *parts, last = (*goal.segments, goal.rest) if goal.rest else goal.segments or ("",)
    names = [part.name for part in (*parts, last) if isinstance(part, Key)]
    # the rest goes on by itself: once, and at the end
    if not isinstance(last, Key) or last.name != source.rest.name or names.count(last.name) != 1:
        return None
    pattern = text or "/"
    start = "".join(f"/{part}" if isinstance(part, str) else f"/:{part.name}" for part in parts)
    if not text and start:
        return None  # `/` would become `/v1/` where Next sends `/v1`
    rewrite = start + "/" if pattern.endswith("/") else start
    return _checked(pattern, None if rewrite == pattern else rewrite)


def as_open_expression(source: Shape, destination: Destination) -> Route | None:
    """The route of `as_prefix` as an expression, which devcors asks after those before it."""
    route = as_prefix(source, destination)
    if route is None:
        return None
    parts = [f"/{re.escape(part)}" if isinstance(part, str) else f"/(?P<{part.name}>[^/]+)" for part in source.segments]
    text = "^" + "".join(parts).replace(r"\-", "-")
    return _checked(text + ("/" if route.pattern.endswith("/") else "(?=/|$)"), route.rewrite)


def as_expression(source: Sequence[Token], destination: Destination) -> Route | None:
    """The route with an expression that sends all that it takes to the same place as Next does, if there is one."""
    text = expression(source)
    if text is None:
        return None
    keys = {key.name: key for key in source if isinstance(key, Key)}
    named = names(tuple(source))
    rewrite = ""
    for token in destination.path:
        if isinstance(token, str):
            # what would be read as a name, or as a part of the one before
            if ":" in token or (_IN_NAME.match(token) and rewrite):
                return None
            rewrite += token
            continue
        part = _reference(token, keys[token.name], 1 + named.index(str(token.name)))
        if part is None:
            return None
        rewrite += part
    return _checked(text, None if tuple(source) == destination.path else rewrite)


def _reference(there: Key, here: Key, number: int) -> str | None:
    """`:name` in a rewrite, with the slash before it, which is not there where nothing was captured.

    number: of the capture, for one that may be empty and has its slash nevertheless.
    """
    if here.repeats and there.repeats and (there.prefix, there.suffix) != (here.prefix, here.suffix):
        return None  # the capture has the source's text between its segments
    if here.is_optional and (there.suffix or there.prefix not in ("", "/")):
        return None
    may_be_empty = not here.is_optional and re.fullmatch(to_python(here.pattern) or "", "") is not None
    written = f"\\{number}" if may_be_empty else f":{there.name}"
    return f"{there.prefix}{written}{there.suffix}"


def _checked(pattern: str, rewrite: str | None) -> Route | None:
    """The route, if devcors takes it."""
    try:
        check_rewrite(parse_pattern(pattern), rewrite or "")
    except PatternError:
        return None
    return Route(pattern, rewrite)
