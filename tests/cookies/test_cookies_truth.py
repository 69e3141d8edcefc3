"""The cookie rules against what Chromium 156 and Firefox ESR 153 really did, in every case of the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.oracle import all_cases
from tests.truth.cookies import BROWSERS, compare_cookies

COOKIE_FIELDS = {"set_cookie_reasons", "jar", "cookies_sent", "cookies_blocked"}


@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in all_cases()])
def test_agrees_with_the_browser(case: dict[str, Any], browser: str) -> None:
    disagreements = [
        f"step {number} {name}\n  browser {expected}\n  devcors {got}"
        for number, name, expected, got in compare_cookies(case, browser)
        if expected != got
    ]
    assert not disagreements, "\n".join(disagreements)


@pytest.mark.parametrize("browser", BROWSERS)
def test_every_field_is_compared(browser: str) -> None:
    compared = {name for case in all_cases() for _, name, _, _ in compare_cookies(case, browser)}
    assert compared == COOKIE_FIELDS


def test_a_wrong_answer_is_noticed() -> None:
    case = next(case for case in all_cases() if case["group"] == "cookie-size")
    steps = [dict(step, jar=[], server_saw=step["server_saw"]) for step in case["chromium"]["steps"]]
    wrong = dict(case, chromium=dict(case["chromium"], steps=steps))
    assert any(expected != got for _, name, expected, got in compare_cookies(wrong, "chromium") if name == "jar")
