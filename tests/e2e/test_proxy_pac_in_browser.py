"""Real Chromium with the proxy.pac that devcors serves: its hosts through devcors, all else direct."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from devcors.proxy.authority import CERTIFICATE_FILE
from tests.support.browser import browser, through_proxy
from tests.support.daemon import Daemon, running
from tests.support.servers import Reply, Server, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NAMED = ("api.example.test", "a.cdn.example.test", "ported.example.test")


@pytest.fixture
def server() -> Iterator[Server]:
    """What every name leads to, when it is asked directly."""
    with serve(lambda seen: Reply(headers=[("Content-Type", "text/html")], body=b"direct")) as server:
        yield server


@pytest.fixture
def behind() -> Iterator[Server]:
    """What devcors sends the hosts of the config to."""
    with serve(lambda seen: Reply(headers=[("Content-Type", "text/html")], body=b"through devcors")) as server:
        yield server


def config(behind: Server, server: Server) -> str:
    target = f'target = "{behind.url}"'
    return f"""
        [intercept]
        "api.example.test" = {{ {target} }}
        "*.cdn.example.test" = {{ {target} }}
        "ported.example.test:{server.port}" = {{ {target} }}
    """


def text(page: Page, url: str) -> str:
    """What the page shows, or the browser's own error."""
    page.goto(url)
    return page.inner_text("body")


def test_its_hosts_through_devcors_and_others_direct(tmp_path: Path, server: Server, behind: Server) -> None:
    with running(tmp_path, config(behind, server)) as daemon:
        flags = _flags(daemon, tmp_path)
        with browser(tmp_path / "profile", *flags) as context:
            page = context.new_page()
            for name in NAMED:
                assert text(page, f"http://{name}:{server.port}/x") == "through devcors", name
            for name in ("other.example.test", "cdn.example.test", "x.api.example.test"):
                assert text(page, f"http://{name}:{server.port}/x") == "direct", name
            assert daemon.stop() == 0
            assert {urlsplit(record["url"]).hostname for record in daemon.records} == set(NAMED)
            for name in (*NAMED, "other.example.test"):
                assert text(page, f"http://{name}:{server.port}/y") == "direct", name


def test_a_browser_that_starts_without_devcors_goes_direct(tmp_path: Path, server: Server, behind: Server) -> None:
    with running(tmp_path, config(behind, server)) as daemon:
        flags = _flags(daemon, tmp_path)
    with browser(tmp_path / "profile", *flags) as context:
        assert text(context.new_page(), f"http://api.example.test:{server.port}/") == "direct"


def test_an_https_host_is_opened(tmp_path: Path, server: Server, behind: Server) -> None:
    with running(tmp_path, config(behind, server) + "[server]\nhttps = true") as daemon:
        daemon.message("PAC:")
        trusted = through_proxy(0, tmp_path / "home" / "data" / "ca" / CERTIFICATE_FILE)[-1]
        with browser(tmp_path / "profile", *_flags(daemon, tmp_path), trusted) as context:
            assert text(context.new_page(), "https://api.example.test/") == "through devcors"


def _flags(daemon: Daemon, folder: Path) -> list[str]:
    return [
        f"--proxy-pac-url=http://127.0.0.1:{daemon.admin_port}/proxy.pac",
        "--host-resolver-rules=MAP *.example.test 127.0.0.1",
    ]
