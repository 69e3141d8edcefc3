"""Every key of devcors.toml does something: a request before, a request after, told apart by that key alone.

What each key takes and refuses is tested in tests/config; here a config goes in and what the policy makes of a request
and its response comes out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from devcors.config.schema import Table
from tests.policy.asking import DOOR, PAGE, Ask, observed

PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a,x-b"}
OTHER = "https://app.example.com"
ALLOW = "< access-control-allow-origin"


class Case(NamedTuple):
    """With `toml`, `ask` shows `expected` (None: absent)."""

    key: str
    toml: str
    ask: Ask
    expected: dict[str, Any]


def route(keys: str, pattern: str = "/api") -> str:
    table = ", ".join(filter(None, ("target = 'http://h:1/base'", keys)))
    return f"[routes]\n'{pattern}' = {{ {table} }}"


def host(keys: str) -> str:
    return f'[intercept]\n"api.test" = {{ {keys} }}'


def cors(keys: str) -> str:
    return f'[cors]\n{keys}\n[intercept]\n"api.test" = {{ cors = "inject" }}'


INJECTING = host("cors.mode = 'inject'")
API = Ask("GET /api/x?q=1")
PROXIED = Ask("GET /x", through="https://api.test")
FROM_PAGE = Ask("GET /x", {"Origin": PAGE}, through="https://api.test")
FROM_OTHER = Ask("GET /x", {"Origin": OTHER}, through="https://api.test")
PREFLIGHTED = Ask("OPTIONS /x", PREFLIGHT, through="https://api.test", status=405)
COOKIE = "a=1; Domain=h; Path=/base/api; Secure; SameSite=None"
HOST_COOKIE = "a=1; Domain=staging.test; Path=/"

ROUTING = [
    Case("Config.frontend", "frontend = 'http://h:1'", Ask("GET /x"), {"to": "http://h:1/x"}),
    Case(
        "Config.frontend",
        "frontend = { target = 'https://h/base', host = 'keep' }",
        Ask("GET /x"),
        {"to": "https://h/base/x", "> host": "localhost:2677"},
    ),
    Case(
        "Config.frontend",
        "frontend = { target = 'http://h:1', rewrite = '/app' }",
        Ask("GET /x?q", status=302, reply={"Location": "/app/y", "Set-Cookie": "a=1; Path=/app/z"}),
        {"to": "http://h:1/app/x?q", "< location": "/y", "< set-cookie": "a=1; Path=/z"},
    ),
    Case(
        "Config.frontend", "frontend = { target = 'http://h', match.methods = ['GET'] }", Ask("PUT /"), {"answer": 404}
    ),
    Case("Config.frontend", "", Ask("GET /x"), {"answer": 404}),
    Case("Config.routes", "[routes]\n'/api' = 'http://h:1'", API, {"to": "http://h:1/api/x?q=1"}),
    Case("Config.routes", "[routes]\n'/api' = 'http://h:1'", Ask("GET /apis"), {"answer": 404}),
    Case(
        "Config.routes",
        "[routes]\n'/' = 'http://h:1'\n'/api/:id' = 'http://h:2'\n'/api' = 'http://h:3'\n'^x$' = 'http://h:4'",
        Ask("GET /api/x"),
        {"to": "http://h:2/api/x"},
    ),
    Case("Route.target", "[routes]\n'/api' = 'wss://h/base/'", API, {"to": "https://h/base/api/x?q=1"}),
    Case(
        "Route.target",
        "[routes]\n'/api' = 'ws://[::1]:1'",
        API,
        {"to": "http://[::1]:1/api/x?q=1", "> host": "[::1]:1"},
    ),
    Case("Route.rewrite", route("rewrite = ''"), API, {"to": "http://h:1/base/x?q=1"}),
    Case("Route.rewrite", route("rewrite = '/v2'"), API, {"to": "http://h:1/base/v2/x?q=1"}),
    Case(
        "Route.rewrite",
        route("rewrite = '/:b/:a*'", "/api/:b/:a*"),
        Ask("GET /api/%41/y/z"),
        {"to": "http://h:1/base/%41/y/z"},
    ),
    Case(
        "Route.rewrite",
        route(r"rewrite = '/v\1'", r"^/api/v(\d)"),
        Ask("GET /api/v7/z"),
        {"to": "http://h:1/base/v7/z"},
    ),
    *(
        Case(key, route(f"match = {{ {condition} }}"), ask, expected)
        for key, condition, ask, expected in (
            ("Route.match", "methods = ['GET'], hosts = ['no.test']", API, {"answer": 404}),
            ("Match.methods", "methods = ['PUT']", Ask("PUT /api"), {"to": "http://h:1/base/api"}),
            ("Match.methods", "methods = ['PUT']", API, {"answer": 404}),
            (
                "Match.hosts",
                "hosts = ['*.localhost']",
                Ask("GET /api", host="a.localhost"),
                {"to": "http://h:1/base/api"},
            ),
            ("Match.hosts", "hosts = ['*.localhost']", API, {"answer": 404}),
            ("Match.headers", "headers.X-A = '1'", Ask("GET /api", {"x-a": "1"}), {"to": "http://h:1/base/api"}),
            ("Match.headers", "headers.X-A = '1'", Ask("GET /api", {"x-a": "2"}), {"answer": 404}),
        )
    ),
    *(
        Case(
            "Route.match",
            "[routes]\n'/' = 'http://h:1'\n'/api' = [{ target = 'http://h:2', match.methods = ['PUT'] }, "
            "{ target = 'http://h:3', match.headers.X-A = '*' }]",
            Ask(f"{method} /api", fields),
            {"to": f"http://h:{port}/api"},
        )
        for method, fields, port in (("PUT", {"X-A": "1"}, 2), ("GET", {"X-A": "1"}, 3), ("GET", {}, 1))
    ),
]

OWN_PAGE = Ask("GET /api", {"Origin": DOOR, "Referer": f"{DOOR}/page"})
REQUEST = [
    Case("Route.host", route(""), API, {"> host": "h:1"}),
    Case("Route.host", route("host = 'keep'"), API, {"> host": "localhost:2677"}),
    Case("Route.host", route("host = 'a.test:81'"), API, {"> host": "a.test:81"}),
    Case("Route.origin", route(""), OWN_PAGE, {"> origin": "http://h:1", "> referer": "http://h:1/page"}),
    Case("Route.origin", route("origin = 'keep'"), OWN_PAGE, {"> origin": DOOR, "> referer": f"{DOOR}/page"}),
    Case("Route.origin", route(f"origin = '{OTHER}'"), OWN_PAGE, {"> origin": OTHER, "> referer": f"{OTHER}/page"}),
    Case("Route.origin", route(""), Ask("GET /api", {"Origin": PAGE}), {"> origin": PAGE}),
    Case("Route.forwarded", route(""), OWN_PAGE, {"> x-forwarded-for": None, "> x-forwarded-host": None}),
    Case(
        "Route.forwarded",
        route("forwarded = true"),
        Ask("GET /api", {"Origin": DOOR, "X-Forwarded-For": "10.0.0.1"}),
        {
            "> x-forwarded-for": "10.0.0.1, 127.0.0.1",
            "> x-forwarded-host": "localhost:2677",
            "> x-forwarded-proto": "http",
            "> x-forwarded-port": "2677",
            "> origin": DOOR,
            "> host": "h:1",
        },
    ),
    Case("Route.forwarded", route("forwarded = true, origin = 'target'"), OWN_PAGE, {"> origin": "http://h:1"}),
    Case(
        "Route.headers",
        route("headers = { request = { X-A = '1' }, response = { X-B = '2' } }"),
        API,
        {"> x-a": "1", "< x-b": "2", "< x-a": None},
    ),
    Case(
        "Headers.request",
        route("headers.request = { X-A = 'new', Cookie = '', Host = 'edited.test' }"),
        Ask("GET /api", {"x-a": "old", "Cookie": "s=1"}),
        {"> x-a": "new", "> cookie": None, "> host": "edited.test"},
    ),
    Case(
        "Headers.response",
        route("headers.response = { Server = '', Content-Security-Policy = \"default-src 'self'\" }"),
        Ask("GET /api", reply={"Server": "x", "content-security-policy": "none"}),
        {"< server": None, "< content-security-policy": "default-src 'self'"},
    ),
]

RESPONSE = [
    Case(
        "Route.cookies",
        route(""),
        Ask("GET /api", reply={"Set-Cookie": COOKIE}),
        {"< set-cookie": "a=1; Path=/api; Secure; SameSite=None"},
    ),
    Case(
        "Route.cookies",
        route("cookies = 'keep'"),
        Ask("GET /api", reply={"Set-Cookie": COOKIE}),
        {"< set-cookie": COOKIE},
    ),
    *(
        Case(
            key,
            route(f"cookies = {{ {edit} }}"),
            Ask("GET /api", reply={"Set-Cookie": COOKIE}),
            {"< set-cookie": expected},
        )
        for key, edit, expected in (
            ("CookieEdits.domain", "domain = 'd.test'", "a=1; Domain=d.test; Path=/base/api; Secure; SameSite=None"),
            ("CookieEdits.path", "path = ''", "a=1; Domain=h; Secure; SameSite=None"),
            ("CookieEdits.secure", "secure = false", "a=1; Domain=h; Path=/base/api; SameSite=None"),
            ("CookieEdits.samesite", "samesite = 'Lax'", "a=1; Domain=h; Path=/base/api; Secure; SameSite=Lax"),
        )
    ),
    *(
        Case(
            "Route.redirects",
            route(f"rewrite = '/v2'{keys}"),
            Ask("GET /api", status=302, reply={"Location": given}),
            {"< location": expected},
        )
        for keys, given, expected in (
            ("", "http://h:1/base/v2/new?q", f"{DOOR}/api/new?q"),
            ("", "/base/v2/new", "/api/new"),
            ("", "https://login.test/", "https://login.test/"),
            (", host = 'keep'", f"{DOOR}/base/v2/new", f"{DOOR}/api/new"),
            (", host = 'keep'", "http://h:1/base/v2/new", f"{DOOR}/api/new"),
            (", redirects = 'keep'", "http://h:1/base/v2/new", "http://h:1/base/v2/new"),
        )
    ),
]

UPSTREAM = [
    Case("Route.verify", route(""), API, {"verify": True, "wait": 5.0, "connect": 10.0, "idle": 0.0}),
    Case("Route.verify", route("verify = false"), API, {"verify": False}),
    Case("Route.verify", route("verify = 'ca.pem'"), API, {"verify": "/project/ca.pem"}),
    Case("Route.wait", route("wait = '2s'"), API, {"wait": 2.0}),
    Case("Route.timeout", route("timeout = { connect = '1s', idle = '2m' }"), API, {"connect": 1.0, "idle": 120.0}),
    Case("Timeout.connect", route("timeout.connect = '300ms'"), API, {"connect": 0.3, "idle": 0.0}),
    Case("Timeout.idle", route("timeout.idle = '1h'"), API, {"connect": 10.0, "idle": 3600.0}),
]

INTERCEPT = [
    Case("Config.intercept", host(""), PROXIED, {"to": "https://api.test/x", "> host": "api.test", "wait": 0.0}),
    Case("Config.intercept", host(""), Ask("GET /x", through="https://b.test"), {"to": None, "< vary": None}),
    *(
        Case(
            "Config.intercept",
            '[intercept]\n"*.test" = { target = "http://any" }\n"a.test" = { target = "http://exact" }\n'
            '"a.test:8443" = { target = "http://port" }',
            Ask("GET /", through=f"https://{named}"),
            {"to": expected, "> host": named},
        )
        for named, expected in (
            ("a.test", "http://exact/"),
            ("a.test:8443", "http://port/"),
            ("b.a.test", "http://any/"),
        )
    ),
    Case("Intercept.target", host("target = 'http://h:1/base'"), PROXIED, {"to": "http://h:1/base/x"}),
    Case("Intercept.verify", host("verify = false"), PROXIED, {"verify": False}),
    Case("Intercept.verify", host("target = 'https://h', verify = 'c.pem'"), PROXIED, {"verify": "/project/c.pem"}),
    Case("Intercept.headers", host("headers.request.X-A = '1'"), PROXIED, {"> x-a": "1"}),
    Case("Intercept.headers", host("headers.response.X-B = '2'"), PROXIED, {"< x-b": "2"}),
    Case("Intercept.timeout", host("timeout = { connect = 1, idle = 2 }"), PROXIED, {"connect": 1.0, "idle": 2.0}),
    *(
        Case(
            "Intercept.cookies",
            host(f"target = 'https://staging.test'{keys}"),
            Ask("GET /x", through="https://api.test", reply={"Set-Cookie": HOST_COOKIE}),
            {"< set-cookie": expected},
        )
        for keys, expected in (
            ("", HOST_COOKIE),
            (", cookies = 'auto'", "a=1; Path=/"),
            (", cookies.domain = 'test'", "a=1; Domain=test; Path=/"),
        )
    ),
    *(
        Case(
            "Intercept.redirects",
            host(f"target = 'https://staging.test/base', redirects = '{setting}'"),
            Ask("GET /x", through="https://api.test", status=302, reply={"Location": "https://staging.test/base/y"}),
            {"< location": expected},
        )
        for setting, expected in (("keep", "https://staging.test/base/y"), ("rewrite", "https://api.test/y"))
    ),
]

STAR = {"Access-Control-Allow-Origin": "*"}
WRONG = {"Access-Control-Allow-Origin": "https://wrong.test", "Access-Control-Expose-Headers": "X-Old"}


def answered(reply: dict[str, str]) -> Ask:
    return Ask("GET /x", {"Origin": PAGE, "Cookie": "a=1"}, through="https://api.test", reply=reply)


MODES = [
    Case("Intercept.cors", host(""), answered(STAR), {ALLOW: "*", "cors": (False, False)}),
    Case("RouteCors.mode", host("cors = 'off'"), answered(STAR), {ALLOW: "*", "cors": None}),
    Case(
        "RouteCors.mode",
        host("cors = 'observe'"),
        answered(WRONG),
        {ALLOW: "https://wrong.test", "cors": (False, False)},
    ),
    Case(
        "RouteCors.mode",
        host("cors = 'inject'"),
        answered({}),
        {ALLOW: PAGE, "< vary": "Origin", "cors": (True, False)},
    ),
    Case("RouteCors.mode", host("cors = 'inject'"), answered(STAR), {ALLOW: PAGE, "cors": (True, False)}),
    Case(
        "RouteCors.mode",
        host("cors = 'inject'"),
        answered(WRONG),
        {ALLOW: "https://wrong.test", "cors": (False, False)},
    ),
    Case(
        "RouteCors.mode",
        host("cors = 'rewrite'"),
        answered(WRONG),
        {ALLOW: PAGE, "< access-control-expose-headers": None, "cors": (True, False)},
    ),
    Case(
        "RouteCors.mode",
        host("cors = 'rewrite'"),
        FROM_OTHER,
        {ALLOW: None, "< vary": "Origin", "cors": (False, False)},
    ),
    Case(
        "Route.cors", route("cors = 'inject'"), Ask("GET /api", {"Origin": PAGE}), {ALLOW: PAGE, "cors": (True, False)}
    ),
    Case("Route.cors", route(""), Ask("GET /api", {"Origin": DOOR}), {ALLOW: None, "cors": None}),
]

# [cors] key, the value, what is asked, what is seen; without the value, what is seen
POLICY: list[tuple[str, str, Ask, dict[str, Any], dict[str, Any]]] = [
    ("origins", f"['{OTHER}']", FROM_OTHER, {ALLOW: OTHER}, {ALLOW: None}),
    ("origins", f"['{OTHER}']", FROM_PAGE, {ALLOW: None}, {ALLOW: PAGE}),
    (
        "methods",
        "['PUT', 'DELETE']",
        PREFLIGHTED,
        {"< access-control-allow-methods": "PUT, DELETE", "status": 204},
        {"< access-control-allow-methods": "PUT", "status": 204},
    ),
    (
        "headers",
        "['X-C']",
        PREFLIGHTED,
        {"< access-control-allow-headers": "X-C"},
        {"< access-control-allow-headers": "x-a, x-b"},
    ),
    (
        "expose",
        "['X-D', 'X-E']",
        FROM_PAGE,
        {"< access-control-expose-headers": "X-D, X-E"},
        {"< access-control-expose-headers": None},
    ),
    (
        "credentials",
        "false",
        FROM_PAGE,
        {"< access-control-allow-credentials": None},
        {"< access-control-allow-credentials": "true"},
    ),
    ("max_age", "600", PREFLIGHTED, {"< access-control-max-age": "600"}, {"< access-control-max-age": "0"}),
]
CORS = [
    case
    for key, value, ask, there, absent in POLICY
    for case in (
        Case(f"CorsTable.{key}", cors(f"{key} = {value}"), ask, there),
        Case(f"CorsTable.{key}", cors(""), ask, absent),
        Case(f"RouteCors.{key}", host(f"cors = {{ mode = 'inject', {key} = {value} }}"), ask, there),
        Case("Config.cors", f"[cors]\n{key} = {value}\n{INJECTING}", ask, there),
    )
]

FRONT = "frontend = 'http://h:1'\n[server]\n"
SERVER = [
    Case("Config.server", f"{FRONT}listen = 'localhost:2677'", Ask(), {"to": "http://h:1/"}),
    Case("Server.https", f"{FRONT}https = true", Ask("PUT /x?q"), {"answer": 308}),
    Case("Server.https", f"{FRONT}https = 'h2'", Ask(), {"answer": 308}),
    Case("Server.allowed_hosts", FRONT, Ask(host="dev.test"), {"answer": 403}),
    Case("Server.allowed_hosts", f"{FRONT}allowed_hosts = ['dev.test']", Ask(host="dev.test:1"), {"to": "http://h:1/"}),
]

CASES = [*ROUTING, *REQUEST, *RESPONSE, *UPSTREAM, *INTERCEPT, *MODES, *CORS, *SERVER]
# where it listens, what it runs and what it keeps is the lanes' to do: test_listening.py, test_own_scripts.py and
# test_flows.py in tests/proxy
ELSEWHERE = {"Server.listen", "Server.admin", "Config.scripts", "Server.capture"}


@pytest.mark.parametrize(("key", "toml", "ask", "expected"), CASES, ids=[case.key for case in CASES])
def test_effect(key: str, toml: str, ask: Ask, expected: dict[str, Any]) -> None:
    seen = observed(toml, ask)
    assert {name: seen.get(name) for name in expected} == expected


def test_every_key_of_the_schema_has_its_effect_tested() -> None:
    schema = {f"{table.__name__}.{key}" for table in Table.__subclasses__() for key in table.model_fields}
    assert schema == {case.key for case in CASES} | ELSEWHERE
