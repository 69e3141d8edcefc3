"""The configuration that would make an exchange pass, for each server and framework that devcors knows."""

from __future__ import annotations

from functools import lru_cache

from devcors.errors import DevcorsError
from devcors.interop.fixes import SERVERS, Permission, fix, permission
from devcors.traffic.record import Exchange


def fixes(exchange: Exchange) -> list[dict[str, str]]:
    """One for each; empty where the server's own answer would pass, or where no server could allow what is asked."""
    cors = exchange.cors
    if cors is None or cors.server.allowed:
        return []
    request = cors.request
    try:
        wanted = permission(
            [request.page or request.origin], [request.method], list(request.headers), credentials=request.credentials
        )
    except DevcorsError:  # `Origin: null`, or a name that no header has
        return []
    return [dict(told) for told in _texts(wanted)]


@lru_cache(maxsize=64)
def _texts(wanted: Permission) -> tuple[dict[str, str], ...]:
    told = []
    for server, name in SERVERS.items():
        try:
            told.append({"server": server, "name": name, "text": fix(server, wanted)})
        except DevcorsError:  # a value that this server's language cannot hold
            continue
    return tuple(told)
