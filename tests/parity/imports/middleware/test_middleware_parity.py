"""http-proxy-middleware 2, 3 and 4 in an Express app, and devcors with what the import makes of the same module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from devcors.interop.imports import setup_proxy
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.common import Case, case, checked
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

HERE = Path(__file__).parent
VERSIONS = ("2", "3", "4")


def versions(better: str = "", *, v2: str = "", v3: str = "", v4: str = "") -> dict[str, Case]:
    """The case of each version: what all have, and what one of them has more."""
    return {"2": case(f"{better} {v2}"), "3": case(f"{better} {v3}"), "4": case(f"{better} {v4}")}


CASES = {
    "filter": versions("origin redirects", v2="raw", v3="raw segment", v4="segment"),
    "globs": versions("dots redirects segment", v2="raw", v3="raw"),
    "handlers": versions("case origin redirects", v2="raw"),
    "options": versions("case cookies origin", v2="raw", v3="redirects", v4="redirects"),
    "readme": versions("case origin redirects", v2="raw"),
    "readme-path": versions("case origin raw redirects", v4="slash"),
    "rewrite-away": versions("case redirects"),
    "rewrite-function": versions("case origin raw redirects", v3="path", v4="path"),
    "rewrite-map": versions("case origin raw"),
    "router-function": versions("case origin redirects", v2="raw"),
    "router-table": versions("redirects segment", v2="raw", v3="raw"),
    "several": versions("case origin raw redirects", v4="slash"),
    "sockets": versions("case origin raw redirects websocket", v4="slash"),
    "without-mount": versions("redirects", v2="raw", v3="raw"),
}

pytestmark = pytest.mark.node


class Running(NamedTuple):
    """The stage with one version of http-proxy-middleware."""

    version: str
    stage: Stage


def imported(folder: Path, session: Session) -> Imported:
    """The module of a folder."""
    return setup_proxy.read(folder, "proxy.js", session)


@pytest.fixture(scope="module", params=VERSIONS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    modules = installed(request.config.cache, HERE.parent / "middlewares")
    packages = {
        "express": modules / "express",
        "http-proxy-middleware": modules / f"http-proxy-middleware-{request.param}",
    }
    folder = tmp_path_factory.mktemp("middleware")
    with staged(folder, HERE / "configs", packages, HERE.parent / "express.cjs", imported) as made:
        yield Running(request.param, made)


@pytest.mark.parametrize("name", CASES)
def test_the_backend_and_the_client_see_the_same(running: Running, name: str) -> None:
    checked(running.stage, name, HERE / "configs" / name, CASES[name][running.version])


def test_every_config_has_its_case() -> None:
    assert set(CASES) == {folder.name for folder in (HERE / "configs").iterdir()}
