"""Envoy has no expressions for fields that come back: its Lua filter does to them what the expressions say."""

from __future__ import annotations

import re
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from devcors.config.schema import Config
from devcors.interop.exports.describing import describe
from devcors.interop.exports.description import Edit
from devcors.interop.exports.exporting import export
from devcors.interop.exports.expressions import cookie_edits, location_edits
from tests.support.ports import free_port
from tests.support.programs import program
from tests.support.servers import Reply, Seen, serve

from .servers import home, prepared

ROUTES: dict[str, dict[str, Any]] = {
    "/api": {"rewrite": "/v1"},
    "/deep%2fer": {"rewrite": "/v%2F2"},
    "/strip": {"rewrite": ""},
    "/plain": {},
    "/forced": {"cookies": {"path": "/x", "secure": False, "samesite": "lax"}},
}
LOCATIONS = (
    "@/v1", "@/v1/", "@/v1?x", "@/v1#x", "@/v1/a?b#c", "@/v10", "@", "@/", "@?x", "@/v%2f2/x", "@/v%2F2/x", "@/plain/x",
    "@.evil.example/v1", "@@/v1", "//api.example/v1", "/v1", "/v1/", "/v1?x", "/v1/x", "/v10/x", "/", "//x", "/\\x",
    "/v%2f2", "x", "?x", "", "https://localhost/v1", "/strip/x",
)  # fmt: skip
COOKIES = (
    "a=b", "a=b; Path=/", "a=b; path=/v1", "a=b; Path=/v1/", "a=b; PATH=/v1/x", "a=b; Path=/v10; Secure",
    "a=b; Path=/v1//x", "a=b; Domain=localhost; HttpOnly", "a=b; domain=.LOCALHOST", "a=b; Domain=xlocalhost",
    "a=Domain=localhost; Path=/v%2f2/x", "a=b; SameSite=None; Secure; Path=/y; Max-Age=1", "a=b; ; Path=", "a; Path=/q",
    "a=b;Path=/v1;Domain=localhost;Secure",
)  # fmt: skip


def applied(edits: list[Edit], text: str, *, first: bool) -> str:
    """What a server with expressions makes of a value: the first that finds something, or one after the other."""
    for edit in edits:
        if found := re.search(edit.regex, text):
            made = "".join(part if isinstance(part, str) else found[part] or "" for part in edit.parts)
            text = text[: found.start()] + made + text[found.end() :]
            if first:
                break
    return text


def plain(cookie: str) -> list[str]:
    """A cookie's attributes without the blanks around them, which mean nothing (RFC 6265, section 5.2)."""
    parts = (part.partition("=") for part in cookie.split(";"))
    return ["=".join((name.strip().lower(), text.strip())) for name, _, text in parts if name.strip()]


def said(seen: Seen) -> Reply:
    """Whatever the request asks for comes back."""
    wanted = [(name[2:], text) for name, text in seen.headers if name.lower() in ("x-location", "x-set-cookie")]
    return Reply(headers=wanted)


def test_what_comes_back_is_changed_as_the_expressions_say(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    port = free_port()
    with serve(said) as behind:
        routes = {path: {"target": behind.url, **table} for path, table in ROUTES.items()}
        config = Config.model_validate({"server": {"listen": f"127.0.0.1:{port}"}, "routes": routes})
        site = describe(config)
        command = prepared(tmp_path, "envoy", export("envoy", config).text, request.config.cache)
        running = program(command, port=port, folder=tmp_path, environ=home(tmp_path))
        with running, closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            for route in site.routes:
                edits = list(location_edits(route.redirects))
                for text in (location.replace("@", behind.url) for location in LOCATIONS):
                    connection.request("GET", quote(route.name, safe="/%"), headers={"X-Location": text})
                    response = connection.getresponse()
                    response.read()
                    wanted = applied(edits, text, first=True).replace("#own", f"http://127.0.0.1:{port}", 1)
                    assert (route.name, text, response.getheader("Location", "")) == (route.name, text, wanted)
                for text in COOKIES:
                    connection.request("GET", quote(route.name, safe="/%"), headers={"X-Set-Cookie": text})
                    response = connection.getresponse()
                    response.read()
                    wanted = applied(list(cookie_edits(route.cookies)), text, first=False)
                    given = response.getheader("Set-Cookie", "")
                    assert (route.name, text, plain(given)) == (route.name, text, plain(wanted))


def test_a_config_with_everything_is_accepted(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    routes = {
        "/name": {
            "target": "https://api.example.com",
            "timeout": {"connect": "0s", "idle": "1500ms"},
        },
        "/address": {"target": "http://[::1]:8080", "host": "keep", "origin": "keep", "cookies": "keep"},
        "/tls": {"target": "https://127.0.0.1:8443", "redirects": "keep"},
        "/nobody": {"target": "http://localhost:8080", "cors": {"mode": "rewrite", "origins": []}},
        "/strict": {"target": "http://localhost:8080", "cors": {"mode": "rewrite", "headers": []}},
        "/é x": {"target": "http://localhost:8080", "rewrite": "/$1%2f", "match": {"hosts": ["*.example.com:81"]}},
    }
    config = Config.model_validate({"server": {"listen": "localhost:2677"}, "routes": routes})
    assert prepared(tmp_path, "envoy", export("envoy", config).text, request.config.cache)
