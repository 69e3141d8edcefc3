"""One daemon and one Chromium for all tests of the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import browser
from tests.support.daemon import running
from tests.support.npm import installed
from tests.support.ports import free_port
from tests.support.servers import Reply, serve

from .stage import CONFIG, Stage, address, api, app

expect.set_options(timeout=5_000)


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The daemon has the config of stage.py, whose routes lead to `stage.api`."""
    folder = tmp_path_factory.mktemp("dashboard")
    with serve(app) as page, serve(api) as shop, serve(lambda _: Reply(body=b"the other one")) as other:
        config = CONFIG.format(app=page.url, api=shop.url, closed=free_port())
        with running(folder, config) as daemon, browser(folder / "profile") as context:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            admin, token = address(folder / "home")
            made = Stage(daemon, folder, page, shop, other, context, admin, token)
            context.on("request", lambda request: made.asked.append(request.url))
            yield made


@pytest.fixture
def shop(stage: Stage) -> Iterator[Page]:
    """The app's page, at its own origin: another one than the front door's."""
    page = stage.context.new_page()
    page.goto(stage.app.url)
    yield page
    page.close()


@pytest.fixture(scope="package")
def node_modules(request: pytest.FixtureRequest) -> Path:
    """axe-core and TypeScript."""
    return installed(request.config.cache, Path(__file__).parent)
