"""The manual proxy of the system is gone through, also while devcors holds the setting; real gsettings and Chromium."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.browser import browser
from tests.support.corporate import Corporate, corporate
from tests.support.daemon import Daemon, environment, made_authority, running
from tests.support.gnome import SCHEMA, SCRIPT, Gnome, Setting
from tests.support.ports import free_port
from tests.support.servers import Certificate, Reply, Server, self_made, serve

HELD = {"not held": (), "script": ("on",), "all": ("on", "--all")}
HTML = [("Content-Type", "text/html")]


@dataclass
class World:
    """What only the company's proxy finds: names of example.test."""

    gnome: Gnome
    company: Corporate
    plain: Server
    secure: Server
    certificate: Certificate
    folder: Path

    @property
    def config(self) -> str:
        return f"""
            [routes]
            "/http" = "http://backend.example.test:{self.plain.port}"
            "/except" = "http://excepted.invalid:{self.plain.port}"
            [intercept]
            "api.example.test" = {{ cors = "inject", verify = "{self.certificate.path}" }}
            "mapped.example.test" = {{ target = "{self.plain.url}" }}
        """

    def devcors(self, *words: str) -> str:
        """Another devcors command; what it said."""
        ran = subprocess.run(
            [sys.executable, "-m", "devcors", *words],
            env=environment(self.folder / "home", self.gnome.environ),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return ran.stderr

    def script_url(self) -> str:
        """What a browser fetches."""
        return self.gnome.tool("get", SCHEMA, "autoconfig-url").strip("'\n")


@pytest.fixture
def world(gnome: Gnome, tmp_path: Path) -> Iterator[World]:
    certificate = self_made(tmp_path, "api.example.test", "tunnel.example.test")
    with (
        serve(lambda _: Reply(headers=HTML, body=b"direct")) as plain,
        serve(lambda _: Reply(headers=HTML, body=b"secure"), tls=certificate.server_context()) as secure,
        corporate() as company,
    ):
        yield World(gnome, company, plain, secure, certificate, tmp_path)


def manual(port: int, *excepted: str) -> Setting:
    server = {f"{SCHEMA}.{scheme} {key}": text for scheme in ("http", "https") for key, text in _server(port)}
    return {f"{SCHEMA} mode": "'manual'", f"{SCHEMA} ignore-hosts": str(list(excepted)) if excepted else "[]", **server}


def _server(port: int) -> list[tuple[str, str]]:
    return [("host", "'127.0.0.1'"), ("port", str(port))]


@pytest.mark.parametrize("held", HELD)
def test_what_leaves_this_machine_goes_through_it(world: World, held: str) -> None:
    ca = made_authority(world.folder)
    before = world.gnome.begin(manual(world.company.port, "localhost", "*.invalid"))
    with running(world.folder, world.config, environ=world.gnome.environ) as daemon:
        if HELD[held]:
            assert "no script" not in world.devcors("system-proxy", *HELD[held])
            assert world.gnome.now() != before
        _asks_the_company(world, daemon, ca)
        if HELD[held]:
            world.devcors("system-proxy", "off")
            assert world.gnome.now() == before
            _asks_the_company(world, daemon, ca)
    assert world.gnome.now() == before


def _asks_the_company(world: World, daemon: Daemon, ca: Path) -> None:
    """A route, an opened host, a tunnel, a request relayed; not this machine, and not an exception."""
    asked = world.company.asked
    asked.clear()
    plain, secure = world.plain.port, world.secure.port
    proxied = httpx.Client(proxy=daemon.url, verify=ssl.create_default_context(cafile=str(ca)), trust_env=False)
    tunnel = httpx.Client(
        proxy=daemon.url, verify=ssl.create_default_context(cafile=str(world.certificate.path)), trust_env=False
    )
    with proxied, tunnel:
        assert httpx.get(f"{daemon.url}/http", trust_env=False).text == "direct"
        assert proxied.get(f"https://api.example.test:{secure}/").text == "secure"
        assert tunnel.get(f"https://tunnel.example.test:{secure}/").text == "secure"
        assert tunnel.get(f"http://relayed.example.test:{plain}/").text == "direct"
        assert tunnel.get("http://mapped.example.test/").text == "direct"
        assert httpx.get(f"{daemon.url}/except", trust_env=False).status_code == 502
    assert {line for line, _ in asked} <= {
        f"CONNECT {name}.example.test:{port}"
        for name, port in (("backend", plain), ("api", secure), ("tunnel", secure), ("relayed", plain))
    }
    assert {line.partition(".")[0] for line, _ in asked} >= {"CONNECT api", "CONNECT tunnel", "CONNECT relayed"}


@pytest.mark.browser
def test_a_browser_with_the_script_goes_as_before(world: World) -> None:
    world.gnome.begin(manual(world.company.port, "direct.example.test"))
    with running(world.folder, world.config, arguments=["--system-proxy"], environ=world.gnome.environ) as daemon:
        daemon.message("the system's proxy is set")
        script = world.script_url()
        flags = [f"--proxy-pac-url={script}", "--host-resolver-rules=MAP *.example.test 127.0.0.1"]
        with browser(world.folder / "profile", *flags) as context:
            page = context.new_page()

            def shown(name: str) -> str:
                page.goto(f"http://{name}.example.test:{world.plain.port}/x")
                return page.inner_text("body")

            assert [shown(name) for name in ("mapped", "other", "direct")] == ["direct", "the corporate", "direct"]
            daemon.record(lambda record: "mapped" in record["url"])
            assert [line for line, _ in world.company.asked if "/x" in line] == [
                f"GET http://other.example.test:{world.plain.port}/x"
            ]
            assert daemon.stop() == 0
            # the browser still has the script: what stood before stands behind devcors too
            assert [shown(name) for name in ("mapped", "other", "direct")] == [
                "the corporate",
                "the corporate",
                "direct",
            ]


def test_a_script_cannot_be_followed_and_devcors_says_so(world: World) -> None:
    world.gnome.begin(SCRIPT)
    with running(world.folder, world.config, arguments=["--system-proxy"], environ=world.gnome.environ) as daemon:
        daemon.message("but no script")
        assert httpx.get(f"{daemon.url}/http", trust_env=False).status_code == 502
        world.devcors("system-proxy", "off")
        assert "no script" in world.devcors("system-proxy", "on", "--all")


def test_a_change_is_seen_when_a_browser_fetches_the_script(world: World) -> None:
    """By then devcors may have looked long ago: with nothing set, or another network."""
    world.gnome.begin({})
    with running(world.folder, world.config, environ=world.gnome.environ) as daemon:
        assert httpx.get(f"{daemon.url}/http", trust_env=False).status_code == 502
        world.gnome.set(manual(world.company.port))
        world.devcors("system-proxy", "on")
        first = world.script_url()
        deadline = time.monotonic() + 10
        while f"127.0.0.1:{world.company.port}" not in httpx.get(world.script_url(), trust_env=False).text:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        daemon.message("the system's proxy is set anew")
        assert world.script_url() != first


def test_a_change_is_followed(world: World) -> None:
    world.gnome.begin({})
    with running(world.folder, world.config, environ=world.gnome.environ) as daemon:
        assert httpx.get(f"{daemon.url}/http", trust_env=False).status_code == 502
        world.gnome.set(manual(world.company.port))
        (world.folder / "devcors.toml").write_text(world.config + '"more.test" = {}\n')
        daemon.message(f"what leaves this machine goes through 127.0.0.1:{world.company.port} (the system's setting)")
        assert httpx.get(f"{daemon.url}/http", trust_env=False).text == "direct"


def test_devcors_itself_is_not_gone_through(world: World) -> None:
    """Somebody has set it by hand: a request that went there would come back for ever."""
    port = free_port()
    config = world.config + f'[server]\nlisten = "localhost:{port}"\n'
    world.gnome.begin(manual(port))
    with running(world.folder, config, any_port=False, environ=world.gnome.environ) as daemon:
        assert httpx.get(f"{daemon.url}/http", trust_env=False).status_code == 502
        script = httpx.get(f"http://localhost:{daemon.admin_port}/proxy.pac", trust_env=False).text
        assert f'PROXY 127.0.0.1:{port}"' not in script
        with running(world.folder, arguments=["--port", "0"], any_port=False, environ=world.gnome.environ) as second:
            assert httpx.get(f"{second.url}/http", trust_env=False).status_code == 502
            second.record(lambda record: record["status"] == 502)
        assert len(daemon.records) == 1
