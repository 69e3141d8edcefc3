"""The dashboard's table and the page of one exchange, in a real Chromium before a real devcors."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .stage import HOSTILE, Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

PUT = """
url => fetch(url, {method: "PUT", headers: {"Content-Type": "application/json"}, body: "{}"})
  .then(() => "read", error => String(error))
"""
LOGIN = "url => fetch(url, {method: 'POST', credentials: 'include'}).then(answer => answer.text())"


def rows(page: Page) -> Any:
    """What is in view, head aside."""
    return page.locator("#rows .row:not([hidden])")


def test_rows_appear_as_exchanges_end(stage: Stage) -> None:
    stage.clear()
    with stage.dashboard() as page:
        expect(page.locator("#nothing")).to_be_visible()
        assert stage.send("/api/items?page=2") == 200
        row = rows(page).filter(has_text="/api/items?page=2")
        expect(row.locator(".method")).to_have_text("GET")
        expect(row.locator(".status")).to_have_text("200")
        expect(row.locator(".route")).to_have_text("/api")
        assert stage.send("/down") == 502
        expect(rows(page).first).to_contain_text("cannot be reached")
        expect(page.locator("#nothing")).to_be_hidden()


def test_the_token_leaves_the_address_and_survives_a_reload(stage: Stage) -> None:
    with stage.dashboard() as page:
        assert stage.token not in page.url
        page.reload()
        expect(page.locator("#state-words")).to_have_text("live")


def test_without_a_token_it_says_where_to_get_one(stage: Stage) -> None:
    page = stage.context.new_page()
    page.goto(f"{stage.admin}/")
    expect(page.get_by_text("needs the token")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{stage.admin}/#token=wrong")
    expect(page.locator("#trouble")).to_contain_text("wants another token")
    page.close()


def test_filters(stage: Stage, shop: Page) -> None:
    stage.clear()
    for path in ("/api/items", "/api/users", "/index.html"):
        stage.send(path)
    stage.send("/api/auth/login", Origin="http://elsewhere.example")
    with stage.dashboard() as page:
        expect(rows(page)).to_have_count(4)
        page.keyboard.press("/")
        page.keyboard.type("users")
        expect(rows(page)).to_have_count(1)
        expect(page.locator("#count")).to_have_text("1 of 4 exchanges")
        page.locator("#filter-text").fill("route:/api -users status:2xx")
        expect(rows(page)).to_have_count(2)
        page.locator("#filter-text").fill("nowhere")
        expect(page.locator("#nothing-matches")).to_be_visible()
        page.get_by_role("button", name="Clear the filter").click()
        page.locator("#filter-route").select_option("frontend")
        expect(rows(page)).to_have_text([re.compile("/index.html")])
        page.locator("#filter-route").select_option("")
        page.locator("#filter-cookies").click()
        expect(rows(page)).to_have_text([re.compile("/api/auth/login")])
        page.locator("#filter-cookies").click()
        page.locator("#filter-text").blur()
        page.keyboard.press("b")
        expect(rows(page)).to_have_text([re.compile("/api/auth/login.*blocked")])
        # what comes later passes the same filter
        stage.send("/api/items")
        stage.send("/api/users", Origin="http://elsewhere.example")
        expect(rows(page)).to_have_count(2)
        expect(page.locator("#count")).to_have_text("2 of 6 exchanges")


def test_an_exchange_that_cors_blocks_says_what_this_chromium_says(stage: Stage, shop: Page) -> None:
    stage.clear()
    printed: list[str] = []
    shop.on("console", lambda message: printed.append(message.text))
    assert "Failed to fetch" in shop.evaluate(PUT, f"{stage.daemon.url}/api/items/1")
    with stage.dashboard() as page:
        page.keyboard.press("b")
        rows(page).first.click()
        expect(page.get_by_test_id("console-chromium")).to_have_text(printed)
        assert any("CORS policy" in text for text in printed)
        expect(page.get_by_test_id("console-firefox").first).to_contain_text("Cross-Origin Request Blocked")
        expect(page.get_by_test_id("why")).to_contain_text("browser withholds it")
        expect(page.get_by_test_id("why")).to_contain_text("Access-Control-Allow-Origin")
        page.locator("#fix-server").select_option("nginx")
        page.get_by_role("button", name="Copy the fix").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        fixes = stage.ask(page.url.partition("#")[2].replace("/exchanges", "/api/exchanges"))["fixes"]
        assert copied == next(fix["text"] for fix in fixes if fix["server"] == "nginx")
        assert stage.app.url in copied
        # the framework stays chosen
        page.keyboard.press("Escape")
        rows(page).first.click()
        expect(page.locator("#fix-server")).to_have_value("nginx")


def test_headers_side_by_side_cookies_and_bodies(stage: Stage, shop: Page) -> None:
    stage.clear()
    assert "items" in shop.evaluate(LOGIN, f"{stage.daemon.url}/api/auth/login")
    with stage.dashboard() as page:
        rows(page).filter(has_text="POST").click()
        expect(page.locator(".judgement")).to_contain_text("only because of devcors")
        added = page.locator('[data-difference="added"]').filter(has_text="Access-Control-Allow-Origin")
        expect(added.locator("td").last).to_have_text(stage.app.url)
        expect(added.locator("th")).to_contain_text("added")  # in words, for whoever sees no colours
        kept = page.locator('[data-difference="same"]').filter(has_text="X-Hostile")
        expect(kept.locator("td").last).to_have_text(HOSTILE)
        expect(page.get_by_test_id("cookie").filter(has_text="sid")).to_contain_text("set by the response")
        expect(page.get_by_test_id("response-body")).to_contain_text(HOSTILE[:19])
        assert "secret-value" not in page.content()


def test_what_comes_over_the_network_is_text_and_never_markup(stage: Stage) -> None:
    stage.clear()
    stage.send(f"/api/{HOSTILE.replace(' ', '%20')}", Origin=f"http://{HOSTILE}")
    with stage.dashboard() as page:
        rows(page).first.click()
        expect(page.locator("#exchange-content")).to_contain_text("onerror")
        assert page.locator("#app :is(img, script)").count() == 0
        assert page.title() == "devcors"


def test_the_timeline_has_the_preflight_and_the_redirects(stage: Stage, shop: Page) -> None:
    stage.clear()
    stage.send("/api/moved")
    shop.evaluate(PUT.replace("PUT", "PATCH"), f"{stage.daemon.url}/api/auth/me")
    with stage.dashboard() as page:
        rows(page).filter(has_text="PATCH").click()
        steps = page.locator(".timeline li")
        expect(steps).to_have_text([re.compile("preflight.*OPTIONS"), re.compile("request.*PATCH")])
        steps.first.locator("a").click()
        expect(page.locator("#exchange-title")).to_contain_text("OPTIONS")
        page.keyboard.press("Escape")
        rows(page).filter(has_text="/api/moved").click()
        expect(page.locator(".timeline li")).to_have_text(
            [re.compile("/api/moved"), re.compile("redirect.*/api/items")]
        )


def test_a_request_is_sent_again(stage: Stage) -> None:
    stage.clear()
    stage.send("/api/items?again=1")
    with stage.dashboard() as page:
        rows(page).first.click()
        expect(page.locator("#exchange-title")).to_contain_text("again=1")
        first = page.url
        page.get_by_role("button", name="Send again").click()
        expect(page).not_to_have_url(first)
        expect(rows(page)).to_have_count(2)
        expect(page.locator("#exchange-title")).to_contain_text("again=1")
    assert sum(seen.target == "/api/items?again=1" for seen in stage.api.seen) == 2


def _first_in_view(page: Page) -> str:
    first: str = page.evaluate(
        "() => { const { left, top } = grid.getBoundingClientRect();"
        " return document.elementFromPoint(left + 90, top + 60).closest('.row').id; }"
    )
    return first


def test_what_is_looked_at_stays_while_rows_come(stage: Stage) -> None:
    stage.clear()
    for number in range(80):
        stage.send(f"/api/{number}")
    with stage.dashboard() as page:
        expect(page.locator("#count")).to_have_text("80 exchanges")
        assert page.locator("#rows .row").count() < 60  # only what is in view has elements
        page.locator("#grid").evaluate("grid => { grid.scrollTop = 800 }")
        page.wait_for_timeout(100)
        before = _first_in_view(page)
        for number in range(20):
            stage.send(f"/api/later/{number}")
        expect(page.locator("#newer")).to_have_text("↑ 20 new")
        page.wait_for_timeout(100)
        assert _first_in_view(page) == before
        page.locator("#newer").click()
        expect(rows(page).first).to_contain_text("/api/later/19")
        expect(page.locator("#newer")).to_be_hidden()
        # at the top, it follows again
        stage.send("/api/last")
        expect(rows(page).first).to_contain_text("/api/last")


def test_what_the_stream_leaves_out_or_loses_is_read_all_the_same(stage: Stage) -> None:
    stage.clear()
    streams: list[str] = []

    def leave_out(route: Route) -> None:
        """A stream that says that five were too much, and ends; the next one is the real one."""
        streams.append(route.request.url)
        if len(streams) > 1:
            route.continue_()
            return
        for number in range(5):
            stage.send(f"/api/{number}")
        told = {"exchanges": [], "cursor": stage.ask("/api/exchanges")["cursor"], "left_out": 5}
        body = f"event: exchanges\ndata: {json.dumps(told)}\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    with stage.dashboard(prepare=lambda page: page.route("**/api/stream?*", leave_out)) as page:
        expect(rows(page)).to_have_count(5)
        expect(page.locator("#state-words")).to_have_text("live")
        stage.send("/api/after")
        expect(rows(page)).to_have_count(6)
    assert len(streams) >= 2


def _unjudged(route: Route) -> None:
    """The daemon had no time for verdicts, unless it was asked for what is blocked."""
    answer = route.fetch()
    told = answer.json()
    if "blocked=1" not in route.request.url:
        for row in told["exchanges"]:
            row["verdict"] = row["verdict"] and "unmade"
    route.fulfill(response=answer, json=told)


def test_verdicts_that_were_not_made_are_asked_for(stage: Stage) -> None:
    stage.clear()
    for number in range(60):
        stage.send(f"/api/{number}", Origin="http://elsewhere.example")
    with stage.dashboard(prepare=lambda page: page.route("**/api/exchanges?*", _unjudged)) as page:
        expect(rows(page).first).to_contain_text("blocked")  # what is in view
        page.keyboard.press("b")
        expect(page.locator("#count")).to_have_text("60 of 60 exchanges")  # and all, for the filter


def test_the_bar_between_table_and_exchange_moves(stage: Stage) -> None:
    stage.clear()
    stage.send("/api/items")
    with stage.dashboard() as page:
        rows(page).first.click()
        bar, table = page.locator("#splitter"), page.locator(".table")
        before = table.bounding_box()
        bar.press("ArrowRight")
        after = table.bounding_box()
        place = bar.bounding_box()
        assert before
        assert after
        assert place
        assert after["width"] > before["width"]
        page.mouse.move(place["x"] + 3, place["y"] + 50)
        page.mouse.down()
        page.mouse.move(400, place["y"] + 50)
        page.mouse.up()
        moved = table.bounding_box()
        assert moved
        assert abs(moved["width"] - 400) < 20
        page.evaluate("localStorage.removeItem('devcors-split')")


def test_the_keyboard_does_it_all(stage: Stage) -> None:
    stage.clear()
    for number in range(1, 6):
        stage.send(f"/api/{number}")
    with stage.dashboard() as page:
        expect(rows(page)).to_have_count(5)
        page.keyboard.press("j")
        page.keyboard.press("j")
        chosen = page.locator('#rows [aria-selected="true"]')
        expect(chosen).to_contain_text("/api/4")
        page.keyboard.press("Enter")
        expect(page.locator("#exchange-title")).to_contain_text("/api/4")
        page.keyboard.press("j")
        expect(page.locator("#exchange-title")).to_contain_text("/api/3")
        page.keyboard.press("k")
        page.keyboard.press("k")
        expect(page.locator("#exchange-title")).to_contain_text("/api/5")
        # what comes now moves nothing that is looked at
        stage.send("/api/6")
        expect(page.locator("#newer")).to_have_text("↑ 1 new")
        page.keyboard.press("Escape")
        expect(page.locator("#exchange")).to_be_hidden()
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.keyboard.press("2")
        expect(page.locator("#view-routes")).to_be_visible()
        page.keyboard.press("3")
        expect(page.locator("#view-config")).to_be_visible()


def test_a_har_without_secrets_is_saved(stage: Stage) -> None:
    stage.clear()
    stage.send("/api/auth/har", Authorization="Bearer very-secret", Cookie="sid=very-secret")
    with stage.dashboard() as page:
        expect(rows(page)).to_have_count(1)
        with page.expect_download() as download:
            page.get_by_role("button", name="HAR").click()
        text = download.value.path().read_text()
    (entry,) = json.loads(text)["log"]["entries"]
    assert entry["request"]["url"].endswith("/api/auth/har")
    assert "secret" not in text


def test_pause_and_clear(stage: Stage) -> None:
    stage.clear()
    with stage.dashboard() as page:
        stage.send("/api/before")
        expect(rows(page)).to_have_count(1)
        page.keyboard.press("p")
        expect(page.locator("#state-words")).to_have_text("paused")
        stage.send("/api/meanwhile")
        page.keyboard.press("p")
        expect(page.locator("#state-words")).to_have_text("live")
        stage.send("/api/after")
        expect(rows(page)).to_have_text([re.compile("/api/after"), re.compile("/api/before")])
        page.keyboard.press("Shift+X")
        expect(rows(page)).to_have_count(0)
