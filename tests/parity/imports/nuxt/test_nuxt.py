"""The parts that Nuxt proxies with and devcors with the imported config: the same to backend and client."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from devcors.interop.imports import nuxt
from devcors.interop.imports.evaluating import Session
from devcors.interop.imports.model import Imported
from devcors.routing.paths import fold_escapes
from tests.parity.imports.asking import Ask, Outcome, asked
from tests.parity.imports.comparing import Difference, differences
from tests.parity.imports.stage import Stage, staged
from tests.support.npm import installed

from .cases import CASES

HERE = Path(__file__).parent
pytestmark = pytest.mark.node

# fetch() has its own, and takes the browser's for what it wants to be sent itself
_OF_FETCH = ("accept", "accept-encoding", "accept-language", "sec-fetch-mode", "user-agent")


def _imported(folder: Path, node: Session) -> Imported:
    file = next(name for name in nuxt.FILES if (folder / name).is_file())
    return nuxt.read(folder, file, node)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    modules = installed(request.config.cache, HERE)
    names = {each.name: each for each in modules.iterdir() if not each.name.startswith((".", "@"))}
    names |= {f"@nuxt/{each.name}": each for each in (modules / "@nuxt").iterdir()}
    with staged(tmp_path_factory.mktemp("nuxt"), HERE / "configs", names, HERE / "serve.mjs", _imported) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_an_imported_config_does_the_same(stage: Stage, name: str) -> None:
    case, imported = CASES[name], stage.imported[name]
    assert [pattern for pattern, _ in imported.routes] == list(case.patterns)
    prefixes = [entry.name.removesuffix("/**") for entry in imported.entries if entry.routes]
    better: set[str] = set()
    for ask in case.asks:
        tool, devcors = (asked(ask, ports[name], stage.backends) for ports in (stage.tool, stage.devcors))
        for difference in _found(ask, tool, devcors, prefixes):
            assert difference.better, (ask, difference)
            better.add(difference.better)
    assert better == case.better


def _found(ask: Ask, tool: Outcome, devcors: Outcome, prefixes: list[str]) -> list[Difference]:
    found = differences(ask, tool, devcors, prefixes)
    return [each._replace(better=each.better or _better(each)) for each in found]


def _better(difference: Difference) -> str | None:
    name = difference.what.removeprefix("the backend's ")
    if difference.what == "target":
        one, other = (fold_escapes(str(target).encode()) for target in (difference.tool, difference.devcors))
        return "raw" if one == other else None
    if name in _OF_FETCH:
        return "fetch"
    return "forwarded" if name == "x-forwarded-host" and difference.tool is None else None


def test_a_redirect_comes_to_the_browser(stage: Stage) -> None:
    """fetch() follows it, which is on the list of what devcors does better."""
    backend = stage.backends["8080"]
    backend.received.clear()
    connection = HTTPConnection("127.0.0.1", stage.tool["guide"], timeout=10)
    connection.request("GET", "/api/moved")
    assert connection.getresponse().status == 200
    connection.close()
    assert [each.target for each in backend.received] == ["/moved", "/v1/login"]
    outcome = asked(Ask("/api/moved"), stage.devcors["guide"], stage.backends)
    assert (outcome.status, dict(outcome.fields)["location"]) == (302, "http://@OWN@/api/v1/login")
