"""The requests that go through each of Next's configs, who takes them, and how devcors differs on purpose."""

from __future__ import annotations

from typing import NamedTuple

from tests.parity.imports.asking import Ask

OWN = {"Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x"}
FOREIGN = {"Origin": "https://app.example.com"}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Case(NamedTuple):
    """The requests of one config. patterns: all routes that it is imported as, in order, and those to the front end in
    parentheses. taken: what a route takes to a backend; nexts: what stays with Next, whatever Next then does with it.
    better: exactly the differences that are seen.
    """

    patterns: tuple[str, ...]
    taken: tuple[Ask, ...]
    nexts: tuple[Ask, ...] = ()
    better: frozenset[str] = frozenset()


def _paths(*paths: str) -> tuple[Ask, ...]:
    return tuple(Ask(path) for path in paths)


def _socket(path: str) -> Ask:
    return Ask(path, fields={"Origin": "http://@OWN@"}, websocket=True)


CASES = {
    "guide": Case(
        ("/api",),
        (
            *_paths("/api", "/api/items", "/api/items/7/parts?x=1&y=2", "/api/a%2Fb", "/api/%e2%82%ac%20x%25y"),
            *_paths("/api/a'(b)!*~$,+@:=&", '/api/a"<b>', "/api/x?a=%20b+c&d=/e?f&g=%2F", "/api/x?", "/api/x?flag"),
            *_paths("/api/x/", "/api/", "/api//x", "/api/404", "/api/204"),
            Ask("/api/items", "POST", {**OWN, **JSON}, b'{"a": 1}'),
            Ask("/api/items/7", "PUT", FOREIGN, b"x" * 300_000),
            Ask("/api/items/7", "DELETE", OWN),
            Ask("/api/items", "OPTIONS", {**OWN, "Access-Control-Request-Method": "PUT"}),
            *_paths("/api/moved", "/api/session"),
            Ask("/api/x", fields={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "elsewhere.example"}),
            _socket("/api/socket?x"),
        ),
        (*_paths("/", "/apis", "/API/items", "/api.json", "/x/api"), _socket("/x")),
        frozenset({"forwarded", "query", "slash", "raw", "redirects", "cookies"}),
    ),
}
