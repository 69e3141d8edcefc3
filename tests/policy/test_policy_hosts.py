"""Which rule of `[intercept]` a destination finds."""

from __future__ import annotations

import pytest

from tests.policy.asking import policy_of

POLICY = policy_of("""
    [intercept]
    "api.test" = {}
    "api.test:8443" = {}
    "*.test" = {}
    "*.deep.test" = {}
    "*.deep.test:81" = {}
    "[::1]" = {}
    "localhost" = {}
""")


@pytest.mark.parametrize(
    ("host", "port", "rule"),
    [
        ("api.test", 443, "api.test"),
        ("api.test", 8443, "api.test:8443"),
        ("api.test.", 443, "api.test"),
        ("b.test", 8443, "*.test"),
        ("b.api.test", 443, "*.test"),
        ("a.b.deep.test", 443, "*.deep.test"),
        ("a.b.deep.test", 81, "*.deep.test:81"),
        ("deep.test", 81, "*.test"),
        ("test", 443, None),
        ("xtest", 443, None),
        ("[::1]", 9, "[::1]"),
        ("a.localhost", 9, None),
        ("", 443, None),
    ],
)
def test_precedence(host: str, port: int, rule: str | None) -> None:
    found = POLICY.hosts.find(host, port)
    assert (found and found.name) == rule


def test_no_host_is_found_where_none_is_named() -> None:
    assert policy_of("").hosts.find("api.test", 443) is None
