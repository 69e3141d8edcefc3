"""Configs that run: what they export, what they do wrong, and that nothing of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devcors.errors import ConfigError
from devcors.interop.imports import evaluating
from devcors.interop.imports.evaluating import Effect, Function, Other, Regex, Session, Threw, session

pytestmark = pytest.mark.node
Project = Callable[..., Path]

VALUES = """
console.log('{"value": "noise on stdout"}')
const self = {}
self.self = self
export default {
  server: {
    text: 'ä', number: 1.5, nothing: null, absent: undefined, list: [1, undefined, [true]], nested: { $function: 'x' },
    expression: /^\\/a/gi, url: new URL('http://localhost:1/x'), agent: new (class Agent {})(), self, big: 10n,
    add: (a, b) => a + b,
    later: async (text) => text.toUpperCase(),
    fails() { throw new TypeError('no ' + 'way') },
    rest: (...given) => given,
  },
}
"""


@pytest.fixture
def values(project: Project, node: Session) -> dict[str, Any]:
    loaded = node.load("vite", project(vite__config__mjs=VALUES), "vite.config.mjs")
    server: dict[str, Any] = loaded["server"]
    return server


def test_values_come_as_they_are(values: dict[str, Any]) -> None:
    functions = {name: values.pop(name) for name in ("add", "later", "fails", "rest")}
    assert all(isinstance(each, Function) for each in functions.values())
    assert functions["add"].source == "(a, b) => a + b"
    assert values == {
        "text": "ä", "number": 1.5, "nothing": None, "list": [1, None, [True]], "nested": {"$function": "x"},
        "expression": Regex("^\\/a", "gi"), "url": "http://localhost:1/x", "agent": Other("Agent"),
        "self": {"self": Other("circular")}, "big": Other("bigint"),
    }  # fmt: skip


def test_functions_can_be_called(values: dict[str, Any], node: Session) -> None:
    assert node.call(values["add"], 1, 2) == 3
    assert node.calls(values["add"], [["a", "b"], [1, 1]]) == ["ab", 2]
    assert node.call(values["later"], "x") == "X"
    assert node.call(values["fails"]) == Threw("no way")
    assert node.call(values["rest"], {"a": [1]}, None) == [{"a": [1]}, None]


SYNTAX = """import { defineConfig } from 'vite'
export default defineConfig({
  server: { proxy: { '/api' 'http://localhost:8080' } },
})
"""
THROWS = """import type { UserConfig } from 'vite'

interface Unused { a: string }
const needed = (name: string): string => {
  throw new Error(`set ${name}`)
}
export default (): UserConfig => ({ server: { host: needed('HOST') } })
"""
MISSING = """import { defineConfig } from 'vite'

import react from '@vitejs/plugin-react'
export default { plugins: [react()] }
"""


@pytest.mark.parametrize(
    ("name", "text", "where", "message"),
    [
        ("vite.config.ts", SYNTAX, "vite.config.ts:3", "syntax error: "),
        ("vite.config.mjs", SYNTAX, "vite.config.mjs:3", "syntax error: "),
        ("vite.config.ts", THROWS, "vite.config.ts:5", "the config threw: set HOST"),
        ("vite.config.ts", MISSING, "vite.config.ts:3", "'@vitejs/plugin-react'"),
        ("vite.config.js", "import './near.js'\nexport default {}", "vite.config.js:1", "near.js"),
        ("vite.config.ts", "const x: number = 1\n", "vite.config.ts:1", "the config exports nothing"),
        ("vite.config.js", "export default 3\n", "vite.config.js:1", "the config exports nothing"),
        ("vite.config.js", "process.exit(3)\n", "vite.config.js:1", "the config threw: it called process.exit(3)"),
        ("vite.config.js", "throw 'text'\n", "vite.config.js", "the config threw: it threw 'text'"),
        ("vite.config.js", "\nthrow new Error('\\x1b[31mred\\n')\n", "vite.config.js:2", "the config threw: red"),
    ],
)
def test_what_a_config_does_wrong(
    project: Project, node: Session, name: str, text: str, where: str, message: str
) -> None:
    folder = project(**{name: text})
    with pytest.raises(ConfigError) as raised:
        node.load("vite", folder, name)
    error = raised.value
    assert (error.where, error.exit_code) == (where, 2)
    assert message in error.message
    assert error.message.isprintable()


def test_a_project_without_the_tool(tmp_path: Path, node: Session) -> None:
    (tmp_path / "vite.config.js").write_text("export default {}")
    with pytest.raises(ConfigError, match="the project's own vite is not installed") as raised:
        node.load("vite", tmp_path, "vite.config.js")
    assert raised.value.hint == "install the project's packages first, as for starting it"


def test_a_tool_that_this_node_cannot_run(tmp_path: Path, node: Session) -> None:
    package = tmp_path / "node_modules" / "vite"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"version": "99.0.0", "engines": {"node": ">=99"}, "exports": "./x.mjs"}')
    (package / "x.mjs").write_text("import { Future } from 'node:fs'")
    with pytest.raises(ConfigError, match=r"vite 99\.0\.0 wants Node >=99, this is v"):
        node.load("vite", tmp_path, "vite.config.js")


def test_handlers_are_seen_at_work(project: Project, node: Session) -> None:
    text = """export default { server: { go(proxy, options) {
      proxy.on('proxyReq', (out, req) => { out.setHeader('X-To', options.target); out.removeHeader('cookie') })
      proxy.on('proxyRes', (back, req, res) => { back.statusCode = 418; delete back.headers.server })
    } } }"""
    go = node.load("vite", project(vite__config__js=text), "vite.config.js")["server"]["go"]
    options = {"target": "http://localhost:1", "rewrite": go}
    handlers = node.handlers(go, options)
    assert sorted(handlers) == ["proxyReq", "proxyRes"]
    request = {"url": "/x", "method": "GET", "headers": {}, "response": {"headers": {"server": "x"}}}
    [sent] = node.effects(handlers["proxyReq"][0], "proxyReq", [request], options)
    assert sent == Effect((("X-To", "http://localhost:1"),), ("cookie",))
    [back] = node.effects(handlers["proxyRes"][0], "proxyRes", [request], options)
    assert back == Effect((), ("server",), ("statusCode",))


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_nothing_is_left(project: Project) -> None:
    text = """import { spawn } from 'node:child_process'
      setInterval(() => {}, 1000)
      const child = spawn('sleep', ['600'])
      export default { server: { pids: [process.pid, child.pid] } }"""
    folder = project(vite__config__js=text)
    with session(folder) as node:
        pids = node.load("vite", folder, "vite.config.js")["server"]["pids"]
    assert all(map(_gone, pids))


HANGS = """import { renameSync, writeFileSync } from 'node:fs'
writeFileSync('pid.new', String(process.pid))
renameSync('pid.new', 'pid')
while (true) {}
"""
KILLED = """from pathlib import Path
from devcors.interop.imports.evaluating import session
with session(Path()) as node:
    node.load("vite", Path().absolute(), "vite.config.js")
"""


def test_not_even_when_devcors_is_killed_while_a_config_hangs(project: Project) -> None:
    folder = project(vite__config__js=HANGS)
    running = subprocess.Popen([sys.executable, "-c", KILLED], cwd=folder)
    try:
        for _ in range(600):
            if (folder / "pid").exists():
                break
            time.sleep(0.05)
        pid = int((folder / "pid").read_text())
    finally:
        running.kill()
        running.wait()
    assert _gone(pid)


def test_a_config_that_never_ends_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "LOADING", 1.0)
    folder = project(vite__config__js="while (true) {}\nexport default {}")
    with session(folder) as node, pytest.raises(ConfigError, match="no answer in 1 seconds"):
        node.load("vite", folder, "vite.config.js")


def test_node_that_ends_is_told(project: Project) -> None:
    folder = project(vite__config__js="process.kill(process.pid, 'SIGKILL')\nexport default {}")
    with session(folder) as node, pytest.raises(ConfigError, match="Node ended before the config was read"):
        node.load("vite", folder, "vite.config.js")


@pytest.mark.parametrize(
    ("says", "message"), [(None, "not on the PATH"), ("v14.21.3", "v14.21.3, 18 or newer"), ("", "no Node.js")]
)
def test_no_node_or_an_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str | None, message: str) -> None:
    if says is not None:
        (tmp_path / "node").write_text(f"#!/bin/sh\necho {says}\n")
        (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=message), session(tmp_path):
        raise AssertionError("there is no session")
