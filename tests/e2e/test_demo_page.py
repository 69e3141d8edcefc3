"""`devcors demo` in a real Chromium: every button does what it says, and each verdict is the browser's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import browser
from tests.support.daemon import Daemon, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WORKS = ["items", "login", "chat", "clock", "redirect", "slow", "error-inject"]
FAULTS = {
    "no-origin": "MissingAllowOriginHeader",
    "wildcard": "WildcardOriginNotAllowed",
    "no-preflight": "PreflightMissingAllowOriginHeader",
    "method": "MethodDisallowedByPreflightResponse",
    "header": "HeaderDisallowedByPreflightResponse",
}


@dataclass
class Demo:
    """The running demo and its page."""

    daemon: Daemon
    page: Page
    console: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with running(folder, subcommand="demo") as daemon, browser(folder / "profile") as context:
        found = Demo(daemon, context.pages[0])
        found.page.on("console", lambda message: found.console.append(message.text))
        found.page.goto(daemon.url)
        yield found


def _run(demo: Demo, name: str, state: str) -> None:
    demo.page.get_by_test_id(f"run-{name}").click()
    expect(demo.page.get_by_test_id(f"result-{name}")).to_have_attribute("data-state", state, timeout=15_000)


@pytest.mark.parametrize("name", WORKS)
def test_what_works(demo: Demo, name: str) -> None:
    _run(demo, name, "ok")


def test_a_dead_backend_is_readable(demo: Demo) -> None:
    _run(demo, "down", "ok")
    expect(demo.page.get_by_test_id("result-down")).to_contain_text("ECONNREFUSED")


@pytest.mark.parametrize(("fault", "error"), FAULTS.items())
def test_a_fault_is_blocked_and_told_in_the_browsers_words(demo: Demo, fault: str, error: str) -> None:
    del demo.console[:]
    known = {record["id"] for record in demo.daemon.records}
    _run(demo, f"{fault}-observe", "blocked")
    record = demo.daemon.record(
        lambda record: bool(record["cors"]) and not record["cors"]["allowed"] and record["id"] not in known
    )
    assert record["cors"]["chromium"]["error"] == error
    assert record["cors"]["header"]
    demo.page.wait_for_timeout(100)
    said = [text for text in demo.console if "CORS policy" in text]
    assert said == [record["cors"]["chromium"]["messages"][0]]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mode", ["inject", "rewrite"])
def test_a_fault_is_mended(demo: Demo, fault: str, mode: str) -> None:
    _run(demo, f"{fault}-{mode}", "ok")


def test_cookies_come_back_where_devcors_mends_them(demo: Demo) -> None:
    for name in ("cookies-kept", "cookies-auto"):
        _run(demo, name, "ok")

    def back(name: str) -> int:
        return demo.page.locator(f"[data-testid=result-{name}] [data-back=true]").count()

    assert back("cookies-auto") > back("cookies-kept")
    record = demo.daemon.record(lambda record: record["route"] == "/cookies-kept" and bool(record["cookies"]))
    refused = [cookie for cookie in record["cookies"] if not cookie["chromium"]["accepted"]]
    assert refused
    assert all(cookie["explanation"] for cookie in refused)
