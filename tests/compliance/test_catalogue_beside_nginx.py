"""The catalogue against nginx too, both tables printed (`pytest -s`). Only devcors is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compliance.backend import Backend
from tests.compliance.case import Case, Expect
from tests.compliance.catalogue import CATALOGUE
from tests.compliance.judging import Kind
from tests.compliance.peers import devcors, nginx, nginx_program, nginx_version
from tests.compliance.reporting import failed, table
from tests.compliance.running import Result, run_all

PROGRAM = nginx_program()
CASES = [case for case in CATALOGUE if not case.slow and not case.own]


def _worst(results: list[Result]) -> dict[str, list[str]]:
    def of(expect: Expect, kind: Kind) -> list[str]:
        cases: dict[str, Case] = {result.case.id: result.case for result in results}
        return [name for name in failed(results, kind) if cases[name].expect is expect]

    return {"went through": of(Expect.REJECT, Kind.REACHED), "did not pass": of(Expect.PASS, Kind.NOT_PASSED)}


@pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed")
@pytest.mark.timeout(240)
def test_devcors_beside_nginx(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert PROGRAM is not None
    ours, theirs = tmp_path / "devcors", tmp_path / "nginx"
    ours.mkdir()
    theirs.mkdir()
    first, second = Backend(), Backend()
    try:
        with nginx(PROGRAM, theirs, first.port) as port:
            beside = run_all(CASES, port, first, ways=(False,))
        with devcors(ours, second.port) as daemon:
            results = run_all(CASES, daemon.port, second, ways=(False,))
    finally:
        first.close()
        second.close()
    with capsys.disabled():
        print(f"\n{table('devcors', results)}\n{table(f'nginx {nginx_version(PROGRAM)}', beside)}")
    assert _worst(results) == {"went through": [], "did not pass": []}
