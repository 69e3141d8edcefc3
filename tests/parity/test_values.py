"""Values that have a meaning in some server's language come out of the real server as they went in, or are refused."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from devcors.config.schema import Config
from devcors.errors import UsageError
from devcors.interop.exports.exporting import export
from tests.support.ports import free_port
from tests.support.programs import program

from .backend import backend
from .servers import WITH_OPTIONS, home, prepared

VALUES = (
    '"', "'", '""', "a\\", "\\", "\\\\", '\\"', "\\n", "$", "$1", "$host", "${host}", "${PATH}", "$$", "%", "%%", "%e",
    "%t", "%{x}e", "%[src]", ";", "a;b", "{", "}", "{}", "a { b }", "{$HOME}", "{env.HOME}", "{http.request.host}", "#",
    "a # b", "`", "`\\`", "``", "a`b\\", "'; }", '"; } server {', "expr=1", "a\tb", "(a|b)*[c]^d?", "<If>", "&&", "!",
    "-", "|", "~", "/*", "\\1", "\\x41", "'\\''", '{"json": ["a", "$b"]}', "a, b", "a=b",
)  # fmt: skip
COOKIE_PATH = "/p$1%n\\1\\n\\\\&$(1)\\"
REFUSED = {
    "nginx": set[str](),
    "apache": {"${host}", "${PATH}", "expr=1"},
    "caddy": {value for value in VALUES if "{" in value or ("`" in value and "\\" in value)},
    "haproxy": set[str](),
    "envoy": set[str](),
    "vite": set[str](),
    "webpack": set[str](),
}
"""What a server's language has no way to write; a tab is taken for a control character everywhere."""


def config_with(port: int, upstream: int, values: tuple[str, ...]) -> Config:
    named = {f"X-V{number}": value for number, value in enumerate(values)}
    route = {"target": f"http://127.0.0.1:{upstream}", "headers": {"request": named, "response": named}}
    cookies = {"target": f"http://127.0.0.1:{upstream}", "cookies": {"path": COOKIE_PATH}}
    routes = {"/api": route, "/cookie": cookies}
    return Config.model_validate({"server": {"listen": f"127.0.0.1:{port}"}, "routes": routes})


@pytest.mark.parametrize("server", WITH_OPTIONS)
def test_values_come_out_as_they_went_in(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> None:
    refused = set()
    for value in VALUES:
        try:
            export(server, config_with(80, 81, (value,)))
        except UsageError:
            refused.add(value)
    assert refused == REFUSED[server] | {"a\tb"}
    kept = tuple(value for value in VALUES if value not in refused)
    port = free_port()
    with backend() as behind:
        command = prepared(
            tmp_path, server, export(server, config_with(port, behind.port, kept)).text, request.config.cache
        )
        running = program(command, port=port, folder=tmp_path, environ=home(tmp_path))
        with running, closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/api/x")
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"ok")
            connection.request("GET", "/cookie?a=b~Path=/x")
            baked = connection.getresponse()
            baked.read()
        seen = behind.received[0]
    assert baked.getheader("Set-Cookie") == f"a=b; Path={COOKIE_PATH}"
    for number, value in enumerate(kept):
        assert (value, seen.fields.get(f"x-v{number}")) == (value, value)
        assert (value, response.getheader(f"X-V{number}")) == (value, value)
