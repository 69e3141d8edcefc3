"""The table: requests, what the backend must receive of each, and what the client must get.

A row holds for devcors and for every server that a config was exported to. Where one of them differs, the difference
stands in the row, with its reason, and is asserted too: one that is no longer there fails.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .case import Case, Other
from .dev_server_rows import DEV_SERVER_ROWS

_APP = "https://app.example.com"
_PAGE = "http://localhost:5173"
_ASKED = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-one,content-type"}
_PREFLIGHT_VARY = "origin, access-control-request-method, access-control-request-headers"
_NO_CORS = {"access-control-allow-origin": None, "access-control-allow-credentials": None}

PATHS = (
    Case("the front end", "/", "/front/"),
    Case("a path of the front end", "/src/main.js?v=1", "/front/src/main.js?v=1"),
    Case("a prefix alone", "/api", "/v1"),
    Case("a prefix with a slash", "/api/", "/v1/"),
    Case("a prefix with a query", "/api?x=1", "/v1?x=1"),
    Case("below a prefix", "/api/items/1", "/v1/items/1"),
    Case("a near miss", "/apis", "/front/apis"),
    Case("another near miss", "/api.json", "/front/api.json"),
    Case("in another case", "/API/x", "/front/API/x"),
    Case("an escaped slash", "/api/a%2Fb", "/v1/a%2Fb"),
    Case("an escaped slash without rewriting", "/plain/a%2fb", "/plain/a%2fb"),
    Case("escapes as they came", "/api/%e2%82%ac%20x%25y", "/v1/%e2%82%ac%20x%25y"),
    Case("characters that others escape", "/api/a'(b)!*~$,+@:=&", "/v1/a'(b)!*~$,+@:=&"),
    Case("a query is not touched", "/api/x?a=%20b+c&d=/e?f&&g=%2F", "/v1/x?a=%20b+c&d=/e?f&&g=%2F"),
    Case("an empty query", "/plain/x?", "/plain/x?"),
    Case("a doubled slash in the rest", "/plain/a//b", "/plain/a//b"),
    Case("a slash at the end", "/plain/a/", "/plain/a/"),
    Case("the more specific route", "/plain/better/x", "/better/plain/better/x"),
    Case("and its near miss", "/plain/betters", "/plain/betters"),
    Case("captures", "/items/7/parts/a/b", "/p/a/b/of/7"),
    Case("captures with escapes", "/items/a%20b/parts/c%2Fd", "/p/c%2Fd/of/a%20b"),
    Case("a rest of nothing", "/items/7/parts", "/p/of/7"),
    Case("a segment too few", "/items/7", "/front/items/7"),
    Case("a prefix that ends in a slash", "/dir/x", "/folder/x"),
    Case("and not without it", "/dir", "/front/dir"),
    Case("a prefix that is removed", "/strip/x?y", "/x?y"),
    Case("alone", "/strip", "/"),
    Case("and once only", "/strip/strip", "/strip"),
    Case("an expression", "/v2/things?x", "/version/2/things?x"),
    Case("which does not match", "/v22/things", "/front/v22/things"),
    Case("a path that climbs out of its route", "/api/../plain/x", None, status=400),
    Case("the same, escaped", "/api/%2e%2e/plain/x", None, status=400),
)

MESSAGES = (
    *(Case(method, "/api/x", "/v1/x", method=method) for method in ("HEAD", "DELETE", "OPTIONS")),
    *(Case(method, "/api/x", "/v1/x", method=method, body=b"{}") for method in ("POST", "PUT", "PATCH")),
    Case("an unknown method", "/plain/x", "/plain/x", method="REPORT"),
    Case("a large body", "/api/x", "/v1/x", method="POST", body=b"y" * 3_000_000),
    Case("a chunked body", "/api/x", "/v1/x", method="POST", body=b"z" * 300_000, chunked=True),
    Case("a large response", "/api/large?3000000", "/v1/large?3000000", content=b"x" * 3_000_000),
    *(Case(f"status {code}", f"/plain/{code}", f"/plain/{code}", status=code)
      for code in (204, 304, 404, 418, 500, 503)),
    Case("fields are set, and removed", "/api/secret", "/v1/secret", sent={"Cookie": "a=b"},
         seen={"x-added": 'a "b" $c; d%e #', "cookie": None},
         got={"x-powered-by": None, "x-said": '100%; "$1"', "x-mine": "1"}),
    Case("a field with an underscore", "/plain/x", "/plain/x", sent={"X_Under": "1"}, seen={"x_under": "1"},
         other={"caddy": Other("it drops what CGI would take for X-Under", seen={"x_under": None})}),
    Case("hop-by-hop fields", "/plain/x", "/plain/x",
         sent={"Keep-Alive": "timeout=5", "Proxy-Authorization": "Basic eA=="},
         seen={"keep-alive": None, "proxy-authorization": None}),
    Case("what Connection names", "/plain/x", "/plain/x", sent={"Connection": "x-mine", "X-Mine": "1"},
         seen={"x-mine": None},
         other={server: Other("it does not look into Connection", seen={"x-mine": "1"})
                for server in ("nginx", "haproxy")}),
    Case("the backend is down", "/down/x", None, status=502, sent={"Origin": _PAGE},
         got={"access-control-allow-origin": _PAGE, "vary": "origin"},
         other={server: Other("its own status for a backend that refuses", status=503)
                for server in ("apache", "haproxy")}),
)  # fmt: skip

NAMES = (
    Case("Host is the target's", "/api/x", "/v1/x", seen={"host": "localhost:@PORT@"}),
    Case("Host is kept", "/kept/x", "/kept/x", seen={"host": "@OWN@"}),
    Case("Host is named", "/named/x", "/named/x", seen={"host": "api.example.com"}),
    Case("the own page's Origin becomes the target's", "/plain/x", "/plain/x",
         sent={"Origin": "http://@OWN@", "Referer": "http://@OWN@/page?x"},
         seen={"origin": "http://localhost:@PORT@", "referer": "http://localhost:@PORT@/page?x"}),
    Case("a foreign Origin stays", "/plain/x", "/plain/x", sent={"Origin": _PAGE, "Referer": f"{_PAGE}/page"},
         seen={"origin": _PAGE, "referer": f"{_PAGE}/page"}),
    Case("an Origin that begins like the own one stays", "/plain/x", "/plain/x",
         sent={"Origin": "http://@OWN@.evil.example", "Referer": "http://@OWN@.evil.example/"},
         seen={"origin": "http://@OWN@.evil.example", "referer": "http://@OWN@.evil.example/"},
         other={"envoy": Other("it drops a Referer whose port is no number", seen={"referer": None})}),
    Case("Origin is named", "/named/x", "/named/x", sent={"Origin": "http://@OWN@"}, seen={"origin": _APP}),
    Case("Origin is kept", "/kept/x", "/kept/x", sent={"Origin": "http://@OWN@"}, seen={"origin": "http://@OWN@"}),
    Case("no Origin stays none", "/plain/x", "/plain/x", seen={"origin": None, "referer": None}),
    Case("forwarded", "/forwarded/x", "/forwarded/x",
         seen={"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "@OWN@", "x-forwarded-proto": "http",
               "x-forwarded-port": "@OWNPORT@"}),
    Case("forwarded once more", "/forwarded/x", "/forwarded/x", sent={"X-Forwarded-For": "203.0.113.9"},
         seen={"x-forwarded-for": "203.0.113.9, 127.0.0.1"},
         other={"caddy": Other("it believes only those that trusted_proxies names",
                               seen={"x-forwarded-for": "127.0.0.1"}),
                "envoy": Other("it puts no blank between the members of a list",
                               seen={"x-forwarded-for": "203.0.113.9,127.0.0.1"})}),
    Case("not forwarded", "/plain/x", "/plain/x",
         seen={"x-forwarded-for": None, "x-forwarded-host": None, "x-forwarded-proto": None, "via": None}),
)  # fmt: skip

BACK = (
    Case("a redirect inside the target", "/api/absolute?/v1/login?x=1", "/v1/absolute?/v1/login?x=1", status=302,
         got={"location": "http://@OWN@/api/login?x=1"}),
    Case("to the target itself", "/api/absolute?/v1", "/v1/absolute?/v1", status=302,
         got={"location": "http://@OWN@/api"}),
    Case("by its path", "/api/relative?/v1/login", "/v1/relative?/v1/login", status=302,
         got={"location": "/api/login"}),
    Case("by a near miss of its path", "/api/relative?/v10/login", "/v1/relative?/v10/login", status=302,
         got={"location": "/v10/login"}),
    Case("without rewriting", "/plain/absolute?/plain/x", "/plain/absolute?/plain/x", status=302,
         got={"location": "http://@OWN@/plain/x"}),
    Case("to another server", "/api/relative?https://login.example.com/", "/v1/relative?https://login.example.com/",
         status=302, got={"location": "https://login.example.com/"}),
    Case("a redirect that is kept", "/kept/absolute?/x", "/kept/absolute?/x", status=302,
         got={"location": "http://localhost:@PORT@/x"}),
    Case("a cookie with a Path", "/api/cookie?a=b~Path=/v1/me~HttpOnly", "/v1/cookie?a=b~Path=/v1/me~HttpOnly",
         got={"set-cookie": ["a=b; Path=/api/me; HttpOnly"]}),
    Case("with the Path of the target", "/api/cookie?a=b~Path=/v1", "/v1/cookie?a=b~Path=/v1",
         got={"set-cookie": ["a=b; Path=/api"]}),
    Case("with the Path of a near miss", "/api/cookie?a=b~Path=/v10", "/v1/cookie?a=b~Path=/v10",
         got={"set-cookie": ["a=b; Path=/v10"]}),
    Case("two cookies", "/api/cookies?a=b~Path=/&c=d~Path=/v1/x~SameSite=Lax",
         "/v1/cookies?a=b~Path=/&c=d~Path=/v1/x~SameSite=Lax",
         got={"set-cookie": ["a=b; Path=/", "c=d; Path=/api/x; SameSite=Lax"]}),
    Case("a cookie that is kept", "/kept/cookie?a=b~Path=/v1~Domain=localhost",
         "/kept/cookie?a=b~Path=/v1~Domain=localhost",
         got={"set-cookie": ["a=b; Path=/v1; Domain=localhost"]}),
    Case("attributes that are forced", "/named/cookie?a=b~Path=/", "/named/cookie?a=b~Path=/",
         got={"set-cookie": ["a=b; Path=/; SameSite=Strict; Secure"]}),
)  # fmt: skip

CORS = (
    Case("simple", "/api/x", "/v1/x", sent={"Origin": _PAGE},
         got={"access-control-allow-origin": _PAGE, "access-control-allow-credentials": "true", "vary": "origin"}),
    Case("from IPv6 loopback", "/api/x", "/v1/x", sent={"Origin": "http://[::1]:5173"},
         got={"access-control-allow-origin": "http://[::1]:5173"}),
    Case("from a name below localhost", "/api/x", "/v1/x", sent={"Origin": "https://app.localhost"},
         got={"access-control-allow-origin": "https://app.localhost"}),
    Case("from a foreign origin", "/api/x", "/v1/x", sent={"Origin": "https://evil.example"},
         got={**_NO_CORS, "vary": "origin"}),
    *(Case(f"from {origin}", "/api/x", "/v1/x", sent={"Origin": origin}, got=_NO_CORS)
      for origin in ("http://localhost.evil.example", "http://evillocalhost", "null", "http://127.0.0.1.evil.example")),
    Case("without an Origin", "/api/x", "/v1/x", got={**_NO_CORS, "vary": "origin"}),
    Case("what the backend says of CORS goes", "/api/own-cors", "/v1/own-cors", sent={"Origin": _PAGE},
         got={"access-control-allow-origin": _PAGE, "access-control-allow-headers": None,
              "access-control-expose-headers": None}),
    Case("for a foreign origin too", "/api/own-cors", "/v1/own-cors", sent={"Origin": "https://evil.example"},
         got=_NO_CORS),
    Case("Vary is added to", "/api/own-vary", "/v1/own-vary", sent={"Origin": _PAGE},
         got={"vary": "accept-encoding, origin"}),
    *(Case(f"on an error of the backend's, {code}", f"/api/{code}", f"/v1/{code}", status=code, sent={"Origin": _PAGE},
           got={"access-control-allow-origin": _PAGE, "access-control-allow-credentials": "true", "vary": "origin"})
      for code in (401, 404, 500)),
    Case("without CORS in the config nothing is said", "/plain/own-cors", "/plain/own-cors", sent={"Origin": _PAGE},
         got={"access-control-allow-origin": "*", "vary": None}),
    Case("a named origin", "/strict/x", "/strict/x", sent={"Origin": _APP},
         got={"access-control-allow-origin": _APP, "access-control-allow-credentials": None,
              "access-control-expose-headers": "X-Mine"}),
    Case("its scheme counts", "/strict/x", "/strict/x", sent={"Origin": "http://app.example.com"}, got=_NO_CORS),
    Case("and its dots", "/strict/x", "/strict/x", sent={"Origin": "https://appxexample.com"}, got=_NO_CORS),
    Case("and its end", "/strict/x", "/strict/x", sent={"Origin": "https://app.example.com.evil"}, got=_NO_CORS),
    Case("loopback is not among them", "/strict/x", "/strict/x", sent={"Origin": _PAGE}, got=_NO_CORS),
)  # fmt: skip

_NOT_ASKED = (
    "a preflight that the policy answers is no longer shown to the backend, whose own answer only devcors judges"
)


def _answered(name: str, path: str, origin: str, got: dict[str, Any]) -> Case:
    target = path.replace("/api", "/v1")
    other = {server: Other(_NOT_ASKED, unseen=True) for server in ("nginx", "apache", "caddy", "haproxy", "envoy")}
    return Case(name, path, target, "OPTIONS", {"Origin": origin, **_ASKED}, status=204, got=got, other=other)


PREFLIGHTS = (
    _answered("a preflight", "/api/x", _PAGE, {
        "access-control-allow-origin": _PAGE,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "PUT",
        "access-control-allow-headers": "x-one, content-type",
        "access-control-max-age": "0",
        "vary": _PREFLIGHT_VARY,
    }),
    _answered("a preflight where the backend has nothing", "/api/404", _PAGE, {"access-control-allow-origin": _PAGE}),
    _answered("a preflight of a strict policy", "/strict/x", _APP, {
        "access-control-allow-origin": _APP,
        "access-control-allow-credentials": None,
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-headers": "X-One, X-Two",
        "access-control-expose-headers": None,
        "access-control-max-age": "600",
    }),
    Case("a foreign preflight is the backend's to answer", "/api/x", "/v1/x", "OPTIONS",
         {"Origin": "https://evil.example", **_ASKED}, got=_NO_CORS),
)  # fmt: skip

_ROWS = (*PATHS, *MESSAGES, *NAMES, *BACK, *CORS, *PREFLIGHTS)
_NAMES = {case.name for case in _ROWS}
assert all(set(rows) <= _NAMES for rows in DEV_SERVER_ROWS.values())
TABLE = tuple(
    replace(
        case,
        other={**case.other, **{name: rows[case.name] for name, rows in DEV_SERVER_ROWS.items() if case.name in rows}},
    )
    for case in _ROWS
)
