"""What react-scripts makes of `src/setupProxy.js` and of `"proxy"` in package.json, and devcors with the import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports import setup_proxy
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.common import case, checked
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

HERE = Path(__file__).parent
CASES = {
    "environment": case("case redirects"),
    "guide": case("case origin raw redirects"),
    "guide-rewrite": case("case origin redirects"),
    "guide-version-0": case("raw redirects segment"),
    "guide-version-3": case("case origin raw redirects"),
    "handlers": case("case origin raw redirects"),
    "modules": case("origin raw redirects segment"),
    "own-middlewares": case("case origin raw redirects", ["/", "/api/health"]),
    "several-paths": case("dots origin raw redirects segment"),
    "several-targets": case("origin raw redirects segment"),
    "shorthand": case("case origin raw redirects segment"),
    "sockets": case("origin raw redirects segment websocket"),
    "string": case("origin raw redirects"),
    "version-4": case("dots"),
}

pytestmark = pytest.mark.node


def imported(folder: Path, session: Session) -> Imported:
    """The module of a folder, or its package.json where there is none."""
    file = next(file for file in (*setup_proxy.FILES, setup_proxy.PACKAGE) if (folder / file).is_file())
    if file == setup_proxy.PACKAGE:
        return setup_proxy.read_package(folder, file)
    return setup_proxy.read(folder, file, session)


def linked(folder: Path, modules: Path) -> None:
    """Gives a project the version of http-proxy-middleware that its package.json names."""
    version = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"].get("http-proxy-middleware")
    if version:
        (folder / "node_modules").mkdir()
        (folder / "node_modules" / "http-proxy-middleware").symlink_to(modules / f"http-proxy-middleware-{version}")


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE.parent / "middlewares")
    packages = {
        "webpack": modules / "webpack",
        "webpack-dev-server": modules / "webpack-dev-server-4",
        "react-dev-utils": modules / "react-dev-utils",
    }

    def reading(folder: Path, session: Session) -> Imported:
        linked(folder, modules)
        return imported(folder, session)

    with staged(tmp_path_factory.mktemp("react"), HERE / "configs", packages, HERE / "run.cjs", reading) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_the_backend_and_the_client_see_the_same(stage: Stage, name: str) -> None:
    checked(stage, name, HERE / "configs" / name, CASES[name])


def test_every_config_has_its_case() -> None:
    assert set(CASES) == {folder.name for folder in (HERE / "configs").iterdir()}
