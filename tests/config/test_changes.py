"""What a reload says that it changes."""

from __future__ import annotations

import pytest
import tomli

from devcors.config.changes import diff
from devcors.config.schema import Config

OLD = """
frontend = "http://localhost:5173"
scripts = ["a.py"]
[routes]
"/api" = "http://localhost:8080"
"/old" = "http://localhost:8081"
[intercept]
"api.example.com" = { cors = "inject" }
"""


def config(text: str) -> Config:
    return Config.model_validate(tomli.loads(text))


@pytest.mark.parametrize(
    ("this", "that", "lines"),
    [
        ("", "", []),
        ("8080", "9000", ["~ /api -> http://localhost:9000"]),
        ('"/old" = "http://localhost:8081"', "", ["- /old"]),
        ("[intercept]", '"/ws" = "ws://localhost:8080"\n[intercept]', ["+ /ws -> ws://localhost:8080"]),
        (
            '"http://localhost:8080"',
            '[{ target = "http://a", match.methods = ["GET"] }, { target = "http://b" }]',
            ["~ /api -> http://a, http://b"],
        ),
        (
            '"http://localhost:8080"',
            '{ target = "http://localhost:8080", rewrite = "", timeout.idle = "1s" }',
            ["~ /api rewrite, timeout"],
        ),
        (
            '"/api" = "http://localhost:8080"\n"/old" = "http://localhost:8081"',
            '"/old" = "http://localhost:8081"\n"/api" = "http://localhost:8080"',
            ["~ [routes] order"],
        ),
        ("5173", "3000", ["~ frontend -> http://localhost:3000"]),
        ('frontend = "http://localhost:5173"', "", ["- frontend"]),
        ("inject", "rewrite", ["~ intercept api.example.com"]),
        ('"api.example.com" = { cors = "inject" }', "h = {}", ["- intercept api.example.com", "+ intercept h"]),
        (
            "[intercept]",
            '[cors]\norigins = ["https://a"]\nmax_age = 5\n[intercept]',
            ["~ [cors] origins, max_age"],
        ),
        (
            "[intercept]",
            '[server]\nlisten = "localhost:3000"\nallowed_hosts = ["h"]\n[intercept]',
            ["~ listen localhost:3000", "~ [server] allowed_hosts"],
        ),
        ("a.py", "b.py", ["~ scripts b.py"]),
        ('["a.py"]', "[]", ["~ scripts"]),
    ],
)
def test_lines(this: str, that: str, lines: list[str]) -> None:
    assert this in OLD
    assert diff(config(OLD), config(OLD.replace(this, that))) == lines


def test_a_front_end_that_was_not_there() -> None:
    assert diff(Config(), config('frontend = "http://h"')) == ["+ frontend -> http://h"]
