"""Next's own rewrites and devcors with the imported config in front of Next: the same to backend and client.

What a route takes is asked of two real servers of Next: of the one that `next dev --webpack` starts, and of the one
for production, whose manifests are not a build's but written by serve.cjs. What stays with Next is asked of the latter
alone: to answer with a page, or to say that there is none, the other would compile one for seconds. The command itself
is left out: it would take a process for each config.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from devcors.config.schema import Config
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from devcors.interop.imports.nextjs import reading
from tests.parity.imports.asking import Ask, Outcome, asked
from tests.parity.imports.stage import Stage, gateways, staged, started
from tests.support.npm import installed

from .cases import CASES
from .differing import seen, stays

HERE = Path(__file__).parent
pytestmark = pytest.mark.node


def _imported(folder: Path, node: Session) -> Imported:
    file = next(name for name in reading.FILES if (folder / name).is_file())
    return reading.read(folder, file, node)


class Running(NamedTuple):
    """The stage, whose tool is Next for production, and the ports of Next's dev server by the config's name."""

    stage: Stage
    dev: Mapping[str, int]


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    modules = installed(request.config.cache, HERE)
    packages = {name: modules / name for name in ("next", "react", "react-dom")}
    tmp = tmp_path_factory.mktemp("next")
    with (
        staged(tmp, HERE / "configs", packages, HERE / "serve.cjs", _imported, reading.FRONTEND) as made,
        started(HERE / "dev.cjs", made.folders) as dev,
    ):
        yield Running(made, dev)


def _is_by_a_route(outcome: Outcome) -> bool:
    """Next says X-Forwarded-Host alone; a route says how devcors was reached."""
    return outcome.received is not None and "x-forwarded-port" in outcome.received.fields


@pytest.mark.parametrize("name", CASES)
def test_an_imported_config_does_the_same(running: Running, name: str) -> None:
    stage, case = running.stage, CASES[name]
    routes = stage.imported[name].routes
    assert [f"({at})" if table["target"] == reading.FRONTEND else at for at, table in routes] == list(case.patterns)
    front, devcors = stage.tool[name], stage.devcors[name]
    for port in (front, running.dev[name]):
        better: set[str] = set()
        for ask in case.taken:
            outcome, found = seen(ask, port, devcors, stage.backends)
            assert _is_by_a_route(outcome) or outcome.status == 400, (ask, outcome)
            for difference in found:
                assert difference.better, (ask, difference)
                better.add(difference.better)
        assert better == case.better
    for ask in case.nexts:
        outcome, found = stays(ask, front, devcors, stage.backends)
        assert not _is_by_a_route(outcome), (ask, outcome)
        assert not found, (ask, found)


def test_the_socket_that_tells_pages_to_reload_goes_through(running: Running) -> None:
    front = f"http://127.0.0.1:{running.dev['guide']}"
    ask = Ask("/_next/hmr?id=1", fields={"Origin": "http://@OWN@"}, websocket=True)
    with gateways({"guide": Config.model_validate({"frontend": front})}) as ports:
        outcome = asked(ask, ports["guide"], {})
    assert outcome.status == 101
    assert b'{"type"' in outcome.body
