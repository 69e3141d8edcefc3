"""Edits from the dashboard: they reach the file and the next request, and a broken one reaches neither."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


@pytest.fixture(autouse=True)
def as_before(stage: Stage) -> Iterator[None]:
    """The config is what it was, for the next test."""
    text = stage.config.read_text()
    yield
    if stage.config.read_text() != text:
        stage.config.write_text(text)
        stage.daemon.message("/api")


def body(stage: Stage, path: str) -> bytes:
    with urllib.request.urlopen(stage.daemon.url + path, timeout=5) as answer:
        read: bytes = answer.read()
        return read


def typed(page: Page, old: str, new: str) -> None:
    """Edits the text as somebody would who types."""
    area = page.locator("#config-text")
    area.fill(area.input_value().replace(old, new))


def test_routes_say_who_is_there_and_how_often_they_were_hit(stage: Stage) -> None:
    stage.send("/api/items")
    stage.send("/down")
    with stage.dashboard("/routes") as page:
        up, down = (page.locator(f'[data-route="{name}"]') for name in ("/api", "/down"))
        expect(up).to_contain_text("● up")
        expect(down).to_contain_text("✗ down")
        counts = {route["name"]: route for route in stage.ask("/api/status")["routes"]}
        expect(down.locator('[data-head="errors"]')).to_have_text(str(counts["/down"]["errors"]))
        assert counts["/down"]["errors"] >= 1
        expect(up.locator('[data-head="requests"]')).to_have_text(f"{counts['/api']['requests']:,}")
        down.get_by_role("button", name="/down", exact=True).click()
        expect(page.locator("#filter-route")).to_have_value("/down")
        expect(page.locator("#rows .row:not([hidden])").first).to_contain_text("/down")


def test_an_edited_target_gets_the_next_request_and_comments_stay(stage: Stage) -> None:
    before = stage.config.read_text()
    with stage.dashboard("/routes") as page:
        route = page.locator('[data-route="/api"]')
        route.get_by_role("button", name="Edit").click()
        field = route.get_by_role("textbox")
        field.fill("localhost:nonsense")
        field.press("Enter")
        expect(route.get_by_role("alert")).not_to_be_empty()
        assert stage.config.read_text() == before
        field.fill(stage.other.url)
        field.press("Enter")
        expect(route.locator(".target")).to_contain_text(stage.other.url)
        expect(route.get_by_role("textbox")).to_have_count(0)
        assert body(stage, "/api/items") == b"the other one"
    after = stage.config.read_text()
    assert f'"/api" = "{stage.other.url}"                # the shop\'s own' in after
    assert after.replace(stage.other.url, stage.api.url) == before


def test_a_broken_edit_is_refused_at_its_line_and_the_last_good_config_serves_on(stage: Stage) -> None:
    before = stage.config.read_text()
    number = next(at for at, line in enumerate(before.splitlines(), 1) if "inject" in line)
    with stage.dashboard("/config") as page:
        expect(page.locator("#config-text")).to_have_value(before)
        expect(page.locator("#config-save")).to_be_disabled()
        typed(page, "inject", "injcet")
        note = page.locator(".line-note")
        expect(note).to_have_attribute("data-line", str(number))
        expect(note).to_contain_text("injcet")
        # the words stand beside that line of the text, not just somewhere
        line, gutter = (page.locator(at).bounding_box() for at in (".line-note", ".gutter [data-wrong]"))
        assert line
        assert gutter
        assert abs(line["y"] - gutter["y"]) < 2
        expect(page.locator(".gutter [data-wrong]")).to_have_text(str(number))
        problem = page.locator("#config-problems-list li")
        expect(problem).to_contain_text(re.compile(rf"devcors\.toml:{number}:\d+"))
        expect(problem).to_contain_text("inject")
        page.locator("#config-text").press("Control+s")
        expect(page.locator("#config-said")).to_contain_text("Not saved")
        assert stage.config.read_text() == before
        assert stage.send("/api/items") == 200
        typed(page, "injcet", "rewrite")
        expect(note).to_have_count(0)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#config-said")).to_have_text("Saved and applied.")
        assert stage.config.read_text() == before.replace("inject", "rewrite")
        routes = {route["name"]: route["cors"] for route in stage.ask("/api/status")["routes"]}
        assert routes["/api/auth"] == "rewrite"


def test_an_edit_beside_the_page_is_seen_and_never_overwritten_unasked(stage: Stage) -> None:
    before = stage.config.read_text()
    with stage.dashboard("/config") as page:
        expect(page.locator("#config-text")).to_have_value(before)
        tab = page.locator("#tab-config")
        expect(tab).to_have_attribute("data-refused", "false")
        stage.config.write_text(f"{before}nonsense = 1\n")
        expect(page.locator(".line-note")).to_have_attribute("data-line", str(len(before.splitlines()) + 1))
        expect(tab).to_have_attribute("data-refused", "true")
        stage.config.write_text(f"{before}# from an editor\n")
        expect(page.locator("#config-text")).to_have_value(re.compile("# from an editor"))
        typed(page, "# from an editor", "# from the page")
        stage.config.write_text(f"{before}# from the editor again\n")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#config-said")).to_contain_text("changed meanwhile")
        assert "from the editor again" in stage.config.read_text()
        page.get_by_role("button", name="Save mine over it").click()
        expect(page.locator("#config-said")).to_have_text("Saved and applied.")
        assert "# from the page" in stage.config.read_text()
