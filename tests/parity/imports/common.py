"""The requests of the suites whose tools are made of http-proxy-middleware, and what is said of a config's outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from devcors.interop.imports.expressions import literal_start
from devcors.interop.imports.model import Imported

from .asking import Ask, asked
from .comparing import BELOW, Difference, differences
from .stage import Stage

PREFIXES = ("/api", "/auth", "/v1", "/v2", "/graphql", "/rest", "/files", "/uploads", "/ws", "/socket.io")
_FETCHED = {"Accept": "application/json, text/plain, */*", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
_FROM_PAGE = {**_FETCHED, "Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x", "Cookie": "a=b"}


def requests_for(folder: Path) -> list[Ask]:
    """For the prefixes that the config names, one where it names none, and for paths of a front end."""
    text = "".join(file.read_text("utf-8") for file in sorted(folder.rglob("*")) if file.is_file())
    named = [prefix for prefix in PREFIXES if prefix in text] or ["/api"]
    everywhere = [Ask("/", fields=_FETCHED), Ask("/src/main.js?t=1", fields=_FETCHED), Ask("/x/api/y", fields=_FETCHED)]
    sockets = [_socket(f"{prefix}/socket") for prefix in named if re.search(r"\bws\b", text)]
    return [*everywhere, *(ask for prefix in named for ask in _below(prefix)), *sockets]


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
    for path in (f"{prefix}/.hidden/x", f"{prefix}//x", f"{prefix}/a'b{{c}}|d?e={{f}}'g", f"{prefix.upper()}/x"):
        yield Ask(path, fields=_FETCHED)
    yield Ask(f"{prefix}/x", "POST", {**_FROM_PAGE, "Content-Type": "application/json"}, b'{"a": 1}')
    yield Ask(f"{prefix}/x", "DELETE", _FROM_PAGE)
    yield Ask(f"{prefix}/x", "OPTIONS", {**_FROM_PAGE, "Access-Control-Request-Method": "PUT"})
    yield Ask(f"{prefix}/page", fields={"Accept": "text/html", "Sec-Fetch-Dest": "document"})
    yield Ask(f"{prefix}/secret", fields=_FROM_PAGE)
    yield Ask(f"{prefix}/404", fields=_FETCHED)
    yield Ask(f"{prefix}/500", fields=_FETCHED)
    yield Ask(f"{prefix}/cookie?sid=1~Path=/~HttpOnly", fields=_FETCHED)
    yield Ask(f"{prefix}/cookie?sid=1~Domain=example.com~Secure", fields=_FETCHED)
    yield Ask(f"{prefix}/relative?/login", fields=_FETCHED)
    yield Ask(f"{prefix}/absolute?{prefix}/next", fields=_FETCHED)


def _socket(path: str) -> Ask:
    return Ask(path, fields={"Origin": "http://@OWN@"}, websocket=True)


def contexts_in(imported: Imported) -> list[str]:
    """The prefixes of the config, as far as they are texts."""
    parts = [part for entry in imported.entries for part in entry.name.replace(",", " ").split() if part[0] in "/^"]
    patterns = [literal_start(each) if each.startswith("^") else each for each, _ in imported.routes]
    # Angular makes of a glob an expression for the whole URL; in devcors the path alone matters
    globs = [f"^{part[:-3]}{BELOW}" for part in parts if part.endswith("/**")]
    prefixes = [*patterns, *(re.sub(r"/?\*+$", "", part) for part in parts if part[0] == "/")]
    return [*globs, *(each for each in prefixes if len(each) > 1)]


def compared(stage: Stage, name: str, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Difference]]:
    """The differences between the tool and devcors with one config."""
    contexts = contexts_in(stage.imported[name])
    backends = {**stage.backends, "frontend": stage.frontend}
    for ask in asks:
        tool, devcors = (asked(ask, ports[name], backends) for ports in (stage.tool, stage.devcors))
        for difference in differences(ask, tool, devcors, contexts):
            yield ask, difference


class Case(NamedTuple):
    """What is seen with one config: exactly these entries of the list of differences; names of entries left out."""

    better: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


def case(better: str = "", left_out: Sequence[str] = ()) -> Case:
    """A case, the differences in one text."""
    return Case(frozenset(better.split()), frozenset(left_out))


def checked(stage: Stage, name: str, folder: Path, expected: Case) -> None:
    """Fails where a difference is on no list, or is not the one that the case has, or an entry more is left out."""
    entries = stage.imported[name].entries
    assert {entry.name for entry in entries if not entry.routes} == expected.left_out
    seen = set()
    for ask, difference in compared(stage, name, requests_for(folder)):
        assert difference.better, (ask, difference)
        seen.add(difference.better)
    assert seen == expected.better
