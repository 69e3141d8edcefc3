"""What is known of a chain before it is asked: origins and bases of targets, paths in keys, patterns in patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.interop.imports.chain import Step, base_of, is_under, literal_of, origin_of, shortest
from devcors.interop.imports.evaluating import Function
from devcors.interop.imports.model import Source
from devcors.interop.imports.taking import paths_for, paths_in

PATHS = st.lists(st.sampled_from(["a", "b", "ab", "v1"]), max_size=3).map(lambda parts: "/" + "/".join(parts))


@pytest.mark.parametrize(
    ("url", "origin", "base"),
    [
        ("http://localhost:8080", "http://localhost:8080", ""),
        ("http://localhost:80/", "http://localhost", ""),
        ("ws://localhost:1/v1/", "http://localhost:1", "/v1"),
        ("wss://example.com:443/a/b", "https://example.com", "/a/b"),
        ("http://[::1]:3000", "http://[::1]:3000", ""),
    ],
)
def test_a_target_has_an_origin_and_a_base(url: str, origin: str, base: str) -> None:
    assert (origin_of(url), base_of(url)) == (origin, base)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("^/api", "/api"),
        ("^/api/", "/api"),
        ("/api/old", "/api/old"),
        ("^\\/api\\/v1", "/api/v1"),
        ("^/api/(.*)$", "/api"),
        ("^/api/v[12]", "/api/v"),
        ("^/ab?c", "/a"),
        ("^/", None),
        ("api", None),
        ("", None),
        ("(.*)", None),
    ],
)
def test_a_key_names_the_path_that_it_begins_with(key: str, path: str | None) -> None:
    assert literal_of(key) == path


@given(st.lists(PATHS, min_size=1, max_size=6))
def test_the_shortest_patterns_contain_all_others(patterns: list[str]) -> None:
    kept = shortest(patterns)
    assert all(any(is_under(each, other) for other in kept) for each in patterns)
    assert not any(is_under(one, other) for one in kept for other in kept if one != other)


@given(PATHS)
def test_a_pattern_takes_the_paths_that_are_tried_for_it(pattern: str) -> None:
    assert all(path.startswith("/") and is_under(path, pattern) for path in paths_in(pattern))


def test_a_function_names_paths_in_its_text() -> None:
    source = Source("a.js", 1)
    function = Function(0, "(path) => path.startsWith('/api') || /^\\/auth\\/x/.test(path)")
    step = Step(0, "a", source, lambda _: source, (function,), ("/m",), {})
    assert {"/api", "/m/api", "/auth/x", "/m"} <= set(paths_for(step))
