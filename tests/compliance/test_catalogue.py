"""The catalogue against devcors' front door, and against the control that proves that it can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.compliance.__main__ import main
from tests.compliance.backend import Backend
from tests.compliance.case import Expect
from tests.compliance.catalogue import CATALOGUE
from tests.compliance.judging import Kind
from tests.compliance.naive_proxy import naive
from tests.compliance.peers import devcors
from tests.compliance.reporting import failed, told
from tests.compliance.running import Result, run_all

_TOLD = 10  # `python -m tests.compliance` tells all
COMPARABLE = [case for case in CATALOGUE if not case.slow and not case.own]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Result]:
    backend = Backend()
    try:
        with devcors(tmp_path_factory.mktemp("devcors"), backend.port) as daemon:
            found = run_all(CATALOGUE, daemon.port, backend)
        assert not backend.strays
    finally:
        backend.close()
    return found


def _wrong(results: Sequence[Result], *kinds: Kind) -> str:
    wrong = [result for result in results if any(each.kind in kinds for each in result.violations)]
    ids = list(dict.fromkeys(result.case.id for result in wrong))
    return "\n\n".join([f"{len(ids)} cases: {', '.join(ids)}", *(told(result) for result in wrong[:_TOLD])])


def test_nothing_that_must_be_refused_goes_through(results: Sequence[Result]) -> None:
    assert not failed(results, Kind.REACHED), _wrong(results, Kind.REACHED)


def test_everything_that_must_pass_passes(results: Sequence[Result]) -> None:
    wrong = (Kind.NOT_PASSED, Kind.CONTENT)
    assert not any(failed(results, kind) for kind in wrong), _wrong(results, *wrong)


def test_what_is_refused_is_answered(results: Sequence[Result]) -> None:
    assert not failed(results, Kind.ANSWER), _wrong(results, Kind.ANSWER)


def test_the_catalogue_finds_the_faults_of_a_naive_proxy() -> None:
    backend = Backend()
    try:
        with naive(backend.port) as port:
            found = run_all(COMPARABLE, port, backend, ways=(False,))
    finally:
        backend.close()
    for in_answer, part in ((False, 0.9), (True, 0.7)):
        refused = [case for case in COMPARABLE if case.expect is Expect.REJECT and case.in_answer is in_answer]
        through = [each for each in failed(found, Kind.REACHED, in_answer=in_answer) if each in {c.id for c in refused}]
        assert len(through) > part * len(refused), sorted({case.id for case in refused} - set(through))
    content = failed(found, Kind.CONTENT)
    for fault in ("hop/request/proxy-authorization", "hop/response/named", "response/behind/length", "keep/1.0"):
        assert fault in content
    # what needs no understanding passes there too: the runner and the backend work
    passed = [result for result in found if result.case.expect is Expect.PASS and not result.violations]
    assert len(passed) > 0.6 * sum(case.expect is Expect.PASS for case in COMPARABLE)


def test_every_case_has_a_name_of_its_own_and_says_why() -> None:
    twice = [name for name, count in Counter(case.id for case in CATALOGUE).items() if count > 1]
    assert not twice
    assert all(case.source and case.why for case in CATALOGUE)
    sent = {case.id: b"".join(step for step in case.sent if isinstance(step, bytes)) for case in CATALOGUE}
    # no place for a token in these; at the backend they would be strays
    unmarked = {"version/http2-preface", "version/tls-handshake"}
    assert {name for name, data in sent.items() if b"{path}" not in data} == unmarked
    assert len(CATALOGUE) >= 180


def test_the_command_line_tells_by_its_status() -> None:
    assert main(["--naive", "--whole", "-k", "host/good/capitals"]) == 0
    assert main(["--naive", "--whole", "-k", "host/two/equal"]) == 1
