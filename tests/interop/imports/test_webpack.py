"""webpack's entries, asked of the real http-proxy-middleware: what becomes of each, and what a config does wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import webpack
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported

pytestmark = pytest.mark.node
KEPT = {"host": "keep", "origin": "keep"}
ONE = "http://localhost:1"


@pytest.fixture
def folder(tmp_path: Path, middlewares: Path) -> Path:
    (tmp_path / "node_modules").mkdir()
    for name in ("webpack-dev-server", "webpack-merge"):
        (tmp_path / "node_modules" / name).symlink_to(middlewares / name)
    return tmp_path


@pytest.fixture
def read(folder: Path, node: Session) -> Callable[..., Imported]:
    def made(text: str, file: str = "webpack.config.js") -> Imported:
        (folder / file).write_text(text, "utf-8")
        return webpack.read(folder, file, node)

    return made


def config(proxy: str) -> str:
    return f"module.exports = {{\n  devServer: {{\n    proxy: {proxy},\n  }},\n}}\n"


@pytest.mark.parametrize(
    ("proxy", "routes"),
    [
        (f"{{ '/api': '{ONE}' }}", [("/api", {"target": ONE, **KEPT})]),
        (f"{{ '/api/*': '{ONE}' }}", [("/api", {"target": ONE, **KEPT})]),
        (f"{{ '*': {{ target: '{ONE}', changeOrigin: true }} }}", [("/", {"target": ONE})]),
        (f"{{ target: '{ONE}', changeOrigin: true }}", [("/", {"target": ONE})]),
        (f"[{{ context: '/a-', target: '{ONE}' }}]", [("^/a\\-", {"target": ONE, **KEPT})]),
        (f"[{{ context: ['/a/', '/a'], target: '{ONE}' }}]", [("/a", {"target": ONE, **KEPT})]),
        (f"[() => ({{ context: '/a', target: '{ONE}' }})]", [("/a", {"target": ONE, **KEPT})]),
        (f"[{{ path: '/a', target: '{ONE}' }}]", [("/a", {"target": ONE, **KEPT})]),
        (
            f"[{{ context: ['/a/**', '!/a/*.js'], target: '{ONE}' }}]",
            [("^(?!(?:/a/(?!\\.)(?=.)[^/]*?\\.js)$)/a(?=/|$)", {"target": ONE, **KEPT})],
        ),
        (
            f"[{{ context: (path, req) => path.startsWith('/a') && req.method === 'POST', target: '{ONE}' }}]",
            [("/a", {"target": ONE, **KEPT, "match": {"methods": ["POST"]}})],
        ),
        (
            f"[{{ context: '/a', target: '{ONE}', pathRewrite: {{ '^/a/b': '/c', '^/a': '' }} }}]",
            [("/a/b", {"target": ONE, "rewrite": "/c", **KEPT}), ("/a", {"target": ONE, "rewrite": "", **KEPT})],
        ),
        (
            f"[{{ context: '/a', target: '{ONE}/base', pathRewrite: (path) => path.replace(/^\\/a/, '') }}]",
            [("/a", {"target": f"{ONE}/base", "rewrite": "", **KEPT})],
        ),
        (
            f"[{{ context: '/a', target: '{ONE}', router: {{ 'c.test': '{ONE}', '/a/c': 'http://localhost:3/x' }} }}]",
            [
                ("/a/c", {"target": "http://localhost:3/x", **KEPT}),
                ("/a", {"target": ONE, **KEPT}),
            ],
        ),
        (
            f"[{{ context: '/a', target: '{ONE}', router: {{ 'b.localhost:3': 'http://localhost:2' }} }}]",
            [
                ("/a", {"target": "http://localhost:2", **KEPT, "match": {"hosts": ["b.localhost"]}}),
                ("/a", {"target": ONE, **KEPT}),
            ],
        ),
        (
            f"[{{ context: '/a', target: '{ONE}', bypass: (req) => {{ req.headers['x-a'] = 'b' }} }}]",
            [("/a", {"target": ONE, **KEPT, "headers": {"request": {"x-a": "b"}}})],
        ),
    ],
)
def test_an_entry_becomes_routes(
    read: Callable[..., Imported], proxy: str, routes: list[tuple[str, dict[str, Any]]]
) -> None:
    [entry] = read(config(proxy)).entries
    assert list(entry.routes) == routes


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        (f"[{{ context: '/a', target: '{ONE}', pathRewrite: (path) => path.toUpperCase() }}]", "no rule does the same"),
        (f"[{{ context: (path) => path.length % 2 === 1, target: '{ONE}' }}]", "no pattern of devcors"),
        (f"[{{ context: '/a', target: '{ONE}', bypass: () => '/index.html' }}]", "it keeps every request"),
        (f"[{{ context: 'a', target: '{ONE}' }}]", "no pattern of devcors"),
        (f"[{{ context: '/a', target: '{ONE}', bypass: () => false }}]", "it keeps every request"),
    ],
)
def test_what_cannot_be_a_route_is_told(read: Callable[..., Imported], proxy: str, told: str) -> None:
    [entry] = read(config(proxy)).entries
    assert entry.routes == ()
    assert told in str(entry.remarks[0])
    assert entry.remarks[0].source.file == "webpack.config.js"


def test_an_entry_that_is_never_reached(read: Callable[..., Imported]) -> None:
    text = f"[\n{{ context: '/a', target: '{ONE}' }},\n{{ context: ['/a/b'], target: '{ONE}', ws: true }}]"
    first, second = read(config(text)).entries
    assert (first.source.line, second.source.line) == (4, 5)
    assert first.routes
    assert not second.routes
    assert str(second.remarks[0]) == 'never reached: "/a" stands before it and takes the same paths'


def test_each_remark_has_its_line(read: Callable[..., Imported]) -> None:
    text = f"[\n{{ context: ['/a'], target: '{ONE}',\nagent: 1 }},\n{{ context: '/b', target: '{ONE}',\n\nagent: 1 }}]"
    assert [entry.remarks[0].source.line for entry in read(config(text)).entries] == [5, 8]


@pytest.mark.parametrize(
    ("server", "frontend"),
    [
        ("port: 3000", "http://localhost:3000"),
        ("port: '3000', host: 'app.localhost'", "http://app.localhost:3000"),
        ("port: 'auto', host: '0.0.0.0'", "http://localhost:8080"),
        ("server: { type: 'https' }", {"target": "https://localhost:8080", "verify": False}),
        ("https: true, port: 1", {"target": "https://localhost:1", "verify": False}),
    ],
)
def test_where_the_dev_server_listens(read: Callable[..., Imported], server: str, frontend: object) -> None:
    assert read(f"module.exports = {{ devServer: {{ {server}, proxy: {{ '/a': '{ONE}' }} }} }}").frontend == frontend


def test_the_start_script_has_options(read: Callable[..., Imported], folder: Path) -> None:
    assert webpack.config_file(folder) is None
    script = "cross-env A=1 webpack serve --config ./build/dev.js --mode=development --env local --env port=3005"
    (folder / "package.json").write_text(json.dumps({"scripts": {"start": script}}), "utf-8")
    (folder / "build").mkdir()
    text = (
        "module.exports = (env, { mode }) => ({ devServer: { port: env.port, proxy: [{ context: '/a', "
        f"target: env.local && mode === 'development' ? '{ONE}' : 'http://localhost:2' }}] }} }})"
    )
    made = read(text, "build/dev.js")
    assert webpack.config_file(folder) == "build/dev.js"
    assert (made.frontend, made.routes[0][1]["target"]) == ("http://localhost:3005", ONE)


SYNTAX = "module.exports = {\n  devServer: { proxy: { '/api' 'x' } },\n}\n"


@pytest.mark.parametrize(
    ("file", "text", "where", "message"),
    [
        ("webpack.config.js", SYNTAX, "webpack.config.js:2", "syntax error: "),
        ("webpack.config.mjs", "export default { a b }", "webpack.config.mjs:1", "syntax error: "),
        ("webpack.config.js", "\nrequire('not-there')\n", "webpack.config.js:2", "not-there"),
        ("webpack.config.mjs", "import x from 'not-there'\n", "webpack.config.mjs:1", "not-there"),
        (
            "webpack.config.js",
            "module.exports = () => {\n  throw new Error('set X')\n}",
            "webpack.config.js:2",
            "set X",
        ),
        ("webpack.config.js", "module.exports = Promise.reject(new Error('late'))", "webpack.config.js:1", "late"),
        ("webpack.config.js", "const config = {}\n", "webpack.config.js:1", "the config exports nothing"),
        ("webpack.config.mjs", "export const a = 1\n", "webpack.config.mjs:1", "the config"),
        ("webpack.config.js", "module.exports = () => {}\n", "webpack.config.js:1", "the config is no object"),
        ("webpack.config.js", "module.exports = { mode: 'none' }\n", "webpack.config.js:1", "no devServer.proxy"),
        ("webpack.config.ts", "export default { a: 1 }\n", "webpack.config.ts", "needs a TypeScript compiler"),
    ],
)
def test_what_a_config_does_wrong(
    read: Callable[..., Imported], file: str, text: str, where: str, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        read(text, file)
    assert (raised.value.where, raised.value.exit_code) == (where, 2)
    assert message in raised.value.message


def test_a_project_without_its_packages(tmp_path: Path, node: Session) -> None:
    (tmp_path / "webpack.config.js").write_text(config(f"{{ '/a': '{ONE}' }}"), "utf-8")
    with pytest.raises(ConfigError, match="the project's own webpack-dev-server is not installed"):
        webpack.read(tmp_path, "webpack.config.js", node)
