"""What a reload changes, one line each: `+ /ws -> ws://localhost:8080`, `~ /api -> …`, `- /old`, `~ [cors] origins`."""

from __future__ import annotations

from collections.abc import Iterator

from .schema import Config, Route, Table


def diff(old: Config, new: Config) -> list[str]:
    """The lines, in the order of the file's tables; empty where nothing changed."""
    return [*_frontend(old, new), *_routes(old, new), *_intercept(old, new), *_settings(old, new)]


def _frontend(old: Config, new: Config) -> Iterator[str]:
    before = (old.frontend,) if old.frontend else ()
    after = (new.frontend,) if new.frontend else ()
    yield from _route("frontend", before, after)


def _routes(old: Config, new: Config) -> Iterator[str]:
    for pattern in dict.fromkeys((*old.routes, *new.routes)):
        yield from _route(pattern, old.routes.get(pattern, ()), new.routes.get(pattern, ()))
    # among equals the first in the file wins
    if [key for key in old.routes if key in new.routes] != [key for key in new.routes if key in old.routes]:
        yield "~ [routes] order"


def _route(name: str, old: tuple[Route, ...], new: tuple[Route, ...]) -> Iterator[str]:
    targets = ", ".join(route.target for route in new)
    if not new and old:
        yield f"- {name}"
    elif not old and new:
        yield f"+ {name} -> {targets}"
    elif [route.target for route in old] != [route.target for route in new]:
        yield f"~ {name} -> {targets}"
    elif keys := dict.fromkeys(key for pair in zip(old, new, strict=True) for key in _changed_keys(*pair)):
        yield f"~ {name} {', '.join(keys)}"


def _intercept(old: Config, new: Config) -> Iterator[str]:
    for host in dict.fromkeys((*old.intercept, *new.intercept)):
        before, after = old.intercept.get(host), new.intercept.get(host)
        if before != after:
            yield f"{'+' if before is None else '-' if after is None else '~'} intercept {host}"


def _settings(old: Config, new: Config) -> Iterator[str]:
    if keys := _changed_keys(old.cors, new.cors):
        yield f"~ [cors] {', '.join(keys)}"
    if old.server.listen != new.server.listen:
        yield f"~ listen {new.server.listen}"
    if keys := [key for key in _changed_keys(old.server, new.server) if key != "listen"]:
        yield f"~ [server] {', '.join(keys)}"
    if old.scripts != new.scripts:
        yield f"~ scripts {', '.join(new.scripts)}".rstrip()


def _changed_keys(old: Table, new: Table) -> list[str]:
    return [key for key in type(old).model_fields if getattr(old, key) != getattr(new, key)]
