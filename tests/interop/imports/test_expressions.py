"""Expressions of JavaScript in Python's words: the same paths, or none of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.interop.imports.expressions import as_prefix, examples, literal_start, to_python


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("^/api/.*", "^/api/.*"),
        (r"^\/api\/v\d+", r"^/api/v\d+"),
        ("^/(?<name>[^/]+)/x", "^/(?P<name>[^/]+)/x"),
        (r"^/(?:a|b)\.json$", r"^/(?:a|b)\.json$"),
    ],
)
def test_what_means_the_same(source: str, text: str) -> None:
    assert to_python(source) == text


@pytest.mark.parametrize(
    "source",
    [
        r"^/\p{L}", r"^/\cJ", r"^/\u0061", "^/[]", "^/[^]", r"^/a\Z", r"^/\Aa", "^/x{,3}", "^/ä", "^/(", "^/a++b",
        "^/(?i)x", r"^/(?<=x)y", "^/[a--b]",
    ],
)  # fmt: skip
def test_what_may_mean_something_else_is_refused(source: str) -> None:
    assert to_python(source) is None


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        ("^/api/v[12]/.*", "/api/v"),
        ("^/api", "/api"),
        ("^(?=/fallback/.*)/fallback", "/fallback/"),
        ("^/(api|auth)/", "/"),
        ("^/a|/b", ""),
        ("^.*", ""),
        (r"^/a\.b?c", "/a."),
    ],
)
def test_what_every_path_begins_with(expression: str, start: str) -> None:
    assert literal_start(expression) == start


PARTS = st.sampled_from(
    ["/", "a", "api", r"\.", ".", ".*", r"\d+", "[a-z]", "[^/]+", "(?:x|yy)", "(a|b)?", r"\w", "v[12]", "/?", "z{2,3}",
     "(?=/)", r"[\w-]+"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=6))
def test_examples_are_taken_and_begin_as_they_must(parts: list[str]) -> None:
    expression = "^/" + "".join(parts)
    found = examples(expression)
    assert all(re.search(expression, path) and path.startswith("/") for path in found)
    start = literal_start(expression)
    assert all(path.startswith(start) for path in found)
    if not any(part.startswith("(?=") for part in parts):
        assert found


@pytest.mark.parametrize(
    ("expression", "prefix"),
    [
        ("^/api(?:[/?]|$)", "/api"),
        (r"^/api(?=[/?]|$)", "/api"),
        (r"^/a\.b(?:/|\?|$)", "/a.b"),
        ("^/api/", "/api/"),
        ("^/", "/"),
        ("^/api", None),
        ("^/api/(?:[/?]|$)", None),
        ("^/a.b(?:[/?]|$)", None),
        ("^/api(?:/|$)", None),  # not with a query behind it
        ("^/(a)/", None),
        ("^/:a/", None),
    ],
)
def test_an_expression_that_is_a_prefix(expression: str, prefix: str | None) -> None:
    assert as_prefix(expression) == prefix
