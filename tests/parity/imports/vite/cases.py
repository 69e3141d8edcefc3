"""The requests that go through each of Vite's configs, and which entries of the list of differences they show."""

from __future__ import annotations

from typing import NamedTuple

from tests.parity.imports.asking import Ask

OWN = {"Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x"}
FOREIGN = {"Origin": "https://app.example.com"}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Case(NamedTuple):
    """The requests of one config; better: exactly the differences that are seen. left_out: entries without a route."""

    asks: tuple[Ask, ...]
    better: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


def _paths(*paths: str) -> tuple[Ask, ...]:
    return tuple(Ask(path) for path in paths)


def _socket(path: str) -> Ask:
    return Ask(path, fields={"Origin": "http://@OWN@"}, websocket=True)


CASES = {
    "guide": Case(
        (
            *_paths("/foo", "/foo/", "/foo/bar?x=1", "/food", "/api", "/api/", "/api/bar?a=b&c", "/apis/x", "/api?x=1"),
            *_paths("/fallback", "/fallback/", "/fallback/x/y?z", "/own/x", "/elsewhere", "/"),
            Ask("/api/bar", "POST", {**OWN, **JSON}, b'{"a": 1}'),
            Ask("/own/x", "PUT", FOREIGN, b"x" * 3000),
            Ask("/own/x", "OPTIONS", {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}),
            _socket("/socket.io/?EIO=4&transport=websocket"),
            _socket("/foo/socket"),
        ),
        frozenset({"segment", "origin", "websocket"}),
    ),
    "cors-guide": Case(
        (
            *_paths("/api/items?page=2", "/api", "/api/x/api/y", "/apiary", "/ws", "/x"),
            Ask("/api/items", "DELETE", OWN),
            Ask("/api/items", "HEAD"),
            Ask("/api/404"),
            Ask("/api/500"),
            Ask("/api/large?70000"),
            _socket("/ws/chat"),
            _socket("/api/chat"),
        ),
        frozenset({"segment", "origin"}),
    ),
    "admin-template": Case(
        (
            *_paths("/dev-api/user/info?id=1", "/dev-api", "/prod-api/x", "/dev-api-2/x"),
            Ask("/dev-api/x", "PATCH", OWN),
        ),
        frozenset({"segment", "origin"}),
    ),
    "services": Case(
        (
            *_paths("/api/auth/login", "/api/auth", "/api/files/a%20b.png?v=1", "/api/files", "/api/x", "/api/authors"),
            *_paths("/graphql?query=%7Ba%7D", "/health", "/health/ready?x", "/graphqlx"),
            Ask("/api/auth/login", "POST", {**OWN, **JSON}, b"{}"),
            Ask("/api/files/x", "PUT", OWN, b"data"),
        ),
        frozenset({"segment", "origin"}),
    ),
    "order": Case(
        _paths(
            "/api/v1/x?y",
            "/api/v12/x",
            "/api/v1",
            "/api/vx/y",
            "/api",
            "/api/",
            "/api/late/x",
            "/other/late/x",
            "/other",
        ),
        left_out=frozenset({"/api/late", "/other/late"}),
    ),
    "tls": Case(
        (*_paths("/api/x?y=1", "/auth/x"), Ask("/auth/y", "POST", {**OWN, "Authorization": "Bearer mine"}, b"z")),
        frozenset({"origin"}),
    ),
    "keep-host": Case(
        (
            *_paths("/api/x", "/plain/x", "/named/x"),
            Ask("/api/x", "POST", OWN, b"a"),
            Ask("/plain/x", "POST", FOREIGN, b"a"),
            Ask("/api/x", fields={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "claimed.example"}),
        ),
        frozenset({"forwarded"}),
    ),
    "cookies": Case(
        (
            Ask("/auth/cookie?sid=1~Domain=example.com~Path=/v2/x~HttpOnly"),
            Ask("/auth/cookie?sid=1~Path=/deep~Secure~SameSite=None"),
            Ask("/auth/cookies?a=1~Path=/x&b=2~Domain=localhost"),
            Ask("/login/cookie?sid=1~Domain=localhost~Path=/v2/login"),
            Ask("/login/cookie?sid=1~Path=/"),
        ),
        frozenset({"cookies"}),
    ),
    "redirects": Case(
        (
            Ask("/api/absolute?/api/next"),
            Ask("/api/relative?/api/next"),
            Ask("/old/absolute?/old/next?x=1"),
            Ask("/bare/absolute?/bare/next"),
            Ask("/bare/relative?next"),
        ),
        frozenset({"redirects"}),
    ),
    "configure": Case(
        (
            Ask("/api/secret"),
            Ask("/api/x", "POST", {**OWN, "Authorization": "Bearer x", "User-Agent": "Browser/1"}, b"x"),
            Ask("/rt/x", "POST", OWN, b"x"),
            Ask("/rt/x", fields=FOREIGN),
            _socket("/rt/socket"),
            Ask("/session/cookie?sid=1~Domain=example.com~Path=/~Secure~HttpOnly"),
            Ask("/session/cookies?a=1~Path=/x&b=2~SameSite=Lax"),
            Ask("/strict/x"),
            Ask("/strict/x", "POST", {"Origin": "http://@OWN@"}, b"x"),
        ),
        frozenset({"origin"}),
    ),
    "bypass": Case(
        (
            Ask("/app/data", fields=JSON),
            Ask("/app/data", "POST", JSON, b"{}"),
            Ask("/app/page", fields={"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document"}),
            Ask("/orders/7", fields={"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document"}),
            Ask("/orders/7", "POST", {"Accept": "text/html", "Sec-Fetch-Dest": "document"}, b"a=b"),
            Ask("/orders/7", fields=JSON),
            *_paths("/files/x", "/files", "/files/local", "/files/local/x", "/files/x/local"),
            Ask("/login", "POST", JSON, b"{}"),
            Ask("/login"),
            Ask("/login/x", "DELETE"),
            Ask("/never/x", fields={"Accept": "text/html"}),
        ),
    ),
    "sockets": Case(
        (
            _socket("/ws"),
            _socket("/ws/room?id=1"),
            _socket("/live/x"),
            _socket("/api/x"),
            *_paths("/ws/poll", "/live/y"),
        ),
        frozenset({"origin", "websocket"}),
    ),
    "paths": Case(
        (
            *_paths(
                "/based/x?y", "/based", "/v3", "/v3/", "/v3/x", "/v3?x", "/added", "/added/x?y", "/slashed", "/slashed/"
            ),
            *_paths("/slashed/x", "/bare/x", "/added/%C3%A9/a%2Fb", "/added/x//y", "/based/./x"),
        ),
        frozenset({"raw"}),
        left_out=frozenset({"/shift"}),
    ),
    "expressions": Case(
        _paths(
            "/api/x",
            "/auth/",
            "/api",
            "/apix/",
            "/v1/users",
            "/v1/users?x=1",
            "/v1/users/1",
            "/v3/users",
            "/img/a/b.png",
            "/img/b.svg?v=2",
            "/img/b.gif",
            "/img/b.png.map",
            "/~me/x",
        ),
        frozenset({"path"}),
    ),
    "everything": Case(
        (*_paths("/", "/x/y?z", "/@vite/client", "/index.html"), Ask("/x", "POST", OWN, b"y")),
        frozenset({"origin"}),
    ),
    "unclear": Case(
        _paths("/ok/x", "/down/x"),
        frozenset({"failure"}),
        left_out=frozenset({"/api", "/lower"}),
    ),
}
