"""Who can use the dashboard: axe-core's rules over every view, light and dark, and a screen of 380 px."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from .stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PUT = "url => fetch(url, {method: 'PUT', credentials: 'include', body: '{}'}).then(() => 0, () => 0)"
SCREENS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 380))
SERIOUS = ("serious", "critical")
AUDIT = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
WIDE = """
() => {
  // what a box clips or scrolls makes no page wider
  const isClipped = (one) => {
    for (let at = one.parentElement; at; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return one.matches(".unseen");
  };
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && !isClipped(one))
    .map((one) => `${one.tagName}#${one.id}.${one.className}`);
}
"""


def _list(page: Page) -> None:
    expect(page.locator("#rows .row:not([hidden])").first).to_be_visible()


def _exchange(page: Page) -> None:
    _list(page)
    page.keyboard.press("b")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".judgement")).to_be_visible()


def _routes(page: Page) -> None:
    page.keyboard.press("2")
    page.locator('[data-route="/api"]').get_by_role("button", name="Edit").click()
    expect(page.locator(".edit-form")).to_be_visible()


def _config(page: Page) -> None:
    page.keyboard.press("3")
    area = page.locator("#config-text")
    expect(area).not_to_have_value("")
    area.fill(f"{area.input_value()}\nnonsense = 1\n")
    expect(page.locator(".line-note")).to_have_count(1)


def _help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


VIEWS: list[Callable[[Page], None]] = [_list, _exchange, _routes, _config, _help]


@pytest.fixture(scope="module")
def filled(stage: Stage) -> Stage:
    """With exchanges of every kind."""
    stage.clear()
    page = stage.context.new_page()
    page.goto(stage.app.url)
    for path in ("/api/items", "/api/auth/login", "/index.html"):
        page.evaluate(PUT, stage.daemon.url + path)
    page.close()
    stage.send("/down")
    stage.send("/api/items?a=rather&long=query&of=many&words=that&go=on&and=on&until=no&line=holds&them=all")
    return stage


@pytest.mark.node
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__[1:])
def test_axe_finds_nothing_serious_and_380_pixels_are_enough(
    filled: Stage, node_modules: Path, view: Callable[[Page], None]
) -> None:
    with filled.dashboard() as page:
        view(page)
        page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text())
        told = []
        for scheme, width in SCREENS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 760})
            told += [f"{scheme}: {_told(fault)}" for fault in page.evaluate(AUDIT) if fault["impact"] in SERIOUS]
        assert told == []
        # the page itself scrolls nowhere: what is longer than the screen scrolls inside
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
            380,
            760,
        ]
        assert page.evaluate(WIDE) == []


@pytest.mark.node
def test_axe_finds_what_is_wrong(filled: Stage, node_modules: Path) -> None:
    """The check itself: a picture without words and text that nobody can read."""
    with filled.dashboard() as page:
        page.evaluate("document.querySelector('h1').style.color = '#eee'; document.body.append(new Image())")
        page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text())
        assert {fault["id"] for fault in page.evaluate(AUDIT)} >= {"color-contrast", "image-alt"}


def _told(fault: dict[str, Any]) -> str:
    return f"{fault['id']} ({fault['impact']}): {fault['help']}: {[node['html'][:200] for node in fault['nodes']]}"


def test_light_and_dark(filled: Stage) -> None:
    """As the system says; the button overrules it."""
    wanted = {"auto": "system", "light": "light", "dark": "dark"}
    for scheme in ("light", "dark"):
        with filled.dashboard(color_scheme=scheme) as page:
            for theme in ("light", "dark", "auto"):
                page.locator("#theme").click()
                assert page.evaluate("document.documentElement.dataset.theme") == theme
                shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
                is_light = sum(map(int, shade[4:-1].split(","))) > 384
                assert is_light == (wanted[theme].replace("system", scheme) == "light")
