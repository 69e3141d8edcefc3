"""The rules say what real browsers did, but for the known list; and the runner itself tells right from wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.oracle import CASES, all_cases
from tests.truth.__main__ import main
from tests.truth.known import Comparison, Known, read_known

KNOWN = Path(__file__).with_name("known.txt")


def test_every_case_agrees_but_for_the_known_list(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([str(CASES), "--known", str(KNOWN)])
    printed = capsys.readouterr()
    assert status == 0, printed.out + printed.err
    fields = {tuple(line.split()[:2]) for line in printed.out.splitlines() if line.split("/")[-1].isdigit()}
    wanted = ("allowed", "error", "console", "visible_headers", "preflight", "jar", "cookies_sent")
    assert fields >= {(browser, field) for browser in ("chromium", "firefox") for field in wanted}


def test_the_known_list_is_in_the_documents() -> None:
    page = (Path(__file__).parents[2] / "docs" / "judge" / "known-differences.md").read_text()
    missing = [line for line in read_known(KNOWN) if line.selector not in page or line.reason not in page]
    assert not missing


def _case(case_id: str) -> dict[str, Any]:
    return copy.deepcopy(next(case for case in all_cases() if case["id"] == case_id))


def _run(tmp_path: Path, case: dict[str, Any], known: str = "") -> int:
    file, listed = tmp_path / "cases.jsonl", tmp_path / "known.txt"
    file.write_text(json.dumps(case) + "\n")
    listed.write_text(known)
    return main([str(file), "--known", str(listed)])


def test_a_disagreement_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = _case("acao-missing")
    assert _run(tmp_path, case) == 0
    case["firefox"]["steps"][1]["allowed"] = True
    assert _run(tmp_path, case) == 1
    assert "acao-missing firefox step 1 allowed" in capsys.readouterr().out
    assert _run(tmp_path, case, "acao firefox allowed a changed answer\n") == 0
    assert _run(tmp_path, case, "acao chromium allowed the other browser\n") == 1


def test_a_known_line_that_no_longer_differs_is_a_failure(tmp_path: Path) -> None:
    assert _run(tmp_path, _case("acao-missing"), "acao-missing firefox * it once differed\n") == 1


def test_the_answer_hangs_on_no_id(tmp_path: Path) -> None:
    """A case under another name, in another group, is judged alike."""
    for case_id in ("rd-put-307-c-nopf", "ma-header", "el-script"):
        renamed = json.loads(json.dumps(_case(case_id)).replace(case_id, "some-other-name"))
        assert _run(tmp_path, {**renamed, "group": "of-no-name"}) == 0


def test_a_line_without_a_reason_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("# a comment\n\nacao firefox allowed\n")
    with pytest.raises(ValueError, match=r"known\.txt:3"):
        read_known(listed)


@pytest.mark.parametrize(
    ("line", "covers"),
    [
        (Known("acao", "firefox", "console", "r"), True),
        (Known("acao-1", "firefox", "*", "r"), True),
        (Known("acao-2", "firefox", "*", "r"), False),
        (Known("acao", "firefox", "allowed", "r"), False),
        (Known("acao", "chromium", "console", "r"), False),
    ],
)
def test_what_a_line_covers(line: Known, covers: bool) -> None:
    assert line.covers(Comparison("acao-1", "acao", "firefox", 0, "console", 1, 2)) is covers
