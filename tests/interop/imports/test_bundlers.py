"""Vue CLI and Rsbuild, whose packages are too large for tests: stand-ins with the interface that is used of them.

What they stand for was seen with @vue/cli-service 5.0.9 and @rsbuild/core 1.7 and 2.3. The proxy behind them is real.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import bundlers
from devcors.interop.imports.evaluating import Session

pytestmark = pytest.mark.node
ONE = "http://localhost:1"
# every entry gets the defaults, and a function as its context, which searches the key in the path
PREPARES = """module.exports = (proxy) => Object.keys(proxy).map((key) => ({
  changeOrigin: true, ws: true, xfwd: true, secure: false, ...proxy[key],
  context: (pathname) => pathname.match(key),
}))
"""
LOADS = """import { pathToFileURL } from 'node:url'
export const loadConfig = async ({ path }) => ({ content: (await import(pathToFileURL(path))).default })
"""


@pytest.fixture
def vue(tmp_path: Path, middlewares: Path) -> Path:
    service = tmp_path / "node_modules" / "@vue" / "cli-service"
    (service / "lib" / "util").mkdir(parents=True)
    (service / "package.json").write_text('{"name": "@vue/cli-service", "version": "5.0.9"}', "utf-8")
    (service / "lib" / "util" / "prepareProxy.js").write_text(PREPARES, "utf-8")
    (tmp_path / "node_modules" / "webpack-dev-server").symlink_to(middlewares / "webpack-dev-server-4")
    return tmp_path


@pytest.fixture
def rsbuild(tmp_path: Path, middlewares: Path) -> Path:
    core = tmp_path / "node_modules" / "@rsbuild" / "core"
    (core / "compiled").mkdir(parents=True)
    package = '{"name": "@rsbuild/core", "version": "1.7.0", "type": "module", "exports": "./index.js"}'
    (core / "package.json").write_text(package, "utf-8")
    (core / "index.js").write_text(LOADS, "utf-8")
    (core / "compiled" / "package.json").write_text("{}", "utf-8")
    bundled = core / "compiled" / "http-proxy-middleware"
    bundled.mkdir()
    (bundled / "index.js").write_text("module.exports = require('http-proxy-middleware')", "utf-8")
    (core / "node_modules").mkdir()
    (core / "node_modules" / "http-proxy-middleware").symlink_to(middlewares / "http-proxy-middleware-2")
    return tmp_path


def test_vue_cli_has_defaults_and_searches_its_contexts(vue: Path, node: Session) -> None:
    proxy = (
        f"{{ '^/api': {{ target: '{ONE}', pathRewrite: {{ '^/api': '' }} }}, '/b': {{ target: '{ONE}', xfwd: 0 }} }}"
    )
    (vue / "vue.config.js").write_text(
        f"module.exports = () => ({{ devServer: {{ port: 2, proxy: {proxy} }} }})", "utf-8"
    )
    read = bundlers.read_vue(vue, "vue.config.js", node)
    assert read.frontend == "http://localhost:2"
    assert list(read.routes) == [
        ("/api", {"target": ONE, "rewrite": "", "forwarded": True}),
        ("/b", {"target": ONE}),
    ]
    assert [len(entry.remarks) for entry in read.entries] == [0, 1]
    assert "it looks for the context anywhere" in str(read.entries[1].remarks[0])


def test_vue_cli_with_one_url(vue: Path, node: Session) -> None:
    (vue / "vue.config.js").write_text(f"module.exports = {{ devServer: {{ proxy: '{ONE}' }} }}", "utf-8")
    [entry] = bundlers.read_vue(vue, "vue.config.js", node).entries
    assert [table["match"] for _, table in entry.routes][1] == {"headers": {"Sec-Fetch-Dest": "empty"}}


def test_rsbuild_changes_the_origin(rsbuild: Path, node: Session) -> None:
    proxy = f"{{ '/api': '{ONE}', '/a/**': {{ target: '{ONE}', changeOrigin: false, pathRewrite: {{ '^/a': '' }} }} }}"
    (rsbuild / "rsbuild.config.mjs").write_text(f"export default {{ server: {{ proxy: {proxy} }} }}", "utf-8")
    assert list(bundlers.read_rsbuild(rsbuild, "rsbuild.config.mjs", node).routes) == [
        ("/api", {"target": ONE}),
        ("/a", {"target": ONE, "rewrite": "", "host": "keep", "origin": "keep"}),
    ]


def test_a_list_of_rsbuild_1_has_no_defaults(rsbuild: Path, node: Session) -> None:
    text = f"export default {{ server: {{ proxy: [{{ context: ['/a'], target: '{ONE}' }}] }} }}"
    (rsbuild / "rsbuild.config.mjs").write_text(text, "utf-8")
    [(pattern, table)] = bundlers.read_rsbuild(rsbuild, "rsbuild.config.mjs", node).routes
    assert (pattern, table["host"]) == ("/a", "keep")


@pytest.mark.parametrize("text", ["export default {}", "export default { server: {} }"])
def test_nothing_to_import(rsbuild: Path, node: Session, text: str) -> None:
    (rsbuild / "rsbuild.config.mjs").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"exports nothing|there is no server\.proxy"):
        bundlers.read_rsbuild(rsbuild, "rsbuild.config.mjs", node)
