"""What becomes of Nuxt's rules and of devProxy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import nuxt
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Entry

B = "http://b.test:8080"


class Loaded(Session):
    """In place of Node: what the loader found."""

    def __init__(self, **found: Any) -> None:
        self._found = found

    def load(self, loader: str, folder: Path, file: str, **settings: Any) -> Any:
        assert loader == "nuxt"
        return self._found


def _read(tmp_path: Path, **found: Any) -> tuple[Entry, ...]:
    (tmp_path / "nuxt.config.ts").write_text("export default {\n  routeRules: {\n    '/api/**': {},\n  },\n}\n")
    return nuxt.read(tmp_path, "nuxt.config.ts", Loaded(**found)).entries


def _rules(tmp_path: Path, rules: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    return [route for entry in _read(tmp_path, routeRules=rules, **more) for route in entry.routes]


@pytest.mark.parametrize(
    ("path", "to", "pattern", "rewrite"),
    [
        ("/api/**", f"{B}/**", "/api", ""),
        ("/api/**", f"{B}/api/**", "/api", None),
        ("/api/**", f"{B}/v1/**", "/api", "/v1"),
        ("/a/b/**", f"{B}/**", "/a/b", ""),
        ("/api/**", f"{B}/one", "^/api(?:/.*)?$", "/one"),
        ("/api/**", B, "^/api(?:/.*)?$", "/"),
        ("/up", f"{B}/health", "^/up/?$", "/health"),
        ("/up", f"{B}/up", "^/up/?$", "/up"),
        ("/up", f"{B}/**", "^/up/?$", None),
        ("/up", f"{B}/x/**", "^/up/?$", "/x/up"),
        ("/item/*", f"{B}/**", "^/item/[^/]+/?$", None),
        ("/item/:id", f"{B}/x/**", "^(/item/[^/]+)/?$", r"/x\1"),
        ("/item/*/parts", f"{B}/parts", "^/item/[^/]+/parts/?$", "/parts"),
    ],
)
def test_a_rule(tmp_path: Path, path: str, to: str, pattern: str, rewrite: str | None) -> None:
    for proxy in (to, {"to": to}):
        ((at, table),) = _rules(tmp_path, {path: {"proxy": proxy}})
        assert (at, table) == (pattern, {"target": B} | ({} if rewrite is None else {"rewrite": rewrite}))


@pytest.mark.parametrize(
    ("path", "to", "why"),
    [
        ("/**", f"{B}/**", "every path"),
        ("/api/**", "/other/**", "no proxy's matter"),
        ("/api/**", f"{B}/**?x=1", "without a query"),
        ("/item/*/**", f"{B}/**", "400"),
        ("/api/**", "ftp://b.test/**", "no http or https URL"),
    ],
)
def test_what_stays_with_nuxt_is_told(tmp_path: Path, path: str, to: str, why: str) -> None:
    (entry,) = _read(tmp_path, routeRules={path: {"proxy": to}})
    assert entry.routes == ()
    assert why in str(entry.remarks[0])


def test_with_a_base_no_rule_is_a_route(tmp_path: Path) -> None:
    assert _rules(tmp_path, {"/api/**": {"proxy": f"{B}/**"}}, baseURL="/shop/") == []
    assert len(_rules(tmp_path, {"/api/**": {"proxy": f"{B}/**"}}, baseURL="/")) == 1


def test_the_options_of_a_rule(tmp_path: Path) -> None:
    proxy = {"to": f"{B}/**", "headers": {"X-A": "1"}, "streamRequest": True, "onResponse": "x", "fetchOptions": {}}
    rule = {"proxy": proxy, "headers": {"X-B": "2"}, "cors": True, "swr": 60}
    (entry,) = _read(tmp_path, routeRules={"/api/**": rule})
    assert entry.source.line == 3
    assert entry.routes[0][1] == {
        "target": B,
        "rewrite": "",
        "headers": {"request": {"X-A": "1"}, "response": {"X-B": "2"}},
    }
    assert [remark.option for remark in entry.remarks] == ["fetchOptions", "onResponse", "swr", "cors"]


def test_a_more_specific_rule_has_what_the_others_have_too(tmp_path: Path) -> None:
    rules = {
        "/api/**": {"proxy": {"to": f"{B}/**", "headers": {"X-A": "1"}}, "headers": {"X-B": "2"}},
        "/api/up": {"proxy": f"{B}/x/**", "headers": {"X-B": "3"}},
    }
    made = dict(_rules(tmp_path, rules))
    assert list(made) == ["^/api/up/?$", "^/api(?=/|$)"]
    # what is taken away is the prefix of the other rule
    assert made["^/api/up/?$"] == {
        "target": B,
        "rewrite": "/x/up",
        "headers": {"request": {"X-A": "1"}, "response": {"X-B": "3"}},
    }


def test_a_redirect_before_a_proxy_goes_to_the_front_end(tmp_path: Path) -> None:
    rules = {"/api/**": {"proxy": f"{B}/**"}, "/api/old/**": {"redirect": "/new"}, "/else": {"redirect": "/x"}}
    made = _rules(tmp_path, rules, port=4000)
    assert made[1:] == [("/api/old", {"target": "http://localhost:4000"})]


def test_dev_proxy_takes_its_prefix_away(tmp_path: Path) -> None:
    given = {
        "/api/": {"target": f"{B}/v1", "changeOrigin": True, "headers": {"X-A": "1"}},
        "/plain": B,
        "/": {"target": B},
        "/x": {"target": B, "pathRewrite": {"^/x": ""}},
        "/none": {"ws": True},
    }
    entries = _read(tmp_path, devProxy=given)
    assert [entry.routes for entry in entries[:4]] == [
        (
            (
                "/api",
                {"target": f"{B}/v1", "rewrite": "", "forwarded": True, "headers": {"request": {"X-A": "1"}}},
            ),
        ),
        (("/plain", {"target": B, "rewrite": "", "forwarded": True, "host": "keep"}),),
        (),
        (("/x", {"target": B, "rewrite": "", "forwarded": True, "host": "keep"}),),
    ]
    assert entries[3].remarks[0].option == "pathRewrite"
    assert entries[4].routes == ()


def test_vites_proxy_in_it_is_vites(tmp_path: Path) -> None:
    (entry,) = _read(tmp_path, vite={"/api": B})
    assert entry.routes == (("/api", {"target": B}),)


def test_a_config_without_a_proxy_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no proxy") as told:
        _read(tmp_path, routeRules={"/": {"prerender": True}})
    assert told.value.where == "nuxt.config.ts:2"


def test_the_front_end_is_where_nuxt_listens(tmp_path: Path) -> None:
    (tmp_path / "nuxt.config.ts").write_text("")
    rules = {"/api/**": {"proxy": f"{B}/**"}}
    for found, frontend in (
        ({}, "http://localhost:3000"),
        ({"port": 4000}, "http://localhost:4000"),
        ({"port": 4000, "https": True}, {"target": "https://localhost:4000", "verify": False}),
    ):
        read = nuxt.read(tmp_path, "nuxt.config.ts", Loaded(routeRules=rules, **found))
        assert read.frontend == frontend
