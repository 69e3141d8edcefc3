"""What devcors' records say while a real Chromium works through it is what that Chromium says; and what their HAR says.

Each disagreement must be of a kind that docs/judge/what-a-proxy-cannot-see.md explains.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from devcors.diagnose.har import diagnose_har, read_har
from tests.support.admin import Admin
from tests.support.daemon import ROOT, Daemon, Record

from .asking import Browser
from .making import cases
from .setting import at_the_door, proxied, records_of
from .watching import Row, rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COUNT = 1000
EXPLAINED = ROOT / "docs" / "judge" / "what-a-proxy-cannot-see.md"

Setting = Callable[[Path], AbstractContextManager[tuple[Browser, Daemon]]]


def _explained() -> set[str]:
    """The kinds that the page has a chapter on."""
    return set(re.findall(r"^## .*`([a-z-]+)`$", EXPLAINED.read_text(), re.MULTILINE))


@pytest.mark.parametrize("setting", [proxied, at_the_door])
def test_the_records_say_what_chromium_says(setting: Setting, tmp_path: Path) -> None:
    asked = cases(COUNT)
    with setting(tmp_path) as (browser, daemon):
        answers = list(browser.ask(asked))
        records = records_of(daemon, lambda record: "/c/" in record["url"])
        har = tmp_path / "all.har"
        with Admin(tmp_path, daemon).connection() as connection:
            connection.request("GET", "/api/export.har", headers=Admin(tmp_path, daemon).authorization())
            har.write_bytes(connection.getresponse().read())
    found = list(rows(answers, records))
    assert _judged_again(har, records) > 0.6 * len(asked)
    verdicts = [row for row in found if not row.verdicts_agree]
    cookies = [row for row in found if not row.cookies_agree]
    held = [row for row in found if not row.holds_agree]
    kinds = [(row, row.kind_of_verdict()) for row in verdicts]
    kinds += [(row, row.kind_of_cookies()) for row in cookies]
    kinds += [(row, row.kind_of_holds()) for row in held]
    print(_figure(found, verdicts, cookies, held), dict(Counter(kind for _, kind in kinds)))
    unexplained = [row for row, kind in kinds if kind not in _explained()]
    assert not unexplained, "\n".join(map(str, unexplained))
    assert len(verdicts) <= 0.01 * len(found)
    assert len(cookies) <= 0.01 * len(found)
    assert len(held) <= 0.01 * len(found)
    assert len(found) > 0.6 * len(asked)
    assert any(row.browser[0] for row in found)
    assert any(row.browser_refuses for row in found)
    assert any(row.browser_holds for row in found)


def _judged_again(har: Path, records: list[Record]) -> int:
    """How many verdicts `devcors diagnose --har` makes of the file; they are those of the records."""
    kept = {entry["_devcors"]["id"] for entry in json.loads(har.read_bytes())["log"]["entries"]}
    report = diagnose_har(har.name, read_har(har), url=None, credentials=False)
    judged = [step.judged.verdict.to_json() for step in report.steps if step.judged]
    recorded = [record["cors"] for record in records if record["cors"] and record["id"] in kept]
    assert judged == [{name: verdict[name] for name in judged[0]} for verdict in recorded]
    return len(judged)


def _figure(found: list[Row], verdicts: list[Row], cookies: list[Row], held: list[Row]) -> str:
    setting = sum(bool(row.browser_refuses or row.record_refuses) for row in found)
    agree = len(found) - len(verdicts)
    said = f"{agree}/{len(found)} verdicts agree, and {len(found) - len(cookies)} on cookies"
    holding = sum(bool(row.browser_holds or row.record_holds) for row in found)
    behind = f"of {holding} requests with a cookie held back {len(held)}"
    return f"{said}; of {setting} responses with a refused cookie {len(cookies)} differ, {behind}:"
