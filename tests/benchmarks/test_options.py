from __future__ import annotations

import pytest

from benchmarks.measures import SECTIONS
from benchmarks.options import DEFAULT, parse
from benchmarks.run import ALONE, TOGETHER


def test_what_make_bench_asks_for() -> None:
    options = parse([])
    assert options.sections == DEFAULT == tuple(section for section in SECTIONS if section != "page")
    assert (options.peers, options.save) == ((), False)
    assert parse(["--page"]).sections == SECTIONS
    assert (parse([]).requests, parse(["--long"]).requests, parse(["--long"]).sockets) == (20_000, 1_000_000, 10_000)


def test_a_few_sections_and_peers() -> None:
    options = parse(["--only", "requests,bodies", "--peers", "devcors, nginx", "--rounds", "5", "--seconds", "1"])
    assert options.sections == ("requests", "bodies")
    assert options.peers == ("devcors", "nginx")
    assert (options.rounds, options.seconds) == (5, 1)
    assert parse(["--only", "bodies", "--page"]).sections == ("bodies", "page")


@pytest.mark.parametrize("words", [["--only", "speed"], ["--peers", "apache"], ["--rounds", "0"], ["--seconds", "0.5"]])
def test_what_is_not_known_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    assert words[1] in capsys.readouterr().err


def test_every_section_can_be_run() -> None:
    assert {*TOGETHER, *ALONE} == {*SECTIONS}
