"""What Next loads of its config, as rewrites, settings and places; without Node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from devcors.interop.imports.nextjs import reading

CONFIG = """module.exports = {
  basePath: '/shop',
  headers: () => [{ source: '/api/:path*', headers: [] }],
  redirects: () => [{ source: '/api/old', destination: '/new', permanent: true }],
  async rewrites() {
    return {
      fallback: [{ source: '/late/:path*', destination: 'http://b.test/:path*' }],
      beforeFiles: [{ source: '/api/:path*', destination: 'http://b.test/:path*' }],
      afterFiles: [
        { source: '/api/:path*', destination: 'http://c.test/:path*', basePath: false },
        { source: `/${'computed'}/:path*`, destination: 'http://b.test/:path*' },
      ],
    }
  },
}
"""
LOADED: dict[str, Any] = {
    "basePath": "/shop",
    "trailingSlash": False,
    "pageExtensions": ["tsx", "ts", "jsx", "js"],
    "proxyTimeout": 60000,
    "redirects": [{"source": "/api/old", "destination": "/new", "permanent": True}],
    "rewrites": {
        "fallback": [{"source": "/late/:path*", "destination": "http://b.test/:path*"}],
        "beforeFiles": [{"source": "/api/:path*", "destination": "http://b.test/:path*"}],
        "afterFiles": [
            {"source": "/api/:path*", "destination": "http://c.test/:path*", "basePath": False},
            {"source": "/computed/:path*", "destination": "http://b.test/:path*"},
        ],
    },
}


class Loaded(Session):
    """In place of Node: what the loader found."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._found = found

    def load(self, loader: str, folder: Path, file: str, **settings: Any) -> Any:
        assert loader == "next"
        return self._found


def _read(folder: Path, **more: Any) -> Imported:
    (folder / "next.config.js").write_text(CONFIG)
    return reading.read(folder, "next.config.js", Loaded({**LOADED, **more}))


def test_the_lists_are_in_nexts_order_and_each_has_its_line(tmp_path: Path) -> None:
    read = _read(tmp_path)
    table = {"rewrite": "", "forwarded": True, "timeout": {"idle": "60s"}}
    assert [(str(entry.source), entry.routes) for entry in read.entries] == [
        ("next.config.js:8", (("/shop/api", {"target": "http://b.test", **table}),)),
        ("next.config.js:10", (("/api", {"target": "http://c.test", **table}),)),
        ("next.config.js:5", (("/shop/computed", {"target": "http://b.test", **table}),)),
        ("next.config.js:7", (("/shop/late", {"target": "http://b.test", **table}),)),
        ("next.config.js:4", (("/shop/api/old", {"target": "http://localhost:3000"}),)),
    ]
    assert read.frontend == "http://localhost:3000"


def test_pages_are_below_the_base_and_code_that_is_first_is_told(tmp_path: Path) -> None:
    for name in ("src/pages/late/own.tsx", "src/middleware.ts", "pages/late/_app.tsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    read = _read(tmp_path)
    routes = dict(read.routes)
    assert routes["/shop/late/own"] == {"target": "http://localhost:3000"}
    assert read.entries[-1].name == "src/middleware.ts"
    assert "does not come by it" in str(read.entries[-1].remarks[0])


def test_the_front_end_is_where_the_start_script_says(tmp_path: Path) -> None:
    package = '{"dependencies": {"next": "16"}, "scripts": {"dev": "next dev -p 3100 --experimental-https"}}'
    (tmp_path / "package.json").write_text(package)
    read = _read(tmp_path)
    front = {"target": "https://localhost:3100", "verify": False}
    assert read.frontend == front
    assert dict(read.routes)["/shop/api/old"] == front


def test_a_list_alone_is_after_the_files(tmp_path: Path) -> None:
    (tmp_path / "public" / "shop").mkdir(parents=True)
    (tmp_path / "public" / "x").mkdir()
    (tmp_path / "public" / "x" / "own.txt").write_text("")
    rewrites = [{"source": "/x/:path*", "destination": "http://b.test/x/:path*"}]
    read = _read(tmp_path, rewrites=rewrites, redirects=[], basePath="", proxyTimeout=None)
    assert read.routes == (
        ("/x", {"target": "http://b.test", "forwarded": True}),
        ("/x/own.txt", {"target": "http://localhost:3000"}),
    )
