"""Angular's proxy files, by the real loader of its builder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tests.parity.imports
from devcors.errors import ConfigError
from devcors.interop.imports import angular
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.support.npm import installed

pytestmark = pytest.mark.node
KEPT = {"host": "keep", "origin": "keep"}
ONE = "http://localhost:1"
Read = Callable[..., Imported]


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    packages = installed(request.config.cache, Path(*tests.parity.imports.__path__) / "angular")
    (tmp_path / "node_modules" / "@angular").mkdir(parents=True)
    (tmp_path / "node_modules" / "@angular" / "build").symlink_to(packages / "@angular" / "build")
    return tmp_path


@pytest.fixture
def read(folder: Path, node: Session) -> Read:
    def made(text: str, file: str = "proxy.conf.json") -> Imported:
        (folder / file).write_text(text, "utf-8")
        return angular.read(folder, file, node)

    return made


@pytest.mark.parametrize(
    ("context", "pattern"),
    [
        ("/api", "/api"),
        ("/api/**", "/api"),
        ("/**", "/"),
        ("^/api", "^/api"),
        ("/api/*", "^(?:/api/(?!\\.)(?=.)[^/]*?/?)$"),
        ("/{a,b}/**", "^(?:/(a|b)(?:/(?!\\.{1,2}(?:/|$))(?:(?:(?!(?:^|/)\\.{1,2}(?:/|$)).)*?)|$))$"),
    ],
)
def test_a_context_is_a_pattern(read: Read, context: str, pattern: str) -> None:
    [entry] = read(json.dumps({context: {"target": ONE}})).entries
    assert entry.name == context
    assert [taken for taken, _ in entry.routes] == [pattern] or context.startswith("/{")


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        (
            f"export default {{ '/a': {{ target: '{ONE}', pathRewrite: {{ '^/a': '' }} }} }}",
            [("/a", {"target": ONE, "rewrite": "", **KEPT})],
        ),
        (
            f"export default {{ '/a': {{ target: '{ONE}', pathRewrite: (path) => '/b' }} }}",
            [("/a", {"target": ONE, **KEPT})],
        ),
        (f"export default {{ '/a': '{ONE}' }}", [("/a", {"target": ONE})]),
        (
            f"export default [{{ context: ['/a', '/b'], target: '{ONE}', changeOrigin: true }}]",
            [("/a", {"target": ONE}), ("/b", {"target": ONE})],
        ),
        ("export default { '/a': 3 }", []),
    ],
)
def test_a_module_is_read_as_its_builder_does(read: Read, text: str, routes: list[tuple[str, dict[str, Any]]]) -> None:
    assert list(read(text, "proxy.conf.mjs").routes) == routes


def test_a_function_that_angular_does_nothing_with_is_told(read: Read) -> None:
    text = f"module.exports = {{\n  '/a': {{\n    target: '{ONE}',\n    pathRewrite: (path) => '/b',\n  }},\n}}\n"
    [entry] = read(text, "proxy.conf.cjs").entries
    assert [(remark.option, remark.source.line) for remark in entry.remarks] == [("pathRewrite", 4)]


def test_an_entry_that_angular_passes_over_is_told(read: Read) -> None:
    text = f"export default [\n  {{ context: ['/a'], target: '{ONE}' }},\n  {{ context: '/b', target: '{ONE}' }},\n]"
    first, second = read(text, "proxy.conf.mjs").entries
    assert (first.name, len(first.routes)) == ("/a", 1)
    assert (second.name, second.source.line, second.routes) == ("/b", 3, ())
    assert "passes over" in str(second.remarks[0])


@pytest.mark.parametrize(
    ("file", "text", "where", "message"),
    [
        ("proxy.conf.json", '{\n  "/a": { "target" "x" }\n}', "proxy.conf.json:2", "syntax error: "),
        ("proxy.conf.json", "{}", "proxy.conf.json:1", "there is nothing in it"),
        ("proxy.conf.js", "module.exports = {", "proxy.conf.js:1", "syntax error: "),
        ("proxy.conf.js", "require('gone')", "proxy.conf.js:1", "gone"),
        ("proxy.conf.js", "\nthrow new Error('no')", "proxy.conf.js:2", "no"),
        ("proxy.conf.js", "exports.x", "proxy.conf.js:1", "the config exports nothing"),
        ("proxy.conf.mjs", "export default [{ context: '/a', target: 'x' }]", "proxy.conf.mjs:1", "no entry in it"),
    ],
)
def test_what_a_file_does_wrong(read: Read, file: str, text: str, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(text, file)
    assert (raised.value.where, raised.value.exit_code) == (where, 2)
    assert message in raised.value.message


def workspace(folder: Path, builder: str, **serve: object) -> None:
    project = {"architect": {"build": {"builder": builder}, "serve": serve}}
    (folder / "angular.json").write_text(json.dumps({"projects": {"app": project}}), "utf-8")


@pytest.mark.parametrize(
    ("serve", "file"),
    [
        ({"options": {"proxyConfig": "./config/mine.json"}}, "config/mine.json"),
        ({"options": {}}, "src/proxy.conf.json"),
        (
            {"defaultConfiguration": "dev", "configurations": {"dev": {"proxyConfig": "config/mine.json"}}},
            "config/mine.json",
        ),
        ({"options": {"proxyConfig": "gone.json"}}, "src/proxy.conf.json"),
    ],
)
def test_the_file_that_the_workspace_names(tmp_path: Path, serve: dict[str, object], file: str) -> None:
    workspace(tmp_path, "@angular/build:application", **serve)
    assert angular.proxy_file(tmp_path) is None
    for name in ("config", "src"):
        (tmp_path / name).mkdir()
    for name in ("config/mine.json", "src/proxy.conf.json"):
        (tmp_path / name).touch()
    assert angular.proxy_file(tmp_path) == file


def test_the_port_of_the_workspace(read: Read, folder: Path) -> None:
    workspace(folder, "@angular/build:application", options={"port": 4300})
    assert read(json.dumps({"/a": {"target": ONE}})).frontend == "http://localhost:4300"


def test_the_older_builder_hands_the_file_to_webpack(tmp_path: Path, middlewares: Path, node: Session) -> None:
    """Its star is all that is below, its rewrite a function, too."""
    builder = tmp_path / "node_modules" / "@angular-devkit" / "build-angular"
    builder.mkdir(parents=True)
    (builder / "package.json").write_text('{"name": "@angular-devkit/build-angular", "version": "16.2.0"}', "utf-8")
    (builder / "node_modules").mkdir()
    (builder / "node_modules" / "webpack-dev-server").symlink_to(middlewares / "webpack-dev-server-4")
    workspace(tmp_path, "@angular-devkit/build-angular:browser")
    text = f"module.exports = {{ '/api/*': {{ target: '{ONE}', pathRewrite: (path) => path.replace('/api', '') }} }}"
    (tmp_path / "proxy.conf.js").write_text(text, "utf-8")
    read = angular.read(tmp_path, "proxy.conf.js", node)
    assert list(read.routes) == [("/api", {"target": ONE, "rewrite": "", **KEPT})]
