"""Options of the command line in the shape of devcors.toml."""

from __future__ import annotations

from typing import Any

import pytest

from devcors.cli.arguments import overrides
from devcors.config.schema import Config
from devcors.errors import UsageError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"frontend": "http://h"}, {"frontend": "http://h"}),
        ({"host": "::1"}, {"server": {"listen": "[::1]:2677"}}),
        ({"host": "[::1]", "port": 1}, {"server": {"listen": "[::1]:1"}}),
        ({"port": 0}, {"server": {"listen": "localhost:0"}}),
        (
            {"routes": ["/api=http://h/a=b", "^/v(=+)$=wss://h", "/x=/=https://h"]},
            {"routes": {"/api": "http://h/a=b", "^/v(=+)$": "wss://h", "/x=/": "https://h"}},
        ),
    ],
)
def test_overrides_are_a_config(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert overrides(**given) == expected
    Config.model_validate(expected)


@pytest.mark.parametrize("text", ["/api", "=http://h", "/api=", ""])
def test_what_is_no_route(text: str) -> None:
    with pytest.raises(UsageError, match="is no route") as caught:
        overrides(routes=[text])
    assert caught.value.hint
