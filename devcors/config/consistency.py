"""What must agree between keys that are each valid by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devcors.urls import DEFAULT_PORTS

from .values import BadValue, rewrite

if TYPE_CHECKING:
    from .schema import Config, Intercept, Route

Loc = tuple[str | int, ...]


def faults(config: Config) -> Iterator[tuple[Loc, BadValue]]:
    """Every disagreement, with the place (in pydantic's way) of the value that is to be changed."""
    yield from _rewrites(config)
    yield from _verifications(config)


def _routes(config: Config) -> Iterator[tuple[Loc, str, Route]]:
    """Place, pattern and table of every route; the front end is what takes every path."""
    if config.frontend:
        yield ("frontend",), "/", config.frontend
    for pattern, routes in config.routes.items():
        for index, route in enumerate(routes):
            yield ("routes", pattern, index), pattern, route


def _rewrites(config: Config) -> Iterator[tuple[Loc, BadValue]]:
    for loc, pattern, route in _routes(config):
        if route.rewrite is not None:
            try:
                rewrite(pattern, route.rewrite)
            except BadValue as error:
                yield (*loc, "rewrite"), error


def _verifications(config: Config) -> Iterator[tuple[Loc, BadValue]]:
    """One pooled connection serves all routes to an upstream, so its certificate is checked in one way only."""
    seen: dict[tuple[str, int], tuple[str, bool | str]] = {}
    for loc, name, table in _dialed(config):
        parts = urlsplit(table.target or "")
        if parts.scheme not in ("https", "wss"):
            continue
        upstream = (parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
        first, verify = seen.setdefault(upstream, (name, table.verify))
        if verify != table.verify:
            yield (
                (*loc, "verify"),
                BadValue(
                    f"{first} and {name} send to the same server, {parts.netloc}, and disagree in verify",
                    "connections to it are shared: write the same verify in both",
                ),
            )


def _dialed(config: Config) -> Iterator[tuple[Loc, str, Route | Intercept]]:
    for loc, pattern, route in _routes(config):
        yield loc, "frontend" if loc == ("frontend",) else f'"{pattern}"', route
    for host, entry in config.intercept.items():
        yield ("intercept", host), f'"{host}"', entry
