"""Rewrite functions as rules: found where there is one, never another one than the function does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.interop.imports.probing import Rule, find_rules, further_paths, hints_in, paths_for, with_slash

Function = Callable[[str], str]


def rules_of(pattern: str, function: Function, *sources: str) -> tuple[Rule, ...] | None:
    def ask(paths: Sequence[str]) -> list[str]:
        return [with_slash(function(path)) for path in paths]

    return find_rules(pattern, ask, sources=sources)


def start_replaced(start: str, by: str) -> Function:
    return lambda path: re.sub(f"^{start}", by, path)


@pytest.mark.parametrize(
    ("pattern", "function", "rules"),
    [
        ("/api", lambda path: path, [("/api", None)]),
        ("/api", start_replaced("/api", ""), [("/api", "")]),
        ("/api", lambda path: path.replace("/api", "", 1), [("/api", "")]),
        ("/api", start_replaced("/api", "/v1"), [("/api", "/v1")]),
        ("/api", lambda path: f"/v1{path}", [("/api", "/v1/api")]),
        ("/api/v1", start_replaced("/api", ""), [("/api/v1", "/v1")]),
        ("/api", start_replaced("/api/", "/"), [("/api/", ""), ("/api", None)]),
        ("/api", start_replaced("/api/", ""), [("/api/", ""), ("/api", None)]),
        ("/api", start_replaced("/api", "/v1/"), [("/api/", "/v1//"), ("/api", "/v1/")]),
        ("/api/", start_replaced("/api", ""), [("/api/", "")]),
        ("/", lambda path: f"/v1{path}", [("/", "/v1")]),
        ("^/api", start_replaced("/api", ""), [("^/api", "")]),
        ("^/fallback/.*", start_replaced("/fallback", ""), [("^(?=/fallback/.*)/fallback", "")]),
        ("^/api/v[12]/.*", start_replaced("/api", "/x"), [("^(?=/api/v[12]/.*)/api", "/x")]),
        ("^/(a|b)/", lambda path: path, [("^/(a|b)/", None)]),
    ],
)
def test_a_rule_is_found(pattern: str, function: Function, rules: list[tuple[str, str | None]]) -> None:
    assert rules_of(pattern, function) == tuple(Rule(*each) for each in rules)


@pytest.mark.parametrize(
    "function",
    [
        lambda path: path.replace("/api", ""),  # wherever it stands, also in the query
        lambda path: path.lower(),
        lambda path: "/fixed",
        lambda path: path.partition("?")[0],
        lambda path: path.replace("%20", "+"),
        lambda path: path.rstrip("/"),
        lambda path: path + ("&" if "?" in path else "?") + "key=1",
    ],
)
def test_what_no_rule_does_has_none(function: Function) -> None:
    assert rules_of("/api", function) is None


def test_a_function_that_throws_has_no_rule() -> None:
    assert find_rules("/api", lambda paths: [None if "%" in path else path for path in paths]) is None


def test_a_path_that_stands_in_the_function_is_tried() -> None:
    def special(path: str) -> str:
        return "/elsewhere" if path == "/api/special" else path

    source = "(path) => path === '/api/special' ? '/elsewhere' : path"
    assert hints_in(source) == ["/api/special", "/elsewhere"]
    assert rules_of("/api", special, source) is None
    assert hints_in(r"path.replace(/^\/api\/v2/, '')") == ["/api/v2"]


SEGMENT = st.text("ab1-~", min_size=1, max_size=3)
PREFIX = st.lists(SEGMENT, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
REWRITE = st.none() | st.just("") | PREFIX | PREFIX.map(lambda prefix: f"{prefix}/")
TAIL = st.text("ab1/?&=%-.A", max_size=12).filter(lambda tail: "%" not in tail)


@given(PREFIX, st.sampled_from(["", "/"]), REWRITE, st.lists(TAIL))
def test_what_a_rule_does_is_found_again(prefix: str, end: str, rewrite: str | None, tails: list[str]) -> None:
    wanted = Rule(prefix + end, rewrite)
    rules = rules_of(wanted.pattern, lambda path: wanted.sends(path) or "")
    assert rules is not None
    for tail in tails:
        path = prefix + end + tail
        sent = next((sent for rule in rules if (sent := rule.sends(path)) is not None), None)
        assert sent == wanted.sends(path)


Written = tuple[Function, str]  # as it runs here, and as JavaScript writes it


def everywhere(old: str, new: str) -> Written:
    return lambda path: path.replace(old, new), f"path => path.replaceAll('{old}', '{new}')"


def at_start(old: str, new: str) -> Written:
    return start_replaced(old, new), f"path => path.replace(/^{old}/, '{new}')"


def cut(count: int) -> Written:
    return lambda path: path[count:], f"path => path.slice({count})"


FUNCTIONS = st.one_of(
    st.builds(at_start, PREFIX, PREFIX | st.just("")),
    st.builds(everywhere, PREFIX, PREFIX | st.just("")),
    st.builds(cut, st.integers(0, 8)),
)
PATHS = st.lists(st.sampled_from(["a", "b", "api", "1", "X", "a/b", "-"]), max_size=4).map("/".join)


@given(PREFIX, FUNCTIONS, st.lists(PATHS, max_size=5))
def test_a_rule_that_is_found_does_what_the_function_does(prefix: str, written: Written, tails: list[str]) -> None:
    function, source = written
    rules = rules_of(prefix, function, source)
    for path in [prefix, *(f"{prefix}/{tail}" for tail in tails)] if rules else []:
        sent = next((sent for rule in rules or () if (sent := rule.sends(path)) is not None), None)
        assert sent == with_slash(function(path)), (path, rules)


@pytest.mark.parametrize("pattern", ["/api", "/api/", "/", "/:id/x", "/a/:rest*", "^/api/v[12]", "^/(x|y)"])
def test_all_paths_that_are_tried_are_those_of_the_pattern(pattern: str) -> None:
    for path in [*paths_for(pattern), *further_paths(pattern)]:
        assert Rule(pattern).sends(path) == path
    assert len(paths_for(pattern)) > 5
    assert not set(paths_for(pattern)) >= set(further_paths(pattern))
