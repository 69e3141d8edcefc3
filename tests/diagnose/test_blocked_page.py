"""docs/my-request-is-blocked.md shows what devcors prints today."""

from __future__ import annotations

import pytest

from docs.generate_blocked import PAGE, regenerated


@pytest.mark.timeout(300)
def test_the_examples_are_what_comes_out() -> None:
    page = PAGE.read_text("utf-8")
    assert page.count("```console\n$ devcors diagnose") >= 8
    assert regenerated(page) == page, "python docs/generate_blocked.py writes it anew"
