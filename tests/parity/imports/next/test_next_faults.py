"""A next.config that cannot be read is one message with file and line; and its patterns are read as Next reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.config.loading import load
from devcors.errors import ConfigError
from devcors.interop.imports.evaluating import Session, session
from devcors.interop.imports.nextjs import reading
from devcors.interop.imports.nextjs.syntax import Key, parse
from tests.support.daemon import environment
from tests.support.npm import installed
from tests.support.programs import needed

HERE = Path(__file__).parent
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def projects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose folders have Next."""
    folder = tmp_path_factory.mktemp("next-faults")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "next").symlink_to(installed(request.config.cache, HERE) / "next")
    return folder


@pytest.fixture(scope="module")
def node(projects: Path) -> Iterator[Session]:
    with session(projects) as made:
        yield made


FAULTS = {
    "throws": (
        "next.config.js",
        "module.exports = {\n  async rewrites() {\n    return [new URL(process.env.NO_SUCH)]\n  },\n}\n",
        "next.config.js:3: the config threw: Invalid URL",
    ),
    "throws-at-once": (
        "next.config.mjs",
        "const need = (name) => {\n  throw new Error(`${name} is not set`)\n}\nneed('BACKEND')\nexport default {}\n",
        "next.config.mjs:2: the config threw: BACKEND is not set",
    ),
    "syntax": (
        "next.config.js",
        "module.exports = {\n  async rewrites() {\n    return [{ source: '/a' destination: '/b' }]\n  },\n}\n",
        "next.config.js:3: syntax error: Unexpected identifier 'destination'",
    ),
    "syntax-in-typescript": (
        "next.config.ts",
        "type A = string\n\nexport default {\n  rewrites: async () => [{ source: '/a' destination: '/b' }],\n}\n",
        "next.config.ts:4: syntax error: Expected ',', got 'ident'",
    ),
    "throws-in-typescript": (
        "next.config.ts",
        "interface A {\n  b: string\n}\nconst a: A | null = null\n\nexport default { rewrites: () => [a!.b] }\n",
        "next.config.ts:6: the config threw: Cannot read properties of null (reading 'b')",
    ),
    "missing": (
        "next.config.mjs",
        "// with a plugin\nimport mdx from '@next/mdx'\n\nexport default mdx({ rewrites: async () => [] })\n",
        "next.config.mjs:2: Cannot find package '@next/mdx'",
    ),
    "exits": ("next.config.js", "process.exit(3)\n", "next.config.js:1: the config threw: it called process.exit(3)"),
    "nothing": ("next.config.js", "// nothing yet\n", "next.config.js:1: the config has no rewrites()"),
    "none": (
        "next.config.js",
        "module.exports = {\n  rewrites: async () => [],\n}\n",
        "next.config.js:2: rewrites() returns none",
    ),
    "other": (
        "next.config.js",
        "module.exports = {\n  rewrites: async () => ({ before: [] }),\n}\n",
        "next.config.js:2: rewrites() returns neither a list nor beforeFiles, afterFiles and fallback",
    ),
    "undefined": (
        "next.config.js",
        "module.exports = {\n  rewrites: async () => [{ source: '/a', destination: process.env.NO_SUCH }],\n}\n",
        "next.config.js:2: a rewrite lacks its source or destination",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_config_that_cannot_be_read_is_one_message(projects: Path, node: Session, name: str) -> None:
    file, text, message = FAULTS[name]
    folder = projects / name
    folder.mkdir()
    (folder / file).write_text(text)
    with pytest.raises(ConfigError) as told:
        reading.read(folder, file, node)
    assert str(told.value) == message
    assert told.value.exit_code == 2
    assert [path.name for path in folder.iterdir()] == [file]


ENVIRONMENT = """
const api = process.env.NODE_ENV === 'development' ? process.env.BACKEND_FOR_REWRITES : 'http://live.test'

module.exports = {
  rewrites: async () => [{ source: '/api/:path*', destination: `${api}/:path*` }],
}
"""


def test_it_is_read_as_for_development(projects: Path) -> None:
    folder = projects / "env"
    folder.mkdir()
    (folder / ".env.development").write_text("BACKEND_FOR_REWRITES=http://b.test:8000\n")
    (folder / "next.config.js").write_text(ENVIRONMENT)
    with session(folder) as alone:  # Next reads env files once in a process
        read = reading.read(folder, "next.config.js", alone)
    assert read.routes == (("/api", {"target": "http://b.test:8000", "rewrite": "", "forwarded": True}),)
    assert str(read.entries[0].source) == "next.config.js:5"


def _import(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "devcors", "import", "--yes", *options]
    return subprocess.run(
        command, cwd=folder, env=environment(folder / "home"), capture_output=True, text=True, check=False
    )


def test_the_command_writes_a_config_that_loads(projects: Path) -> None:
    folder = projects / "command"
    shutil.copytree(HERE / "configs" / "fallback", folder)
    made = _import(folder)
    assert made.returncode == 0, made.stderr
    loaded = load(path=folder / "devcors.toml", environ={}).config
    assert {at: tables[0].target for at, tables in loaded.routes.items()} == {
        "/storage": "http://localhost:8081",
        "/api": "http://localhost:8080",
        "/storage/logo.txt": "http://localhost:3000",
        "/api/hello": "http://localhost:3000",
        "/api/auth": "http://localhost:3000",
    }
    assert loaded.frontend
    assert loaded.frontend.target == "http://localhost:3000"
    assert "next.config.js:9" in made.stdout
    assert "only Next knows that" in made.stdout


def test_the_command_writes_nothing_where_the_config_throws(projects: Path) -> None:
    folder = projects / "command-that-fails"
    folder.mkdir()
    file, text, message = FAULTS["throws"]
    (folder / file).write_text(text)
    made = _import(folder)
    assert (made.returncode, made.stdout) == (2, "")
    assert message in made.stderr
    assert not (folder / "devcors.toml").exists()


PATTERNS = (
    "/", "/api/:path*", "/api/:path*/", "/user/:id.json", r"/post/:slug(\d{1,})", "/(.*)", "/(a|b)/(c)", "/x.:ext",
    "/:path((?!api|_next).*)", "/range/:from-:to", "/v:major/x", "/files{/:name}?", "/a{-:b-}*/c", "/a{.html}?",
    r"/\:id", r"/a\/:id", r"/x\(y\)", "/:a.:b?", "/é/:x+", "/*", "/(", "/()", "/((a))", "/{a", "/a}", "/:a:b", "/:",
    "/a/:x(y)(z)",
)  # fmt: skip
_SCRIPT = """
const { parse } = require('next/dist/compiled/path-to-regexp')
const read = (text) => { try { return parse(text, { delimiter: '/' }) } catch { return null } }
console.log(JSON.stringify(JSON.parse(process.argv[1]).map(read)))
"""


def test_patterns_are_read_as_next_reads_them(projects: Path) -> None:
    told = json.dumps(PATTERNS)
    made = subprocess.run(
        [needed("node"), "-e", _SCRIPT, told], cwd=projects, capture_output=True, text=True, check=True
    )
    for text, theirs in zip(PATTERNS, json.loads(made.stdout), strict=True):
        assert _as_theirs(text) == theirs, text


def _as_theirs(text: str) -> object:
    try:
        tokens = parse(text)
    except ConfigError:
        return None
    return [token if isinstance(token, str) else _key(token) for token in tokens]


def _key(key: Key) -> dict[str, object]:
    # a slash needs no backslash in Python, a dash has one
    pattern = key.pattern.replace("[^/]", r"[^\/]").replace(r"(?!\-)", "(?!-)")
    return {
        "name": key.name,
        "prefix": key.prefix,
        "suffix": key.suffix,
        "pattern": pattern,
        "modifier": key.modifier,
    }
