"""examples/vite-react as its README says: real Vite, real backends, real Chromium, all through devcors."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import browser
from tests.support.daemon import ROOT, Daemon, running
from tests.support.ports import free_port
from tests.support.programs import needed, program

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.timeout(240)]


@dataclass
class Example:
    """The running example."""

    folder: Path
    daemon: Daemon
    page: Page
    requested: list[str]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    base = tmp_path_factory.mktemp("example")
    folder = base / "vite-react"
    shutil.copytree(ROOT / "examples" / "vite-react", folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run([needed("npm"), "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    api, chat, vite = free_port(), free_port(), free_port()
    ports = {"API_PORT": str(api), "CHAT_PORT": str(chat), "VITE_PORT": str(vite)}
    with (
        program([sys.executable, "backends/api.py"], port=api, folder=folder, environ=ports),
        program([needed("node"), "backends/chat.mjs"], port=chat, folder=folder, environ=ports),
        running(folder, environ=ports, command=["npm", "run", "dev"]) as daemon,
        browser(base / "profile") as context,
    ):
        page = context.pages[0]
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto(daemon.url)
        yield Example(folder, daemon, page, requested)


def test_the_app_loads_from_vite_through_one_origin(example: Example) -> None:
    expect(example.page.get_by_test_id("greeting")).to_be_visible()
    assert any("/@vite/client" in url for url in example.requested)
    assert {url.split("/")[2] for url in example.requested} == {f"localhost:{example.daemon.port}"}


def test_fetch_reaches_the_api(example: Example) -> None:
    page = example.page
    page.get_by_test_id("item-name").fill("from the browser")
    page.get_by_test_id("item-add").click()
    expect(page.get_by_test_id("item").filter(has_text="from the browser")).to_be_visible()
    record = example.daemon.record(lambda record: record["method"] == "POST")
    assert (record["route"], record["cors"]) == ("/api", None)


def test_a_login_cookie_is_kept(example: Example) -> None:
    page = example.page
    page.get_by_test_id("login-name").fill("ada")
    page.get_by_test_id("login").click()
    expect(page.get_by_test_id("login-state")).to_have_attribute("data-user", "ada")
    page.reload()
    expect(page.get_by_test_id("login-state")).to_have_attribute("data-user", "ada")


def test_the_chat_socket_works(example: Example) -> None:
    page = example.page
    expect(page.get_by_test_id("chat-state")).to_have_text("open")
    page.get_by_test_id("chat-text").fill("hello through devcors")
    page.get_by_test_id("chat-send").click()
    expect(page.get_by_test_id("chat-message").filter(has_text="hello through devcors")).to_be_visible()


def test_events_arrive_as_they_are_sent(example: Example) -> None:
    page = example.page
    page.wait_for_function(
        "(document.querySelector('[data-testid=clock-ticks]').dataset.arrived ?? '').split(' ').length >= 4"
    )
    arrived = page.get_by_test_id("clock-ticks").get_attribute("data-arrived") or ""
    times = [float(text) for text in arrived.split()]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(300 < gap < 2500 for gap in gaps[-3:]), gaps  # one a second, in milliseconds


def test_hot_module_replacement_follows_an_edit(example: Example) -> None:
    page = example.page
    page.get_by_test_id("count").click()
    counted = page.get_by_test_id("count").inner_text()
    assert "1" in counted
    source = example.folder / "src" / "Greeting.jsx"
    text = page.get_by_test_id("greeting").inner_text()
    source.write_text(source.read_text().replace(text, "Edited while it runs"))
    expect(page.get_by_test_id("greeting")).to_have_text("Edited while it runs", timeout=10_000)
    assert page.get_by_test_id("count").inner_text() == counted  # its state was kept: no reload


def test_a_route_edited_while_it_runs_keeps_the_sockets(example: Example) -> None:
    page, daemon = example.page, example.daemon
    before = int(page.get_by_test_id("clock-count").inner_text())
    file = example.folder / "devcors.toml"
    file.write_text(
        file.read_text().replace('"/api" = "http://localhost:${API_PORT:-8000}"', '"/api" = "http://localhost:9"')
    )
    daemon.message("~ /api -> http://localhost:9")
    page.get_by_test_id("item-name").fill("lost")
    page.get_by_test_id("item-add").click()
    # while the command of `up` is young, a refused connection is waited for: `wait`, five seconds
    expect(page.get_by_test_id("items-problem")).to_contain_text("ECONNREFUSED", timeout=10_000)
    page.get_by_test_id("chat-text").fill("still here")
    page.get_by_test_id("chat-send").click()
    expect(page.get_by_test_id("chat-message").filter(has_text="still here")).to_be_visible()
    time.sleep(1.2)
    assert int(page.get_by_test_id("clock-count").inner_text()) > before
