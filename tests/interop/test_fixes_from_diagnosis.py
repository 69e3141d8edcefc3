"""`devcors fix` on the command line: what a diagnosis needs, and what the options add to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devcors.cli.fixing import Asked, asked_by
from devcors.cli.main import app
from devcors.errors import UsageError

DIAGNOSIS = {
    "url": "http://localhost:8080/items",
    "origin": "http://localhost:5173",
    "method": "PUT",
    "headers": ["X-Token"],
    "credentials": True,
    "outcome": "blocked",
}


def test_it_names_what_the_request_needs() -> None:
    whole = Asked(("http://localhost:5173",), ("PUT",), ("X-Token",), credentials=True)
    assert asked_by(DIAGNOSIS, "x") == whole
    assert asked_by({"origin": "http://localhost:5173"}, "x") == Asked(whole.origins)


@pytest.mark.parametrize("document", [None, [], "x", {}, {"origin": ""}, {"origin": 1}])
def test_what_is_no_diagnosis_is_refused(document: object) -> None:
    with pytest.raises(UsageError, match="no origin"):
        asked_by(document, "x.json")


def printed(*arguments: str, stdin: str | None = None) -> str:
    done = CliRunner().invoke(app, ["fix", "express", *arguments], input=stdin, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_only_what_was_diagnosed_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "blocked.json"
    path.write_text(json.dumps(DIAGNOSIS))
    text = printed("--from-diagnosis", str(path))
    assert 'origin: ["http://localhost:5173"]' in text
    assert 'methods: ["GET", "HEAD", "POST", "PUT"]' in text
    assert 'allowedHeaders: ["X-Token"]' in text
    assert "credentials: true" in text


def test_options_add_to_it() -> None:
    more = ["--origin", "https://app.example.com", "--methods", "PATCH, DELETE", "--headers", "X-A", "--headers", "X-B"]
    text = printed("--from-diagnosis", "-", *more, stdin=json.dumps({"origin": "http://localhost:5173"}))
    assert 'origin: ["http://localhost:5173", "https://app.example.com"]' in text
    assert 'methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"]' in text
    assert 'allowedHeaders: ["X-A", "X-B"]' in text
    assert "credentials" not in text


def test_without_either_an_api_gets_the_usual_ones() -> None:
    text = printed("--origin", "http://localhost:5173")
    assert 'methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]' in text
    assert 'allowedHeaders: ["Content-Type", "Authorization"]' in text


def test_no_headers_at_all_can_be_asked_for() -> None:
    assert "allowedHeaders: []" in printed("--origin", "http://localhost:5173", "--headers", "")


@pytest.mark.parametrize(("text", "why"), [(None, "cannot read: No such file"), ("{", "not JSON"), ("{}", "no origin")])
def test_a_file_that_does_not_help_is_refused(tmp_path: Path, text: str | None, why: str) -> None:
    path = tmp_path / "blocked.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=why) as refused:
        CliRunner().invoke(app, ["fix", "go", "--from-diagnosis", str(path)], catch_exceptions=False)
    assert refused.value.where == str(path)
    assert "devcors diagnose" in str(refused.value.hint)
