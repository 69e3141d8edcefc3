"""The first entry that takes a path wins, in devcors as in the tool."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import RequestHead
from devcors.interop.imports.model import Entry, Source
from devcors.interop.imports.ordering import in_order
from devcors.interop.imports.probing import Rule
from devcors.routing.paths import fold_escapes
from devcors.routing.pattern import parse_pattern
from devcors.routing.table import Conditions, Table
from devcors.routing.table import Entry as Routed

HERE = Source("vite.config.ts", 1)
HEAD = RequestHead(b"GET", b"/", ())


def entries(*patterns: str) -> list[Entry]:
    return [
        Entry(pattern, HERE, ((pattern, {"target": f"http://{number}"}),)) for number, pattern in enumerate(patterns)
    ]


@pytest.mark.parametrize(
    ("given", "patterns"),
    [
        (["/api", "/auth"], [["/api"], ["/auth"]]),
        (["/api/v2", "/api"], [["/api/v2"], ["/api"]]),
        (["/api", "/api/v2"], [["/api"], []]),
        (["/", "/api", "^/x"], [["/"], [], []]),
        (["/api", "/api"], [["/api"], []]),
        (["/api", "/apis"], [["/api"], ["/apis"]]),
        (["/api", "^/api/v[12]"], [["/api"], []]),
        (["^/api/v[12]", "/api"], [["^/api/v[12]"], ["^/api(?=/|$)"]]),
        (["^/api/v[12]", "/auth", "/api/"], [["^/api/v[12]"], ["/auth"], ["^/api/"]]),
        (["^/(a|b)", "/"], [["^/(a|b)"], ["^/"]]),
        (["^/api/v[12]", "/api/:path*"], [["^/api/v[12]"], ["^/api(?:/.*)?$"]]),
        (["^/api/v[12]", "/api", "/api/late"], [["^/api/v[12]"], ["^/api(?=/|$)"], []]),
    ],
)
def test_patterns_that_are_preferred_as_they_stand(given: list[str], patterns: list[list[str]]) -> None:
    ordered = in_order(entries(*given))
    assert [[pattern for pattern, _ in entry.routes] for entry in ordered] == patterns
    assert all(bool(entry.remarks) == (not entry.routes) for entry in ordered)


PATTERN = st.lists(st.sampled_from(["a", "b", "v1"]), max_size=2).map(lambda parts: "/" + "/".join(parts))
EXPRESSION = st.sampled_from(["^/a", "^/a/.*", "^/(a|b)/", "^/b$", "^/.*v1", "^.*/b"])
PATHS = st.lists(st.sampled_from(["a", "b", "v1", "c"]), max_size=4).map(lambda parts: "/" + "/".join(parts))


@given(st.lists(st.one_of(PATTERN, EXPRESSION), max_size=5), st.lists(PATHS, min_size=1, max_size=8))
def test_every_path_has_the_entry_that_comes_first(patterns: list[str], paths: list[str]) -> None:
    table: Table[Any] = Table(
        Routed(parse_pattern(pattern), Conditions(), keys["target"])
        for entry in in_order(entries(*patterns))
        for pattern, keys in entry.routes
    )
    for path in paths:
        raw = path.encode()
        first = next(
            (number for number, text in enumerate(patterns) if parse_pattern(text).take(raw, fold_escapes(raw))), None
        )
        found = table.match(HEAD, raw, "localhost")
        assert (found and found.entry.value) == (None if first is None else f"http://{first}")


@given(PATTERN, st.sampled_from(["", "/"]), st.none() | PATTERN | st.just(""), PATHS)
def test_a_prefix_that_becomes_an_expression_sends_the_same(
    prefix: str, end: str, rewrite: str | None, path: str
) -> None:
    pattern = prefix + (end if prefix != "/" else "")
    table = {"target": "http://1", **({} if rewrite is None else {"rewrite": rewrite})}
    before = Entry("^.*x", HERE, (("^/.*x", {"target": "http://0"}),))
    _, made = in_order([before, Entry(pattern, HERE, ((pattern, table),))])
    [(expression, keys)] = made.routes
    assert expression.startswith("^")
    sent = Rule(expression, keys.get("rewrite")).sends(path)
    assert re.sub("^/+", "/", sent or "") == re.sub("^/+", "/", Rule(pattern, rewrite).sends(path) or "")
