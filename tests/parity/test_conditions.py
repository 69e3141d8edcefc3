"""`match` and a certificate that is checked or not, in the servers that have them."""

from __future__ import annotations

import ssl
from http.client import HTTPConnection
from pathlib import Path

import pytest

from devcors.config.schema import Config
from devcors.interop.exports.exporting import export
from tests.support.ports import free_port
from tests.support.programs import program
from tests.support.servers import Reply, self_made, serve

from .backend import backend
from .servers import WITH_OPTIONS, home, prepared


def asked(port: int, method: str, path: str, fields: dict[str, str]) -> int:
    """The status of a request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)  # Next listens long before it answers
    try:
        connection.request(method, path, headers=fields)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@pytest.mark.parametrize("server", ["caddy", "haproxy", "envoy", "webpack", "next"])
def test_conditions_choose_among_routes(request: pytest.FixtureRequest, tmp_path: Path, server: str) -> None:
    port = free_port()
    with backend() as behind:
        target = f"http://127.0.0.1:{behind.port}"
        # a rewrite of Next's cannot ask for the method
        methods = {} if server == "next" else {"methods": ["GET", "HEAD"]}
        routes = [
            {"target": f"{target}/read", "match": {**methods, "headers": {"X-Kind": "a b"}}},
            {"target": f"{target}/host", "match": {"hosts": ["*.example.com"]}},
            {"target": f"{target}/any", "match": {"headers": {"X-Kind": "*"}}},
            target,
        ]
        config = Config.model_validate({"server": {"listen": f"127.0.0.1:{port}"}, "routes": {"/api": routes}})
        command = prepared(tmp_path, server, export(server, config).text, request.config.cache)
        with program(command, port=port, folder=tmp_path, environ={**home(tmp_path), "PORT": str(port)}):
            for method, fields in (
                ("GET", {"X-Kind": "a b"}),
                ("POST", {"X-Kind": "a b"}),
                ("GET", {"X-Kind": "a bc"}),
                ("GET", {"Host": f"x.example.com:{port}"}),
                ("GET", {"Host": "example.com"}),
            ):
                assert asked(port, method, "/api", fields) == 200
        targets = [seen.target for seen in behind.received]
    posted = "/any/api" if methods else "/read/api"
    assert targets == ["/read/api", posted, "/any/api", "/host/api", "/api"]


@pytest.mark.parametrize("server", WITH_OPTIONS)
def test_a_certificate_is_checked_as_the_route_says(
    request: pytest.FixtureRequest, tmp_path: Path, server: str
) -> None:
    port = free_port()
    ours = self_made(tmp_path, "localhost", "127.0.0.1")
    (tmp_path / "other").mkdir()
    other = self_made(tmp_path / "other", "localhost", "127.0.0.1")
    context: ssl.SSLContext = ours.server_context()
    one, two, three = (serve(lambda _: Reply(), tls=context) for _ in range(3))
    with one as named, two as unchecked, three as checked:
        routes = {
            "/named": {"target": named.url, "verify": str(ours.path)},
            "/unchecked": {"target": unchecked.url, "verify": False},
            "/checked": {"target": checked.url, "verify": str(other.path)},
        }
        config = Config.model_validate({"server": {"listen": f"127.0.0.1:{port}"}, "routes": routes})
        command = prepared(tmp_path, server, export(server, config).text, request.config.cache)
        with program(command, port=port, folder=tmp_path, environ=home(tmp_path)):
            told = {path: asked(port, "GET", path, {}) for path in routes}
            assert asked(port, "GET", "/elsewhere", {}) == 404
    assert (told["/named"], told["/unchecked"]) == (200, 200)
    assert told["/checked"] in (500, 502, 503)
