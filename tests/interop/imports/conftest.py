"""Projects with the real tools, for tests that evaluate a config."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tests.parity.imports
from devcors.interop.imports.evaluating import Session, session
from tests.support.npm import installed

Project = Callable[..., Path]


@pytest.fixture(scope="session")
def vite_package(request: pytest.FixtureRequest) -> Path:
    """The newest Vite, as it lies in `node_modules`."""
    parity = Path(*tests.parity.imports.__path__)
    return installed(request.config.cache, parity / "vite") / "vite8"


@pytest.fixture(scope="session")
def middlewares(request: pytest.FixtureRequest) -> Path:
    """`node_modules` with webpack-dev-server and http-proxy-middleware 0 to 4."""
    parity = Path(*tests.parity.imports.__path__)
    return installed(request.config.cache, parity / "middlewares")


@pytest.fixture
def project(tmp_path: Path, vite_package: Path) -> Project:
    """Writes files into a folder that has Vite, and gives the folder."""

    def made(**files: str) -> Path:
        (tmp_path / "node_modules").mkdir(exist_ok=True)
        (tmp_path / ".git").mkdir(exist_ok=True)
        link = tmp_path / "node_modules" / "vite"
        if not link.exists():
            link.symlink_to(vite_package, target_is_directory=True)
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text, "utf-8")
        return tmp_path

    return made


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One Node for all tests of a file: starting it takes longer than they do."""
    with session(tmp_path_factory.mktemp("node")) as made:
        yield made
