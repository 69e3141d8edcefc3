"""Next's own rewrites and devcors with the imported config in front of Next: the same to backend and client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from devcors.interop.imports.nextjs import reading
from tests.parity.imports.asking import Outcome
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

from .cases import CASES
from .differing import seen, stays

HERE = Path(__file__).parent
pytestmark = pytest.mark.node


def _imported(folder: Path, node: Session) -> Imported:
    file = next(name for name in reading.FILES if (folder / name).is_file())
    return reading.read(folder, file, node)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE)
    tmp = tmp_path_factory.mktemp("next")
    with staged(
        tmp, HERE / "configs", {"next": modules / "next"}, HERE / "serve.cjs", _imported, reading.FRONTEND
    ) as made:
        yield made


def _is_by_a_route(outcome: Outcome) -> bool:
    """Next says X-Forwarded-Host alone; a route says how devcors was reached."""
    return outcome.received is not None and "x-forwarded-port" in outcome.received.fields


@pytest.mark.parametrize("name", CASES)
def test_an_imported_config_does_the_same(stage: Stage, name: str) -> None:
    case = CASES[name]
    routes = stage.imported[name].routes
    assert [f"({at})" if table["target"] == reading.FRONTEND else at for at, table in routes] == list(case.patterns)
    ports = stage.tool[name], stage.devcors[name], stage.backends
    better: set[str] = set()
    for ask in case.taken:
        devcors, found = seen(ask, *ports)
        assert _is_by_a_route(devcors) or devcors.status == 400, (ask, devcors)
        for difference in found:
            assert difference.better, (ask, difference)
            better.add(difference.better)
    for ask in case.nexts:
        devcors, found = stays(ask, *ports)
        assert not _is_by_a_route(devcors), (ask, devcors)
        assert not found, (ask, found)
    assert better == case.better
