"""The requests that go through each of Nuxt's configs, and how devcors differs on purpose."""

from __future__ import annotations

from typing import NamedTuple

from tests.parity.imports.asking import Ask

OWN = {"Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x"}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Case(NamedTuple):
    """The requests of one config. patterns: all routes that it is imported as, in order. better: exactly the
    differences that are seen.
    """

    patterns: tuple[str, ...]
    asks: tuple[Ask, ...]
    better: frozenset[str]


def _paths(*paths: str) -> tuple[Ask, ...]:
    return tuple(Ask(path) for path in paths)


CASES = {
    "guide": Case(
        ("/api",),
        (
            *_paths("/api", "/api/items/7?x=1&y=%20z", "/api/a%2Fb", "/api/%e2%82%ac%20x", "/apis", "/", "/api.json"),
            *_paths("/api/", "/api?x=1", "/api/404", "/api/204", "/api/session", "/api/a'(b)!*~$,+@:=&"),
            Ask("/api/items", "POST", {**OWN, **JSON}, b'{"a": 1}'),
            Ask("/api/items/7", "DELETE", OWN),
        ),
        frozenset({"fetch", "origin", "cookies", "raw"}),
    ),
    "nitro": Case(
        ("/storage", "/mail", "/api"),
        (
            *_paths("/api/items?x=1", "/storage/a/b.png", "/mail/x", "/storages/x", "/files/x"),
            Ask("/storage/x", "PUT", OWN, b"x" * 100_000),
        ),
        frozenset({"fetch", "origin"}),
    ),
    "dev-proxy": Case(
        ("/api", "/api/v2", "/socket", "/plain"),
        (
            *_paths("/api/items?x=1", "/api/v2/x", "/plain/x", "/plain", "/apis/x", "/other", "/api/v2"),
            Ask("/api/items", "POST", OWN, b"{}"),
            Ask("/plain/x", "PATCH", OWN, b"{}"),
            Ask("/socket/io?x", fields={"Origin": "http://@OWN@"}, websocket=True),
            Ask("/api/socket", fields={"Origin": "http://@OWN@"}, websocket=True),
        ),
        frozenset({"forwarded", "segment", "websocket"}),
    ),
    "rules": Case(
        (
            "^/api/health/?$",
            "^/status/?$",
            "^/item/[^/]+/?$",
            "/api/admin",
            "/cached",
            "^/feed(?:/.*)?$",
            "^/api(?=/|$)",
            "/api/old",
        ),
        (
            *_paths("/api/items", "/api/admin/x", "/api/health", "/api/healthy", "/api/health/x", "/api/old/x"),
            *_paths("/item/7?a=b", "/item/7/x", "/item", "/feed", "/feed/a/b", "/status", "/status/x", "/cached/x"),
            Ask("/api/items", "POST", OWN, b"{}"),
        ),
        frozenset({"fetch", "origin", "cors"}),
    ),
}
