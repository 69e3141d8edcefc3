"""webpack-dev-server and devcors with the imported config: the same requests, the same to backend and client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports import webpack
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.common import case, checked
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

HERE = Path(__file__).parent
CASES = {
    "common-js": case("cors raw redirects segment"),
    "everything": case("raw"),
    "guide-array": case("cors redirects segment"),
    "guide-bypass": case("cors raw redirects segment"),
    "guide-object": case("raw redirects segment"),
    "guide-rewrite": case("origin redirects segment"),
    "guide-several": case("cors raw redirects segment"),
    "guide-tls": case("cors origin raw segment"),
    "handlers": case("cookies cors origin raw redirects segment"),
    "in-order": case("cors raw redirects segment", ["/api/files"]),
    "merged": case("cors origin raw segment"),
    "module": case("cors raw redirects segment"),
    "of-environment": case("cors origin raw redirects segment"),
    "sockets": case("cors origin raw redirects segment websocket"),
    "stars": case("dots origin raw redirects segment"),
    "typescript": case("cors dots origin raw redirects segment websocket"),
}
PACKAGES = ("webpack", "webpack-cli", "webpack-dev-server", "webpack-dev-server-4", "webpack-merge", "sucrase")

pytestmark = pytest.mark.node


def imported(folder: Path, session: Session) -> Imported:
    """The config of a folder."""
    return webpack.read(folder, next(file for file in webpack.FILES if (folder / file).is_file()), session)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE.parent / "middlewares")
    packages = {name: modules / name for name in PACKAGES}
    with staged(tmp_path_factory.mktemp("webpack"), HERE / "configs", packages, HERE / "run.cjs", imported) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_the_backend_and_the_client_see_the_same(stage: Stage, name: str) -> None:
    checked(stage, name, HERE / "configs" / name, CASES[name])


def test_every_config_has_its_case() -> None:
    assert set(CASES) == {folder.name for folder in (HERE / "configs").iterdir()}
