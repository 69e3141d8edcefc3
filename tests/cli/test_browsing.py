"""What the words of `devcors browser` mean."""

from __future__ import annotations

import pytest

from devcors.cli.browsing import meant
from devcors.daemon.browsing import Wanted
from devcors.errors import UsageError


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], Wanted()),
        (["firefox"], Wanted("firefox")),
        (["http://localhost:5173/a"], Wanted(None, "http://localhost:5173/a")),
        (["edge", "localhost:5173"], Wanted("edge", "http://localhost:5173")),
        (["localhost/x"], Wanted(None, "http://localhost/x")),
        (["about:blank"], Wanted(None, "about:blank")),
        (["--lang=de", "x"], Wanted(None, None, ("--lang=de", "x"))),
        (["chrome", "https://a.test", "--lang=de"], Wanted("chrome", "https://a.test", ("--lang=de",))),
    ],
)
def test_words(words: list[str], wanted: Wanted) -> None:
    assert meant(words) == wanted


def test_a_word_that_is_neither() -> None:
    with pytest.raises(UsageError, match="'opera' is neither a browser nor a URL") as raised:
        meant(["opera"])
    assert "chromium, chrome, edge, firefox" in (raised.value.hint or "")
