"""A config that goes to a dev server, comes back by the import, and goes there again: the same file both times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devcors.config.schema import Config
from devcors.interop.exports.exporting import export
from devcors.interop.imports import vite, webpack
from devcors.interop.imports.evaluating import Session, session
from devcors.interop.imports.model import Imported
from devcors.interop.imports.nextjs import reading as next_config
from devcors.interop.imports.writing import document

from .dev_servers import with_packages

pytestmark = pytest.mark.node
READ: dict[str, tuple[str, Callable[[Path, str, Session], Imported]]] = {
    "vite": ("vite.config.mjs", vite.read),
    "webpack": ("webpack.config.mjs", webpack.read),
    "next": ("next.config.mjs", next_config.read),
}
HERE = "http://localhost:8080"
PATHS: dict[str, Any] = {
    "/api/deep": {"target": "https://api.example.com", "rewrite": "/v2"},
    "/api": {"target": HERE, "rewrite": "/v1"},
    "/auth": {"target": "http://localhost:8081/base", "rewrite": ""},
    "/plain": {"target": HERE},
    "/based": {"target": "http://localhost:8081/base"},
}
WITH_OPTIONS = {
    "/kept": {"target": HERE, "host": "keep", "origin": "keep"},
    "/named": {"target": HERE, "host": "api.example.com", "origin": "keep"},
    "/fields": {"target": HERE, "headers": {"request": {"X-One": "a \"b\" 'c' $1 \\"}}},
    "/tls": {"target": "https://localhost:8443", "verify": False},
    "/slow": {"target": HERE, "timeout": {"idle": "90s"}},
    "/forwarded": {"target": HERE, "forwarded": True},
}
ROUTES: dict[str, dict[str, Any]] = {
    "vite": {
        **PATHS,
        **WITH_OPTIONS,
        "/back": {"target": HERE, "headers": {"response": {"X-Two": "2", "X-Three": ""}, "request": {"Cookie": ""}}},
        "/dir/": {"target": HERE},
        "^/v[0-9]+/": {"target": HERE},
    },
    "webpack": {**PATHS, **WITH_OPTIONS},
    "next": {**PATHS, "/items/:id/parts": {"target": HERE}},
}


@pytest.mark.parametrize("tool", READ)
def test_the_second_export_is_the_first(request: pytest.FixtureRequest, tmp_path: Path, tool: str) -> None:
    name, read = READ[tool]
    # Next's own config does not say where it listens
    frontend = "http://localhost:3000" if tool == "next" else "http://localhost:5173"
    config = Config.model_validate({"frontend": frontend, "routes": ROUTES[tool]})
    first = export(tool, config).text
    (tmp_path / name).write_text(first)
    (tmp_path / "package.json").write_text("{}")
    with_packages(request.config.cache, tmp_path, tool)
    with session(tmp_path) as node:
        imported = read(tmp_path, name, node)
    back = Config.model_validate({"frontend": "http://localhost:3000", **document(imported)})
    assert export(tool, back).text == first
