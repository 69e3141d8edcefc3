"""HAR files: each entry that CORS concerns is judged; gaps are told, not guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devcors.diagnose.har import Entry, diagnose_har, read_har
from devcors.diagnose.report import Report
from devcors.errors import UsageError

SAMPLE = Path(__file__).parent / "sample.har"


def _diagnosed(*, url: str | None = None, credentials: bool = False, entries: list[Entry] | None = None) -> Report:
    return diagnose_har(
        "sample.har", read_har(SAMPLE) if entries is None else entries, url=url, credentials=credentials
    )


def test_each_entry() -> None:
    report = _diagnosed()
    judged = [step.judged.verdict.chromium.error if step.judged else None for step in report.steps]
    assert report.outcome == "blocked"
    assert report.subject == "sample.har: 5 requests, 4 cross-origin ones"
    assert [(step.name, step.result) for step in report.steps] == [
        ("request", "blocked"),
        ("preflight", "blocked"),
        ("request", "warning"),
        ("request", "ok"),
    ]
    assert judged == ["WildcardOriginNotAllowed", "PreflightMissingAllowOriginHeader", None, None]


def test_an_answer_that_is_not_there_is_to_be_asked_for() -> None:
    (step,) = [step for step in _diagnosed().steps if step.result == "warning"]
    assert "net::ERR_FAILED" in step.title
    assert "devcors diagnose https://api.test/items --origin http://localhost:5173 -X PUT" in step.notes[0]


def test_only_some_urls() -> None:
    passing = _diagnosed(url="https://cdn.test/")
    assert (passing.outcome, len(passing.steps)) == ("passes", 1)
    assert _diagnosed(url="https://cdn.test/", credentials=True).outcome == "blocked"
    gaps = [step for step in read_har(SAMPLE) if step.response.status == 0]
    assert _diagnosed(entries=gaps).outcome == "undecided"


def test_what_stands_in_the_file() -> None:
    entry = read_har(SAMPLE)[2]
    assert entry.http_version == "HTTP/2"
    assert [name for name, _ in entry.request.fields] == [b"origin", b"access-control-request-method"]
    assert entry.response.fields == ((b"vary", b"Origin"), (b"vary", b"Accept"))
    assert "secret" not in json.dumps(_diagnosed().to_json())


def test_a_sanitized_file_is_told() -> None:
    without = [entry for entry in read_har(SAMPLE) if entry.url.startswith("https://cdn")]
    assert [warning.name for warning in _diagnosed(entries=without).warnings] == ["no-cookies-in-file"]
    assert _diagnosed().warnings == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"log": 1}', '{"log": {"entries": [1]}}', '{"log": {"entries": [{"request": {"url": 1}}]}}'],
)
def test_no_har(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.har").write_text(text)
    with pytest.raises(UsageError, match="no HAR file") as refusal:
        read_har(tmp_path / "x.har")
    assert "DevTools" in (refusal.value.hint or "")
