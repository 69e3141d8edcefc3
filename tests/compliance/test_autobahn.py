"""The Autobahn test suite's client against an echo server: direct, and through a route of the front door."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compliance.autobahn.echo import echoing
from tests.compliance.autobahn.suite import verdicts
from tests.support.daemon import running

PERFORMANCE = ["9.*", "12.*", "13.*"]
"""Megabytes through an echo server in Python: minutes, and no verdict on a tunnel that the others do not give."""


@pytest.mark.timeout(900)  # the first run installs the suite
def test_the_verdicts_are_those_without_devcors(tmp_path: Path) -> None:
    with echoing() as port, running(tmp_path, f'[routes]\n"/ws" = "ws://127.0.0.1:{port}"\n') as daemon:
        servers = {"direct": f"ws://127.0.0.1:{port}/ws", "devcors": f"ws://127.0.0.1:{daemon.port}/ws"}
        told = verdicts(servers, ["*"], PERFORMANCE, tmp_path)
    direct, through = told["direct"], told["devcors"]
    assert len(direct) > 240
    failed = {case: verdict for case, verdict in direct.items() if "FAILED" in verdict}
    assert not failed, "the echo server itself"
    assert through == direct
