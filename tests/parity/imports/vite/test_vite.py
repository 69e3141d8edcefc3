"""Vite's own proxy and devcors with the imported config: the same requests, the same to backend and client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports import vite
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from tests.parity.imports.asking import asked
from tests.parity.imports.comparing import differences
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

from .cases import CASES

HERE = Path(__file__).parent
pytestmark = pytest.mark.node


def _imported(folder: Path, node: Session) -> Imported:
    file = next(name for name in vite.FILES if (folder / name).is_file())
    return vite.read(folder, file, node)


@pytest.fixture(scope="module", params=["vite7", "vite8"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE)
    tmp = tmp_path_factory.mktemp(request.param)
    with staged(tmp, HERE / "configs", {"vite": modules / request.param}, HERE / "run.mjs", _imported) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_an_imported_config_does_the_same(stage: Stage, name: str) -> None:
    case, entries = CASES[name], stage.imported[name].entries
    assert {entry.name for entry in entries if not entry.routes} == case.left_out
    prefixes = [entry.name for entry in entries if entry.routes]
    backends = {**stage.backends, "frontend": stage.frontend}
    seen: set[str] = set()
    for ask in case.asks:
        outcomes = [asked(ask, ports[name], backends) for ports in (stage.tool, stage.devcors)]
        for difference in differences(ask, outcomes[0], outcomes[1], prefixes):
            assert difference.better, (ask, difference)
            seen.add(difference.better)
    # Vite adds `Vary: Origin` to whatever it answers
    assert seen == case.better | {"cors"}
