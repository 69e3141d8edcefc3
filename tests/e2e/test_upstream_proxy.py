"""devcors where nobody gets out directly: both lanes go through the proxy that the environment names."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.corporate import Corporate, corporate
from tests.support.daemon import Daemon, made_authority, running
from tests.support.ports import free_port
from tests.support.servers import Certificate, Reply, Server, self_made, serve


@dataclass
class Setting:
    """A daemon with a proxy behind it, and the servers that only that proxy finds."""

    daemon: Daemon
    corporate: Corporate
    plain: Server
    secure: Server
    certificate: Certificate
    ca: Path


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("corporate")
    certificate = self_made(folder, "api.example.test", "tunnel.example.test")
    with (
        serve(lambda _: Reply()) as plain,
        serve(lambda _: Reply(), tls=certificate.server_context()) as secure,
        corporate() as company,
    ):
        config = f"""
            frontend = "{plain.url}"
            [routes]
            "/http" = "http://backend.example.test:{plain.port}"
            "/https" = {{ target = "https://api.example.test:{secure.port}", verify = "{certificate.path}" }}
            "/forbidden" = "http://forbidden.example.test:{plain.port}"
            "/except" = "http://excepted.invalid:{plain.port}"
            [intercept]
            "api.example.test" = {{ cors = "inject", verify = "{certificate.path}" }}
        """
        ca = made_authority(folder)
        proxy = f"http://me:secret@127.0.0.1:{company.port}"
        environ = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "excepted.invalid"}
        with running(folder, config, environ=environ) as daemon:
            yield Setting(daemon, company, plain, secure, certificate, ca)


SECRET = "Basic bWU6c2VjcmV0"  # me:secret


@pytest.mark.parametrize(("path", "host"), [("/http", "backend.example.test"), ("/https", "api.example.test")])
def test_routes(setting: Setting, path: str, host: str) -> None:
    assert httpx.get(f"{setting.daemon.url}{path}/x", trust_env=False).text == "ok"
    server = setting.secure if path == "/https" else setting.plain
    assert setting.corporate.asked[-1] == (f"CONNECT {host}:{server.port}", SECRET)
    assert server.seen[-1].header("proxy-authorization") is None


def test_an_intercepted_host(setting: Setting) -> None:
    context = ssl.create_default_context(cafile=str(setting.ca))
    url = f"https://api.example.test:{setting.secure.port}/intercepted"
    answer = httpx.get(
        url, proxy=setting.daemon.url, verify=context, trust_env=False, headers={"Origin": "http://localhost:1"}
    )
    assert answer.headers["access-control-allow-origin"] == "http://localhost:1"
    assert setting.corporate.asked[-1] == (f"CONNECT api.example.test:{setting.secure.port}", SECRET)


def test_a_tunnel_and_a_relayed_request(setting: Setting) -> None:
    context = ssl.create_default_context(cafile=str(setting.certificate.path))
    url = f"https://tunnel.example.test:{setting.secure.port}/"
    assert httpx.get(url, proxy=setting.daemon.url, verify=context, trust_env=False).text == "ok"
    assert setting.corporate.asked[-1][0] == f"CONNECT tunnel.example.test:{setting.secure.port}"
    url = f"http://relayed.example.test:{setting.plain.port}/"
    assert httpx.get(url, proxy=setting.daemon.url, trust_env=False).text == "ok"
    assert setting.corporate.asked[-1][0] == f"CONNECT relayed.example.test:{setting.plain.port}"


def test_this_machine_and_exceptions_are_reached_directly(setting: Setting) -> None:
    before = list(setting.corporate.asked)
    assert httpx.get(f"{setting.daemon.url}/", trust_env=False).text == "ok"
    assert httpx.get(f"{setting.daemon.url}/except", trust_env=False).status_code == 502
    assert setting.corporate.asked == before


def test_what_the_proxy_refuses_says_who_did(setting: Setting) -> None:
    answer = httpx.get(f"{setting.daemon.url}/forbidden", trust_env=False)
    assert answer.status_code == 502
    proxy = f"127.0.0.1:{setting.corporate.port} (HTTP_PROXY)"
    assert answer.json()["error"]["cause"] == f"the proxy {proxy} answered 403 Forbidden"


def test_a_proxy_that_is_devcors_itself_is_passed_by(tmp_path: Path) -> None:
    """Started from a shell whose environment sends everything through devcors."""
    port = free_port()
    config = f'[server]\nlisten = "localhost:{port}"\n[routes]\n"/" = "http://nowhere.invalid"\n'
    environ = {"HTTP_PROXY": f"http://localhost:{port}"}
    with running(tmp_path, config, environ=environ, any_port=False) as daemon:
        answer = httpx.get(f"{daemon.url}/x", trust_env=False, timeout=20)
        assert answer.status_code == 502
        assert "devcors" not in answer.json()["error"]["cause"]
        daemon.record(lambda record: record["status"] == 502)
        assert len(daemon.records) == 1


def test_a_proxy_that_cannot_be_used_is_told_of(tmp_path: Path) -> None:
    with running(tmp_path, "[routes]\n", environ={"ALL_PROXY": "socks5://127.0.0.1:1"}) as daemon:
        assert "is not used" in daemon.message("ALL_PROXY")
