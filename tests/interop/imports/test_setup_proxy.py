"""`src/setupProxy.js` with the real http-proxy-middleware, and `"proxy"` of package.json."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import setup_proxy
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.finding import find, find_in
from devcors.interop.imports.importing import imported
from devcors.interop.imports.model import Imported

pytestmark = pytest.mark.node
KEPT = {"host": "keep", "origin": "keep"}
ONE = "http://localhost:1"
FILE = "src/setupProxy.js"
Read = Callable[..., Imported]


@pytest.fixture
def read(tmp_path: Path, middlewares: Path, node: Session) -> Read:
    def made(body: str, version: int = 2, head: str = "") -> Imported:
        (tmp_path / "node_modules").mkdir()
        (tmp_path / "node_modules" / "http-proxy-middleware").symlink_to(
            middlewares / f"http-proxy-middleware-{version}", target_is_directory=True
        )
        (tmp_path / "src").mkdir()
        required = (
            "const module_ = require('http-proxy-middleware')\nconst make = module_.createProxyMiddleware ?? module_\n"
        )
        text = f"{required}{head}module.exports = function (app) {{\n{body}\n}}\n"
        (tmp_path / FILE).write_text(text, "utf-8")
        return setup_proxy.read(tmp_path, FILE, node)

    return made


@pytest.mark.parametrize(
    ("version", "body", "routes"),
    [
        (0, f"app.use(make('/a', {{ target: '{ONE}' }}))", [("/a", {"target": ONE, **KEPT})]),
        (1, f"app.use('/a', make('{ONE}', {{ changeOrigin: true }}))", [("/a", {"target": ONE})]),
        (2, f"app.use('/a', make({{ target: '{ONE}' }}))", [("/a", {"target": ONE, **KEPT})]),
        (3, f"app.use('/a', make({{ target: '{ONE}' }}))", [("/a", {"target": ONE, "rewrite": "", **KEPT})]),
        (4, f"app.use('/a', make({{ target: '{ONE}' }}))", [("/a", {"target": ONE, "rewrite": "", **KEPT})]),
        # what is put before the rest of the path is the target's own: the slash that http-proxy leaves is kept
        (3, f"app.use('/a', make({{ target: '{ONE}/b' }}))", [("/a", {"target": f"{ONE}/b", "rewrite": "/", **KEPT})]),
        (
            3,
            f"app.use(module_.legacyCreateProxyMiddleware('/a', {{ target: '{ONE}' }}))",
            [("/a", {"target": ONE, **KEPT})],
        ),
        (
            3,
            f"app.use('/a', make({{ target: '{ONE}', pathFilter: '/b' }}))",
            [("/a/b", {"target": ONE, "rewrite": "/b", **KEPT})],
        ),
        (2, f"app.use('/u/:id', make({{ target: '{ONE}' }}))", [("/u/:id", {"target": ONE, **KEPT})]),
        (
            2,
            f"app.post('/a', make({{ target: '{ONE}', changeOrigin: true }}))",
            [("/a", {"target": ONE, "match": {"methods": ["POST"]}})],
        ),
        (
            2,
            f"const a = make({{ target: '{ONE}' }})\napp.use((q, s, next) => q.url == '/a' ? a(q, s, next) : next())",
            [],
        ),
    ],
)
def test_a_middleware_becomes_routes(
    read: Read, version: int, body: str, routes: list[tuple[str, dict[str, Any]]]
) -> None:
    [entry] = read(body, version).entries
    assert list(entry.routes) == routes
    assert entry.source.line == 4 or not routes


def test_an_app_that_is_used_in_every_way(read: Read) -> None:
    body = f"""
      app.set('trust proxy', true)
      app.use([(req, res, next) => next()]).use('/a', make({{ target: '{ONE}' }}))
      app.locals.x = 1
      app.get('/b', (req, res) => res.json({{ a: req.query.a, b: req.get('host') }}))
      app.use('/c', async (req, res, next) => {{ throw new Error('no') }})
    """
    entries = read(body).entries
    assert [(entry.name, bool(entry.routes)) for entry in entries] == [
        ("/", False),
        ("/a", True),
        ("/b", False),
        ("/c", False),
    ]


def test_a_middleware_that_never_answers_is_not_waited_for_again(read: Read) -> None:
    body = f"app.use('/a', async () => {{}})\napp.use('/b', make({{ target: '{ONE}' }}))"
    began = time.monotonic()
    first, second = read(body).entries
    assert time.monotonic() - began < 9  # it is asked dozens of times, and waited for once
    assert (first.routes, len(second.routes)) == ((), 1)


def test_a_filter_that_the_version_does_not_know_is_no_filter(read: Read) -> None:
    [entry] = read(f"app.use(make({{ target: '{ONE}', pathFilter: '/a' }}))").entries
    assert [pattern for pattern, _ in entry.routes] == ["/"]


def test_handlers_of_all_names(read: Read) -> None:
    body = f"""app.use('/a', make({{
      target: '{ONE}',
      on: {{ proxyReq: (proxyReq) => proxyReq.setHeader('X-A', 'b') }},
    }}))"""
    [entry] = read(body, 3).entries
    assert entry.routes[0][1]["headers"] == {"request": {"X-A": "b"}}


def test_nothing_is_sent_while_it_is_read(read: Read) -> None:
    from tests.parity.backend import backend

    with backend() as behind:
        target = f"http://127.0.0.1:{behind.port}"
        [entry] = read(f"app.use('/a', make({{ target: '{target}', ws: true }}))").entries
        assert entry.routes
        assert behind.received == []


@pytest.mark.parametrize(
    ("body", "head", "where", "message"),
    [
        ("app.use('/a', make({}))", "", f"{FILE}:4", "target"),
        ("", "require('./gone')\n", f"{FILE}:3", "gone"),
        ("  throw new Error('no backend')", "", f"{FILE}:4", "no backend"),
        ("app.use('/a', undefined)", "", f"{FILE}:4", "requires a middleware function"),
        ("", "", f"{FILE}:1", "it gives the app no middleware"),
    ],
)
def test_what_a_module_does_wrong(read: Read, body: str, head: str, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(body, head=head)
    assert message in raised.value.message
    assert (raised.value.where or "").startswith(where)
    assert raised.value.exit_code == 2


def test_a_module_that_exports_no_function(tmp_path: Path, node: Session) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / FILE).write_text("module.exports = { a: 1 }", "utf-8")
    with pytest.raises(ConfigError, match="the module exports no function"):
        setup_proxy.read(tmp_path, FILE, node)


def package(folder: Path, **more: object) -> None:
    content = {"name": "app", "dependencies": {"react-scripts": "5.0.1"}, **more}
    (folder / "package.json").write_text(json.dumps(content, indent=2), "utf-8")


def test_the_proxy_of_package_json_needs_nothing_to_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no Node
    package(tmp_path, proxy=f"{ONE}/v1")
    found = find(tmp_path)
    assert found.reader.plain
    read = imported(found)
    [entry] = read.entries
    assert (read.tool, entry.source.file, entry.source.line) == ("Create React App", "package.json", 6)
    tables = [table for _, table in entry.routes]
    assert {table["target"] for table in tables} == {f"{ONE}/v1"}
    assert [table["match"] for table in tables] == [
        {"methods": ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]},
        {"headers": {"Sec-Fetch-Dest": "empty"}},
    ]


def test_a_proxy_of_package_json_beside_the_module_counts_too(read: Read, tmp_path: Path) -> None:
    package(tmp_path, proxy=ONE)
    entries = read(f"app.use('/a', make({{ target: '{ONE}' }}))").entries
    assert [entry.name for entry in entries] == ["/a", "proxy"]


def test_a_module_left_behind_by_another_tool_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name in (FILE, "vite.config.js"):
        (tmp_path / name).touch()
    found = find_in(tmp_path)
    assert found
    assert found.reader.tool == "Vite"
    package(tmp_path)
    found = find_in(tmp_path)
    assert found
    assert found.file == FILE
