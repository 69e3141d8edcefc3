"""webpack-dev-server and devcors with the imported config get the same requests: what each config comes to is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports import webpack
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.common import faults, requests_for
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

HERE = Path(__file__).parent
CONFIGS = sorted(folder.name for folder in (HERE / "configs").iterdir())
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


@pytest.mark.parametrize("name", CONFIGS)
def test_the_backend_and_the_client_see_the_same(stage: Stage, name: str) -> None:
    assert faults(stage, name, requests_for(HERE / "configs" / name)) == []
