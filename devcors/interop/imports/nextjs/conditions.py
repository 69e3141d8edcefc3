"""What `has` and `missing` of a rewrite become: `match` of a route, and for what must not be there, a turn to Next.

Known: a condition names a header, a cookie, a parameter of the query, or the host, and perhaps an expression that its
whole value must match. A route has `match` for hosts and for headers, whose values are compared as text. Wanted: the
same, or why not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .destinations import NoRoute

_GROUP = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>")
_ANYTHING = re.compile(r"\.[*+]|\((?:\?<[A-Za-z][A-Za-z0-9]*>|\?:)?\.[*+]\)")
_TEXT = re.compile(r"(?:[\w.@%&=:;,<>\"'/!#~ -]|\\[^\w\s])+")
# a dot without a backslash is any character to Next, and a dot to whoever wrote it
_HOST = re.compile(r"(?:[\w-]|\\?\.)+")
_ANY_NAME_BELOW = re.compile(r"(?:\.[*+]|\((?:\?<[A-Za-z][A-Za-z0-9]*>|\?:)?\.[*+]\))\\?\.")
_METHOD = {"cookie": "a cookie", "query": "a parameter of the query"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold: `hosts` and `headers` as in `match`; and what must not be there, each a `match` of its own.

    captured: the names that Next takes from the conditions, and would put into the query where nothing uses them.
    """

    hosts: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    unless: tuple[Mapping[str, Any], ...] = ()
    captured: frozenset[str] = frozenset()

    @property
    def match(self) -> dict[str, Any]:
        """As under `match`, empty for no condition."""
        made: dict[str, Any] = {}
        if self.hosts:
            made["hosts"] = list(self.hosts)
        if self.headers:
            made["headers"] = dict(self.headers)
        return made

    @property
    def is_none(self) -> bool:
        """Whether there is no condition at all."""
        return not (self.hosts or self.headers or self.unless)


def read(has: Sequence[Mapping[str, Any]], missing: Sequence[Mapping[str, Any]]) -> Wanted:
    """The conditions of a rewrite. Raises NoRoute for what a route cannot ask for."""
    hosts: tuple[str, ...] = ()
    headers: list[tuple[str, str]] = []
    captured: set[str] = set()
    for item in has:
        captured |= captures(item)
        if "hosts" in (asked := _match(item, "has")):
            if hosts and hosts != tuple(asked["hosts"]):
                raise NoRoute("`has` asks for two hosts at once")
            hosts = tuple(asked["hosts"])
        else:
            headers += asked["headers"].items()
    unless = tuple(_match(item, "missing") for item in missing)
    return Wanted(hosts, tuple(headers), unless, frozenset(captured))


def captures(item: Mapping[str, Any]) -> set[str]:
    """The names that Next has after a condition holds (its matchHas)."""
    value = item.get("value")
    if not value:
        return {re.sub("[^A-Za-z]", "", str(item.get("key", "")))}
    named = set(_GROUP.findall(str(value)))
    return named or ({"host"} if item.get("type") == "host" else set())


def _match(item: Mapping[str, Any], option: str) -> dict[str, Any]:
    kind, value = item.get("type"), item.get("value")
    if kind == "host":
        return {"hosts": [_host(str(value or ""), option)]}
    if kind == "header":
        return {"headers": {str(item.get("key")): _text(value, option)}}
    raise NoRoute(
        f"`{option}` asks for {_METHOD.get(str(kind), str(kind))}, and a route asks for hosts and headers only"
    )


def _text(value: Any, option: str) -> str:
    """The exact value of a header, `*` for any."""
    if not value or _ANYTHING.fullmatch(str(value)):
        return "*"
    if not _TEXT.fullmatch(str(value)):
        raise NoRoute(f"`{option}` compares a header with an expression, and a route with text: {value}")
    return re.sub(r"\\(.)", r"\1", str(value))


def _host(value: str, option: str) -> str:
    if _HOST.fullmatch(value):
        return value.replace("\\", "").lower()
    below = _ANY_NAME_BELOW.match(value)
    if below and _HOST.fullmatch(value[below.end() :]):
        return f"*.{value[below.end() :]}".replace("\\", "").lower()
    raise NoRoute(f"`{option}` compares the host with an expression, and a route with names or *.name: {value}")
