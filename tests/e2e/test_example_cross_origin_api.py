"""examples/cross-origin-api as its README says: the page's call is blocked directly and passes through devcors."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import browser, through_proxy
from tests.support.daemon import ROOT, Daemon, made_authority, running
from tests.support.ports import free_port
from tests.support.programs import program

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@dataclass
class Example:
    """The running example."""

    folder: Path
    base: Path
    daemon: Daemon
    ca: Path
    page_url: str
    api_port: int


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    base = tmp_path_factory.mktemp("cross-origin")
    folder = base / "example"
    shutil.copytree(ROOT / "examples" / "cross-origin-api", folder)
    api, page = free_port(), free_port()
    environ = {"API_PORT": str(api), "PAGE_PORT": str(page), "API_CERTIFICATE": str(base / "api.pem")}
    with (
        program([sys.executable, "api.py"], port=api, folder=folder, environ=environ),
        program([sys.executable, "serve.py"], port=page, folder=folder, environ=environ),
        running(folder, environ=environ) as daemon,
    ):
        ca = made_authority(folder)
        yield Example(folder, base, daemon, ca, f"http://localhost:{page}/", api)


def _press(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_test_id("put").click()


def test_directly_it_is_blocked(example: Example) -> None:
    rules = f"--host-resolver-rules=MAP api.example.test:443 127.0.0.1:{example.api_port}"
    with browser(example.base / "direct", rules, "--ignore-certificate-errors") as direct:
        page = direct.pages[0]
        _press(page, example.page_url)
        expect(page.get_by_test_id("outcome")).to_have_attribute("data-state", "blocked")


def test_through_devcors_it_passes_with_its_cookie_until_it_is_only_observed(example: Example) -> None:
    with browser(example.base / "through", *through_proxy(example.daemon.port, example.ca)) as through:
        page = through.pages[0]
        for visit in (1, 2):
            _press(page, example.page_url)
            expect(page.get_by_test_id("outcome")).to_have_attribute("data-state", "ok")
            expect(page.get_by_test_id("body")).to_contain_text(f'"visit": {visit}')
        file = example.folder / "devcors.toml"
        file.write_text(file.read_text().replace('cors = "inject"', 'cors = "observe"'))
        example.daemon.message("~ intercept api.example.test")
        _press(page, example.page_url)
        expect(page.get_by_test_id("outcome")).to_have_attribute("data-state", "blocked")
    record = example.daemon.record(lambda record: bool(record["cors"]) and not record["cors"]["allowed"])
    assert record["cors"]["chromium"]["error"] == "PreflightMissingAllowOriginHeader"
