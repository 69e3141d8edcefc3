"""The dashboard's pictures for the README and docs/, of a real run.

DEVCORS_SCREENSHOTS=1 writes them to docs/images and wants the ports 2677, 5173 and 8080 free; an ordinary run leaves
the repository alone.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import browser
from tests.support.daemon import running
from tests.support.ports import free_port
from tests.support.servers import Reply, Seen, serve

from .stage import address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

WANTED = bool(os.environ.get("DEVCORS_SCREENSHOTS"))
IMAGES = Path(__file__).parents[3] / "docs" / "images"
CONFIG = """\
frontend = "{app}"

[routes]
"/api" = "{api}"
# people sign in at the staging server
"/auth" = {{ target = "{api}", rewrite = "/v2/auth", cors = "inject" }}
"/search" = "http://localhost:{closed}"
"""
USE = """
async (door) => {
  const quiet = (promise) => promise.then((answer) => answer.text(), () => "");
  await quiet(fetch(`${door}/api/items?page=1`, {mode: "no-cors"}));
  await quiet(fetch(`${door}/auth/login`, {method: "POST", credentials: "include"}));
  await quiet(fetch(`${door}/auth/me`, {method: "PATCH", credentials: "include", body: "{}"}));
  await quiet(fetch(`${door}/api/items/1`, {method: "PUT", body: "{}", headers: {"Content-Type": "application/json"}}));
}
"""
PAGES = [
    "/",
    "/src/main.tsx",
    "/src/App.tsx",
    "/src/components/Cart.tsx",
    "/api/items",
    "/api/items/1",
    "/search?q=jam",
]


class Opened(NamedTuple):
    """The dashboard's page, and where its pictures go."""

    page: Page
    url: str
    folder: Path

    def take(self, name: str, *, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.page.wait_for_timeout(250)
        picture = self.page.screenshot(path=self.folder / f"dashboard-{name}.png")
        # PNG, section 11.2.2: the size stands at a fixed place
        assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (width, height)


def _api(seen: Seen) -> Reply:
    json_type = ("Content-Type", "application/json")
    if seen.method == "OPTIONS":
        return Reply(404, [json_type], b'{"error": "not found"}')
    if seen.target.endswith("/login"):
        cookies = [
            ("Set-Cookie", "sid=1; Domain=localhost; Path=/v2/auth; SameSite=None"),
            ("Set-Cookie", "theme=dark"),
        ]
        return Reply(200, [json_type, *cookies], b'{"name": "Ann"}')
    items = [{"id": 1, "name": "jam", "price": 3.5}, {"id": 2, "name": "tea", "price": 2.25}]
    return Reply(200, [json_type, ("Server", "shop/2.1")], json.dumps({"items": items}).encode())


def _read(door: str, paths: list[str]) -> None:
    for path in paths:
        with suppress(HTTPError), urllib.request.urlopen(door + path, timeout=5) as answer:
            answer.read()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """After a front-end developer's first minutes."""
    shop = tmp_path / "shop"
    shop.mkdir()
    app_port, api_port, door = (5173, 8080, 2677) if WANTED else (0, 0, 0)
    page_of_app = Reply(200, [("Content-Type", "text/html")], b"<!doctype html><title>shop</title>")
    with (
        serve(lambda _: page_of_app, port=app_port) as app,
        serve(_api, port=api_port) as api,
        running(
            shop,
            CONFIG.format(app=app.url, api=api.url, closed=9200 if WANTED else free_port()),
            any_port=False,
            arguments=["--port", str(door)],
        ) as daemon,
        browser(tmp_path / "profile") as context,
    ):
        _read(daemon.url, PAGES * 3)
        page = context.new_page()
        page.goto(app.url)
        page.evaluate(USE, daemon.url)
        _read(daemon.url, PAGES)
        admin, token = address(shop / "home")
        page.goto(f"{admin}/#token={token}")
        yield Opened(page, admin, IMAGES if WANTED else tmp_path)


def test_pictures(opened: Opened) -> None:
    page = opened.page
    rows = page.locator("#rows .row:not([hidden])")
    expect(rows.filter(has_text="PUT").or_(rows.filter(has_text="OPTIONS")).first).to_be_visible()
    opened.take("list")
    opened.take("list-380", width=380, height=700)
    rows.filter(has_text="OPTIONS").filter(has_text="blocked").first.click()
    expect(page.get_by_test_id("console-chromium").first).to_be_visible()
    opened.take("blocked")
    opened.take("blocked-dark", scheme="dark")
    opened.take("blocked-380", width=380, height=700)
    page.set_viewport_size({"width": 1280, "height": 800})
    rows.filter(has_text="/auth/login").filter(has_text="POST").first.click()
    page.get_by_test_id("cookie").first.scroll_into_view_if_needed()
    opened.take("exchange", height=1100)
    page.goto(f"{opened.url}/#/routes")
    expect(page.locator('[data-route="/search"]')).to_contain_text("down")
    opened.take("routes", height=420)
    page.goto(f"{opened.url}/#/config")
    area = page.locator("#config-text")
    expect(area).not_to_have_value("")
    area.fill(area.input_value().replace("inject", "injcet"))
    expect(page.locator(".line-note")).to_be_visible()
    opened.take("config", height=480)
