"""A thousand exchanges a second with the dashboard open: its scripts stay cheap, no row is lost, memory is bounded.

DEVCORS_LOAD_SECONDS=60 loads it for a minute; an ordinary run takes ten seconds.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, expect

from tests.support.browser import browser
from tests.support.daemon import running
from tests.support.helpers import helper

from .stage import address

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(180)]

RATE = 1_000
SECONDS = int(os.environ.get("DEVCORS_LOAD_SECONDS", "10"))
SCRIPT = 0.3
"""Seconds of the page's scripts in one second."""

MEMORY = 64 * 1024 * 1024 + 32 * 1024 * 1024
"""What the daemon may grow by: the store's bound, and what an allocator keeps for itself."""

SEEN = "async () => (await import('/assets/app.js')).journal.seen"
KEPT = "async () => (await import('/assets/app.js')).journal.rows.map((row) => row.id)"


def script_seconds(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))


def test_a_thousand_a_second(tmp_path: Path) -> None:
    with helper("tests.support.backends") as backends:
        config = f'[routes]\n"/api" = "http://127.0.0.1:{backends.said()["one"]}"\n'
        with (
            running(tmp_path, config, records=tmp_path / "records") as daemon,
            browser(tmp_path / "profile") as context,
        ):
            admin, token = address(tmp_path / "home")
            page = context.new_page()
            page.goto(f"{admin}/#token={token}")
            expect(page.locator("#state-words")).to_have_text("live")
            session = context.new_cdp_session(page)
            session.send("Performance.enable")
            before, memory, began = script_seconds(session), daemon.memory(), time.monotonic()
            with helper("tests.e2e.dashboard.pace", str(daemon.port), str(RATE)) as pace:
                page.wait_for_timeout(SECONDS * 1000)
                took = (script_seconds(session) - before) / (time.monotonic() - began)
                paced = pace.stop()
            page.wait_for_timeout(500)
            grown = daemon.memory() - memory
            seen, kept = page.evaluate(SEEN), page.evaluate(KEPT)
            print(f"{paced} {took * 1000:.0f} ms of scripts a second, {grown / 1e6:.0f} MB more memory")
    assert paced["failures"] == []
    assert paced["answered"] == paced["asked"] >= RATE * SECONDS * 0.9
    assert seen == paced["answered"]
    assert kept == list(range(seen - len(kept) + 1, seen + 1))  # the newest, without a gap
    assert len(kept) == min(seen, 5_000)
    assert took < SCRIPT
    assert grown < MEMORY
