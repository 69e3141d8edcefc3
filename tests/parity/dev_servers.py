"""Dev servers from npm that a config is exported to: their packages, their files, and the commands that run them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.npm import installed
from tests.support.programs import needed

IMPORTS = Path(__file__).parent / "imports"
DEV_SERVERS = ("vite", "webpack", "next")
# the project whose lock file names the packages, and those that a config needs, by the names that it knows them by
_PACKAGES = {
    "vite": ("vite", {"vite": "vite8"}),
    "webpack": ("middlewares", {name: name for name in ("webpack", "webpack-cli", "webpack-dev-server")}),
    "next": ("next", {name: name for name in ("next", "react", "react-dom")}),
}


def with_packages(cache: pytest.Cache, folder: Path, server: str) -> None:
    """Puts the packages of a dev server where its config in the folder finds them."""
    project, names = _PACKAGES[server]
    modules = installed(cache, IMPORTS / project)
    (folder / "node_modules").mkdir()
    for name, real in names.items():
        (folder / "node_modules" / name).symlink_to(modules / real, target_is_directory=True)


def _vite(folder: Path) -> tuple[list[str], list[str]]:
    config = shutil.copy(folder / "exported.conf", folder / "vite.config.mjs")
    vite = folder / "node_modules" / "vite" / "bin" / "vite.js"
    return [needed("node"), "--check", str(config)], [needed("node"), str(vite), "--host", "127.0.0.1"]


def _webpack(folder: Path) -> tuple[list[str], list[str]]:
    config = shutil.copy(folder / "exported.conf", folder / "webpack.config.mjs")
    (folder / "src").mkdir()
    (folder / "src" / "index.js").touch()
    cli = folder / "node_modules" / "webpack-cli" / "bin" / "cli.js"
    node = needed("node")
    check = [node, str(cli), "configtest", str(config), str(folder / "node_modules" / "webpack")]
    return check, [node, str(cli), "serve", "--mode", "none", "--host", "127.0.0.1"]


def _next(folder: Path) -> tuple[list[str], list[str]]:
    config = shutil.copy(folder / "exported.conf", folder / "next.config.mjs")
    (folder / "pages").mkdir()
    node = needed("node")
    command = [node, str(folder / "node_modules" / "next" / "dist" / "bin" / "next"), "dev"]
    return [node, "--check", str(config)], [*command, "--webpack", "--hostname", "127.0.0.1"]


COMMANDS: dict[str, Callable[[Path], tuple[list[str], list[str]]]] = {"vite": _vite, "webpack": _webpack, "next": _next}
