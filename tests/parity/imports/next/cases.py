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
        (*_paths("/", "/apis", "/API/items", "/api.json", "/x/api"),),
        frozenset({"forwarded", "query", "slash", "raw", "redirects", "cookies"}),
    ),
    "same-path": Case(
        ("/api", "/uploads"),
        (
            *_paths("/api/items?x=1", "/api", "/uploads/a/b.png", "/uploads", "/api/moved"),
            Ask("/api/items", "PATCH", OWN, b"{}"),
            _socket("/api/socket"),
        ),
        _paths("/storage/uploads/x", "/", "/uploads.json"),
        frozenset({"forwarded", "redirects"}),
    ),
    "typescript": Case(
        ("/auth", "/media"),
        (*_paths("/auth/login?next=1", "/media/a/b", "/media"), Ask("/auth/login", "POST", OWN, b"a=b")),
        _paths("/v1/auth/x", "/authentic"),
        frozenset({"forwarded"}),
    ),
    "django": Case(
        ("/api", "^/admin(?:/(?P<path>[^/]+(?:/[^/]+)*))?$"),
        (
            *_paths("/api/items/7/", "/api/items/7", "/api/", "/api", "/api/x/?page=2", "/admin/login", "/admin"),
            Ask("/api/items/", "POST", OWN, b"{}"),
        ),
        _paths("/admin/login/", "/apis/"),
        frozenset({"forwarded"}),
    ),
    "trailing-slash": Case(
        ("/api", "^/hook$"),
        (*_paths("/api/items/", "/api/items", "/api/", "/hook"), Ask("/hook", "POST", OWN, b"{}")),
        _paths("/hook/", "/hooks/", "/x/"),
        frozenset({"forwarded", "slash"}),
    ),
    "fallback": Case(
        ("/storage", "/api", "(/storage/logo.txt)", "(/api/hello)", "(/api/auth)"),
        (
            *_paths("/storage/a/b", "/storage", "/api/items", "/api", "/api/authors", "/api/hellos", "/storage/logo"),
            Ask("/api/hello-world", "POST", OWN, b"{}"),
        ),
        _paths("/storage/logo.txt", "/api/hello", "/api/auth/session", "/api/hello/deeper", "/old/x", "/about", "/"),
        frozenset({"forwarded"}),
    ),
    "app-router": Case(
        ("/api/", "/docs", "(/api/health)", "(/docs/about)"),
        (*_paths("/api/items", "/api/healthy", "/docs", "/docs/a/b?x=1"), Ask("/api/items", "PUT", OWN, b"{}")),
        _paths("/api", "/api/health", "/api/health/deeper", "/docs/about", "/"),
        frozenset({"forwarded"}),
    ),
    "analytics": Case(
        ("/ingest/static", "/ingest"),
        (
            *_paths("/ingest/static/array.js", "/ingest/decide?v=3", "/ingest/e", "/ingest/static", "/ingest"),
            Ask("/ingest/e", "POST", OWN, b'[{"event": "x"}]'),
        ),
        _paths("/ingested", "/static/array.js"),
        frozenset({"forwarded"}),
    ),
    "expressions": Case(
        (
            r"^/post/(?P<slug>\d{1,})$",
            "^/(?P<lang>en|de)/handbook(?:/(?P<path>[^/]+(?:/[^/]+)*))?$",
            "^/files/",
            r"^/v(?P<major>\d+)/api(?:/(?P<path>[^/]+(?:/[^/]+)*))?$",
            "(/_next)",
        ),
        (
            *_paths("/post/42", "/en/handbook/a/b?x=1", "/de/handbook", "/files/a/b.txt", "/v2/api/x/y", "/v12/api"),
            Ask("/post/7", "PUT", OWN, b"{}"),
        ),
        (
            *_paths("/post/x", "/post/42/x", "/fr/handbook/x", "/vx/api/x", "/v2/apis", "/DE/handbook/x", "/EN/feed"),
            *_paths("/a/b/feed", "/admin/feed", "/ADMIN/feed", "/range/1-5", "/files"),
        ),
        frozenset({"forwarded"}),
    ),
    "segments": Case(
        (
            "^/user/(?P<id>[^/]+)$",
            "^/user/(?P<id>[^/]+)/photos(?:/(?P<photo>[^/]+))?$",
            r"^/sitemap\.xml$",
            "^/graphql$",
            "^/(?P<tenant>[^/]+)/api(?=/|$)",
            "^/socket/",
            "(/_next)",
        ),
        (
            *_paths("/user/7", "/user/a%20b%2Fc", "/user/7/photos/1", "/user/7/photos", "/sitemap.xml", "/graphql?q=1"),
            *_paths("/acme/api", "/acme/api/x/y?z=1", "/socket/a/b", "/user/api"),
            Ask("/graphql", "POST", {**OWN, **JSON}, b'{"query": "{a}"}'),
            _socket("/socket/io"),
        ),
        (
            *_paths("/user", "/user/", "/user/7/x", "/user/7/photos/1/x", "/sitemap-xml", "/sitemap.xml/x", "/socket"),
            *_paths("/api", "/acme/apis", "/graphql/x", "/_next/api/x"),
        ),
        frozenset({"forwarded", "path"}),
    ),
    "conditions": Case(
        ("/api", "(/api)", "/api", "/tenant", "/debug"),
        (
            *_paths("/api/items"),
            Ask("/api/items", fields={"X-Api-Version": "2"}),
            Ask("/api/items", fields={"X-Api-Version": "2", "X-No-Proxy": "1"}),
            Ask("/api/items", fields={"X-Api-Version": "3"}),
            Ask("/tenant/x", fields={"Host": "acme.app.localhost"}),
            Ask("/debug/x", "POST", {"X-Debug": "yes"}, b"{}"),
        ),
        (
            *_paths("/tenant/x", "/debug/x", "/beta/x", "/find/x", "/find/x?q=1"),
            Ask("/api/items", fields={"X-No-Proxy": "1"}),
            Ask("/tenant/x", fields={"Host": "app.localhost"}),
            Ask("/beta/x", fields={"Cookie": "beta=on"}),
            Ask("/beta/x", fields={"Cookie": "beta=off"}),
        ),
        frozenset({"forwarded"}),
    ),
    "base-path": Case(
        ("/shop/api", "/api", "^/$"),
        _paths("/shop/api/x", "/shop/api", "/api/x", "/"),
        _paths("/shop", "/shop/x", "/shop/apis", "/x"),
        frozenset({"forwarded"}),
    ),
    "locales": Case(
        ("/api", "/en/api", "/de/api", "/fr/api", "/de/hilfe", "/en/help", "/help"),
        _paths("/api/x", "/de/api/x", "/fr/api", "/de/hilfe/a/b", "/en/help/x", "/help/x"),
        _paths("/it/api/x", "/hilfe/x", "/fr/hilfe/x", "/de/help/x", "/plain/x", "/en/plain/x"),
        frozenset({"forwarded"}),
    ),
    "queries": Case(
        ("/api", "(/api/moved)", "(/api/search)", "(/api/item)", "(/api/inner)"),
        _paths("/api/x?y=1", "/api", "/api/items/7", "/api/searches"),
        _paths("/api/search/shoes?page=2", "/api/item/7?x=1", "/api/inner/x", "/api/moved/x", "/api/search"),
        frozenset({"forwarded"}),
    ),
    "services": Case(
        ("/api/users", "/api/orders", "^/api/status/(?P<id>[^/]+)$", "^/api(?=/|$)"),
        (
            *_paths(
                "/api/users/7", "/api/orders", "/api/status/7", "/api/status/7/x", "/api/late/x", "/api", "/api/USERS/7"
            ),
            Ask("/api/orders", "POST", OWN, b"{}"),
        ),
        _paths("/apis", "/users/7"),
        frozenset({"forwarded", "case"}),
    ),
}
