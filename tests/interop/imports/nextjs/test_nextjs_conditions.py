"""`has` and `missing` of a rewrite, as `match` or as a turn to Next."""

from __future__ import annotations

from typing import Any

import pytest

from devcors.heads import RequestHead
from devcors.interop.imports.model import Source
from devcors.interop.imports.nextjs.conditions import Wanted, captures, read
from devcors.interop.imports.nextjs.destinations import NoRoute
from devcors.interop.imports.nextjs.rewriting import Rewrite, Settings, entries
from devcors.routing.table import Conditions


def _header(key: str, value: str | None = None) -> dict[str, Any]:
    return {"type": "header", "key": key} | ({} if value is None else {"value": value})


def _host(value: str) -> dict[str, Any]:
    return {"type": "host", "value": value}


@pytest.mark.parametrize(
    ("has", "match"),
    [
        ([_header("x-a")], {"headers": {"x-a": "*"}}),
        ([_header("x-a", ".*"), _header("x-b", "(?<name>.+)")], {"headers": {"x-a": "*", "x-b": "*"}}),
        ([_header("x-a", "one two/3")], {"headers": {"x-a": "one two/3"}}),
        ([_header("accept", "application/json\\+ld")], {"headers": {"accept": "application/json+ld"}}),
        ([_host("App.example.com")], {"hosts": ["app.example.com"]}),
        ([_host(r"app\.example\.com"), _header("x-a")], {"hosts": ["app.example.com"], "headers": {"x-a": "*"}}),
        ([_host(r"(?<tenant>.*)\.example\.com")], {"hosts": ["*.example.com"]}),
        ([_host(".+.example.com")], {"hosts": ["*.example.com"]}),
    ],
)
def test_what_has_to_be_there(has: list[dict[str, Any]], match: dict[str, Any]) -> None:
    wanted = read(has, [])
    assert wanted.match == match
    assert not wanted.is_none


def test_no_condition() -> None:
    assert read([], []) == Wanted()
    assert Wanted().is_none
    assert Wanted().match == {}


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"type": "cookie", "key": "a"}, "a cookie"),
        ({"type": "query", "key": "q", "value": "1"}, "a parameter of the query"),
        (_header("x-a", "a|b"), "with an expression"),
        (_header("x-a", r"\d+"), "with an expression"),
        (_host("(a|b).example.com"), "the host with an expression"),
        (_host("[^.]+.example.com"), "the host with an expression"),
    ],
)
def test_what_a_route_cannot_ask_for(item: dict[str, Any], why: str) -> None:
    for has, missing, option in (([item], [], "has"), ([], [item], "missing")):
        with pytest.raises(NoRoute, match=why) as told:
            read(has, missing)
        assert f"`{option}`" in str(told.value)


def test_two_hosts_at_once_hold_for_no_request() -> None:
    with pytest.raises(NoRoute, match="two hosts"):
        read([_host("a.example"), _host("b.example")], [])
    assert read([_host("a.example"), _host(r"a\.example")], []).hosts == ("a.example",)


@pytest.mark.parametrize(
    ("item", "names"),
    [
        (_header("x-a-2"), {"xa"}),
        (_header("x-a", "(?<one>.*)-(?<two>.*)"), {"one", "two"}),
        (_header("x-a", "yes"), set()),
        (_host("a.example"), {"host"}),
        (_host("(?<sub>.*).example"), {"sub"}),
    ],
)
def test_the_names_that_next_has_then(item: dict[str, Any], names: set[str]) -> None:
    assert captures(item) == names


def test_what_must_not_be_there_turns_to_next() -> None:
    place = Source("next.config.js", 1)
    rewrite = Rewrite(
        "afterFiles", "/api/:path*", "http://b.test/:path*", place, missing=(_header("x-skip"), _host("a.example"))
    )
    (entry,) = entries([rewrite], Settings(), {"target": "http://localhost:3000"})
    assert [(table["target"], table.get("match")) for _, table in entry.routes] == [
        ("http://localhost:3000", {"headers": {"x-skip": "*"}}),
        ("http://localhost:3000", {"hosts": ["a.example"]}),
        ("http://b.test", None),
    ]
    assert {pattern for pattern, _ in entry.routes} == {"/api"}


def test_names_of_conditions_go_into_the_query_where_the_path_has_none() -> None:
    place = Source("next.config.js", 1)
    made = entries(
        [Rewrite("afterFiles", "/x", "http://b.test/y", place, has=(_header("x-a"),))],
        Settings(),
        {"target": "http://localhost:3000"},
    )
    assert made[0].routes == ()
    assert "into the query" in str(made[0].remarks[0])


@pytest.mark.parametrize(
    ("given", "holds"), [("x.example.com", True), ("a.b.example.com:80", True), ("example.com", False)]
)
def test_the_hosts_mean_the_same_in_devcors(given: str, holds: bool) -> None:
    conditions = Conditions(hosts=read([_host(r"(?<x>.*)\.example\.com")], []).hosts)
    assert (conditions.unmet(RequestHead(b"GET", b"/", ()), given) is None) is holds
