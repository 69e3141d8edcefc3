"""What becomes of each option, and that the table is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from devcors.config.schema import Route
from devcors.interop.imports.better import BETTER
from devcors.interop.imports.evaluating import Function, Other
from devcors.interop.imports.model import Source
from devcors.interop.imports.options import ALL, HPM, ROWS, VITE, needs_nothing, rows_for, take_options

HERE = Source("vite.config.ts", 3)
TARGET = "http://localhost:8080"


def taken(options: Mapping[str, Any], tool: str = VITE) -> tuple[dict[str, Any], list[str]]:
    table, remarks = take_options({"target": TARGET, "changeOrigin": True, **options}, tool, lambda _: HERE)
    Route.model_validate(table)
    assert next(iter(table)) == "target"
    return {key: value for key, value in table.items() if value != TARGET}, [remark.option for remark in remarks]


@pytest.mark.parametrize(
    ("options", "table"),
    [
        ({}, {}),
        ({"changeOrigin": False}, {"host": "keep", "origin": "keep"}),
        ({"changeOrigin": "yes"}, {"host": "keep", "origin": "keep"}),
        ({"secure": False}, {}),  # there is no certificate
        ({"secure": False, "target": "https://localhost:1"}, {"target": "https://localhost:1", "verify": False}),
        ({"secure": True, "target": "https://localhost:1"}, {"target": "https://localhost:1"}),
        ({"ws": True, "autoRewrite": True, "protocolRewrite": "http", "hostRewrite": "localhost:3000"}, {}),
        ({"xfwd": True}, {"forwarded": True}),
        ({"headers": {"X-A": "b", "X-N": 1}}, {"headers": {"request": {"X-A": "b", "X-N": "1"}}}),
        ({"headers": {"host": "a.test"}}, {}),  # `changeOrigin` wins
        ({"headers": {"Host": "a.test"}, "changeOrigin": False}, {"host": "a.test", "origin": "keep"}),
        ({"cookieDomainRewrite": False}, {}),
        ({"cookieDomainRewrite": ""}, {"cookies": {"domain": ""}}),  # also one that localhost cannot set
        ({"cookieDomainRewrite": "localhost:5173"}, {"cookies": {"domain": ""}}),
        ({"cookieDomainRewrite": {"a.test": "", "*": "localhost"}}, {"cookies": {"domain": ""}}),
        ({"cookieDomainRewrite": "", "target": "https://a.test"}, {"target": "https://a.test"}),
        ({"cookieDomainRewrite": "", "target": "http://[::1]"}, {"target": "http://[::1]", "cookies": {"domain": ""}}),
        ({"cookiePathRewrite": {"*": ""}}, {"cookies": {"path": ""}}),
        ({"timeout": 1500}, {"timeout": {"idle": "1500ms"}}),
        ({"timeout": 60000, "proxyTimeout": 30000}, {"timeout": {"idle": "30s"}}),
        ({"proxyTimeout": 30000, "timeout": 60000}, {"timeout": {"idle": "30s"}}),
        ({"timeout": 0}, {}),
        ({"target": "http://localhost:1/x", "prependPath": False}, {"target": "http://localhost:1"}),
        ({"target": {"host": "localhost", "port": 1}}, {"target": "http://localhost:1"}),
        ({"target": {"protocol": "https:", "hostname": "a.test"}}, {"target": "https://a.test"}),
        ({"followRedirects": False, "selfHandleResponse": False, "agent": None}, {}),
    ],
)
def test_what_an_option_becomes(options: dict[str, Any], table: dict[str, Any]) -> None:
    assert taken(options) == (table, [])


@pytest.mark.parametrize(
    ("options", "table", "remarked"),
    [
        ({"headers": {"Connection": "close", "X-A": "b"}}, {"headers": {"request": {"X-A": "b"}}}, ["headers"]),
        ({"headers": {"X-Empty": "", "X-List": ["a"]}}, {}, ["headers", "headers"]),
        ({"headers": {"X-Api-Key": "a"}}, {"headers": {"request": {"X-Api-Key": "a"}}}, ["headers"]),
        ({"auth": "a:b"}, {"headers": {"request": {"Authorization": "Basic YTpi"}}}, ["auth"]),
        (
            {"target": "http://a:b@localhost:1/x/"},
            {"target": "http://localhost:1/x/", "headers": {"request": {"Authorization": "Basic YTpi"}}},
            ["target"],
        ),
        ({"cookieDomainRewrite": "a.test"}, {"cookies": {"domain": "a.test"}}, ["cookieDomainRewrite"]),
        ({"cookieDomainRewrite": {"a.test": "b.test"}}, {}, ["cookieDomainRewrite"]),
        ({"cookieDomainRewrite": {"a.test": ""}}, {"cookies": {"domain": ""}}, ["cookieDomainRewrite"]),
        ({"cookiePathRewrite": "/"}, {"cookies": {"path": "/"}}, ["cookiePathRewrite"]),
        ({"cookiePathRewrite": {"/a": "/b"}}, {}, ["cookiePathRewrite"]),
        (
            {"cookiePathRewrite": "/", "cookieDomainRewrite": ""},
            {"cookies": {"path": "/", "domain": ""}},
            ["cookiePathRewrite"],
        ),
        ({"hostRewrite": "a.test"}, {}, ["hostRewrite"]),
        ({"followRedirects": True}, {}, ["followRedirects"]),
        ({"agent": Other("Agent")}, {}, ["agent"]),
        ({"selfHandleResponse": True}, {}, ["selfHandleResponse"]),
        ({"headers": Other("Headers")}, {}, ["headers"]),
        ({"xfwd": Function(1, "() => true")}, {}, ["xfwd"]),
        ({"unheardOf": 1}, {}, ["unheardOf"]),
        ({"timeout": "1s"}, {}, ["timeout"]),
    ],
)
def test_what_is_otherwise_is_told(options: dict[str, Any], table: dict[str, Any], remarked: list[str]) -> None:
    assert taken(options) == (table, remarked)


@pytest.mark.parametrize(
    "target", ["localhost:8080", "ftp://localhost", "http://", 8080, {"socketPath": "/run/x"}, "http://localhost/?a=b"]
)
def test_a_target_that_is_none(target: Any) -> None:
    table, remarks = take_options({"target": target}, VITE, lambda _: HERE)
    assert "target" not in table
    assert [(remark.option, remark.source) for remark in remarks] == [("target", HERE)]


def test_the_origin_of_websockets_is_that_of_all_requests() -> None:
    options = {"target": TARGET, "rewriteWsOrigin": True}
    table, remarks = take_options(options, VITE, lambda _: HERE)
    assert (table, len(remarks)) == ({"target": TARGET, "host": "keep"}, 1)


def test_an_option_is_of_the_tools_that_have_it() -> None:
    assert {row.option for row in rows_for(VITE)} >= {"target", "rewrite", "bypass", "configure", "rewriteWsOrigin"}
    assert "pathRewrite" not in {row.option for row in rows_for(VITE)}
    assert "rewriteWsOrigin" not in {row.option for row in rows_for(HPM)}
    assert taken({"logLevel": "debug"}, HPM) == ({}, [])
    assert taken({"logLevel": "debug"}, VITE) == ({}, ["logLevel"])
    assert needs_nothing("ws", VITE)
    assert not needs_nothing("secure", VITE)


def test_the_table_has_each_option_once_and_says_what_becomes_of_it() -> None:
    options = [row.option for row in ROWS]
    assert len(options) == len(set(options))
    assert options[0] == "target"  # others look at it
    assert all((row.key or row.remark) and row.tools <= ALL for row in ROWS)


def test_what_is_better_is_listed_once_and_says_why() -> None:
    names = [each.name for each in BETTER]
    assert len(names) == len(set(names))
    assert all(each.what and each.why for each in BETTER)
