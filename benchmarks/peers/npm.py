"""The dev servers' proxies, from benchmarks/npm: Vite, http-proxy-middleware, webpack-dev-server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from .peer import Command, Found, Missing, Peer, Ports

NPM = Path(__file__).parents[1] / "npm"
VITE = NPM / "node_modules" / "vite" / "bin" / "vite.js"


def node_or_missing(package: str) -> tuple[str, str] | Missing:
    """Node.js and the package's version."""
    node, manifest = shutil.which("node"), NPM / "node_modules" / package / "package.json"
    if node is None:
        return Missing("not found (Node.js is not on this machine)")
    if not manifest.exists():
        return Missing("not found (npm ci in benchmarks/npm)")
    return node, str(json.loads(manifest.read_text())["version"])


def _finder(package: str, arguments: list[str]) -> Callable[[], Found | Missing]:
    def find() -> Found | Missing:
        found = node_or_missing(package)
        if isinstance(found, Missing):
            return found
        node, version = found

        def command(folder: Path, ports: Ports) -> Command:
            environ = {
                "BENCH_FOLDER": str(folder),
                "BENCH_PORT": str(ports.listen),
                "BENCH_API": str(ports.api),
                "BENCH_STREAMS": str(ports.streams),
            }
            return Command([node, *arguments], environ)

        return Found(version, command)

    return find


VITE_PROXY = Peer("vite", _finder("vite", [str(VITE), "--config", str(NPM / "vite.config.js")]))
MIDDLEWARE = Peer("http-proxy-middleware", _finder("http-proxy-middleware", [str(NPM / "http-proxy-middleware.js")]))
WEBPACK = Peer("webpack-dev-server", _finder("webpack-dev-server", [str(NPM / "webpack-dev-server.js")]))
