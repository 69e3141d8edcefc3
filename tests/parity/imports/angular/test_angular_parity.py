"""Angular's dev server, and devcors with the import.

The real part is all that `ng serve` starts: the workspace's serve target with its default configuration, run by
Angular's own scheduler, so that the `dev-server` builder builds an application and serves it with its loader of proxy
files and its Vite. The command itself is left out: it would take a process for each config. The application is one
empty module, the same for all, since none of it is asked for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports import angular
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.common import case, checked
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

HERE = Path(__file__).parent
CASES = {
    "array": case("cors origin raw redirects segment", ["/uploads"]),
    "everything": case("cors raw redirects"),
    "guide": case("cors dots path raw redirects"),
    "guide-bypass": case("cors raw redirects segment"),
    "guide-prefix": case("cors raw redirects segment"),
    "guide-rewrite": case("cors origin raw redirects segment"),
    "guide-several": case("cors raw redirects segment"),
    "in-order": case("cors dots path raw redirects segment slash", ["/api/files"]),
    "of-configuration": case("cors origin raw segment"),
    "sockets": case("cors dots origin path raw redirects segment websocket"),
    "star": case("cors origin raw segment"),
    "tls": case("cookies cors origin raw segment"),
    "vite-options": case("cors origin raw redirects segment"),
}

pytestmark = pytest.mark.node


def imported(folder: Path, session: Session) -> Imported:
    """The proxy file that the workspace in the folder names."""
    file = angular.proxy_file(folder)
    assert file
    return angular.read(folder, file, session)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE)
    packages = {name: modules / name for name in ("@angular", "@angular-devkit")}
    with staged(tmp_path_factory.mktemp("angular"), HERE / "configs", packages, HERE / "run.cjs", imported) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_the_backend_and_the_client_see_the_same(stage: Stage, name: str) -> None:
    checked(stage, name, HERE / "configs" / name, CASES[name])


def test_every_config_has_its_case() -> None:
    assert set(CASES) == {folder.name for folder in (HERE / "configs").iterdir()}
