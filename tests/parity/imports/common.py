"""The requests of the suites whose tools are made of http-proxy-middleware, and what is said of a config's outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from devcors.interop.imports.model import Imported

from .asking import Ask, asked
from .comparing import Difference, differences
from .stage import Stage

PREFIXES = ("/api", "/auth", "/v1", "/v2", "/graphql", "/rest", "/files", "/uploads", "/ws", "/socket.io")
_FETCHED = {"Accept": "application/json, text/plain, */*", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
_FROM_PAGE = {**_FETCHED, "Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x", "Cookie": "a=b"}


def requests_for(folder: Path) -> list[Ask]:
    """For the prefixes that the config names, and for two paths that none names."""
    text = "".join(file.read_text("utf-8") for file in sorted(folder.rglob("*")) if file.is_file())
    named = [prefix for prefix in PREFIXES if prefix in text]
    everywhere = [Ask("/", fields=_FETCHED), Ask("/src/main.js?t=1", fields=_FETCHED), Ask("/x/api/y", fields=_FETCHED)]
    return [*everywhere, *(ask for prefix in named for ask in _below(prefix))]


def _below(prefix: str) -> Iterator[Ask]:
    for tail in (
        "",
        "/",
        "?x=1",
        "/items/1?x=1&y=%2F&z",
        "/a%20b/c.json",
        "/v2/x",
        "/old/x",
        "/v1/x",
        "/files/a.png",
        "s",
    ):
        yield Ask(prefix + tail, fields=_FETCHED)
    yield Ask(f"{prefix}/x", "POST", {**_FROM_PAGE, "Content-Type": "application/json"}, b'{"a": 1}')
    yield Ask(f"{prefix}/x", "DELETE", _FROM_PAGE)
    yield Ask(f"{prefix}/x", "OPTIONS", {**_FROM_PAGE, "Access-Control-Request-Method": "PUT"})
    yield Ask(f"{prefix}/secret", fields=_FROM_PAGE)
    yield Ask(f"{prefix}/404", fields=_FETCHED)
    yield Ask(f"{prefix}/500", fields=_FETCHED)
    yield Ask(f"{prefix}/cookie?sid=1~Path=/~HttpOnly", fields=_FETCHED)
    yield Ask(f"{prefix}/cookie?sid=1~Domain=example.com~Secure", fields=_FETCHED)
    yield Ask(f"{prefix}/relative?/login", fields=_FETCHED)
    yield Ask(f"{prefix}/absolute?{prefix}/next", fields=_FETCHED)
    yield Ask(f"{prefix}/socket", fields={"Origin": "http://@OWN@"}, websocket=True)


def contexts_in(imported: Imported) -> list[str]:
    """The prefixes of the config, as far as they are texts."""
    return [part for entry in imported.entries for part in entry.name.replace(",", " ").split() if part[0] in "/^"]


def faults(stage: Stage, name: str, asks: Sequence[Ask]) -> list[tuple[Ask, Difference]]:
    """The differences between the tool and devcors that are on no list."""
    contexts = contexts_in(stage.imported[name])
    return [
        (ask, difference)
        for ask in asks
        for difference in differences(
            ask,
            asked(ask, stage.tool[name], stage.backends),
            asked(ask, stage.devcors[name], stage.backends),
            contexts,
        )
        if difference.better is None
    ]
