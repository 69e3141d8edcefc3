"""`devcors import`, and `init` that offers it, in a project with the real Vite."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import tests.parity.imports
from devcors.cli import importing
from devcors.cli.main import run
from tests.support.npm import installed

pytestmark = pytest.mark.node

CONFIG = """import { defineConfig } from 'vite'
export default defineConfig({
  server: {
    proxy: {
      '/api': { target: 'http://localhost:8080', changeOrigin: true, rewrite: (path) => path.replace(/^\\/api/, '') },
      '/odd': { target: 'http://localhost:8080', rewrite: (path) => path.toLowerCase() },
      '/tls': 'https://localhost:8443',
      '/loose': { target: 'https://localhost:8443', secure: false, changeOrigin: true, agent: new (class Agent {})() },
    },
  },
})
"""
NO_RULE = "no rule does the same as this function for every path that was tried; write the route by hand"
LOOSENED = "another entry with the same target does not check its certificate, so this one does not either"


class Ran(NamedTuple):
    code: object
    out: str
    err: str


Devcors = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)
    (work / "node_modules").mkdir()
    parity = Path(*tests.parity.imports.__path__)
    (work / "node_modules" / "vite").symlink_to(installed(request.config.cache, parity / "vite") / "vite8")
    (work / "package.json").write_text('{"type": "module", "devDependencies": {"vite": "8"}}')
    (work / "vite.config.ts").write_text(CONFIG)
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def devcors(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Devcors:
    def call(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["devcors", *words])
        code: object = 0
        try:
            run()
        except SystemExit as ended:
            code = ended.code or 0
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
    """Somebody is there, and answers every question in this way."""

    def answering(with_what: bool) -> list[str]:
        asked: list[str] = []

        def confirm(question: str, **_: object) -> bool:
            asked.append(question)
            return with_what

        monkeypatch.setattr(importing, "can_ask", lambda: True)
        monkeypatch.setattr("typer.confirm", confirm)
        return asked

    return answering


def test_every_entry_is_told_and_the_file_loads(devcors: Devcors, folder: Path) -> None:
    ran = devcors("import", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Vite: vite.config.ts",
        "vite.config.ts:5: ✓ /api → http://localhost:8080",
        "vite.config.ts:6: ✗ /odd is left out",
        f"    vite.config.ts:6: rewrite: {NO_RULE}",
        "vite.config.ts:7: ~ /tls → https://localhost:8443",
        f"    vite.config.ts:7: secure: {LOOSENED}",
        "vite.config.ts:8: ~ /loose → https://localhost:8443",
        "    vite.config.ts:8: agent: devcors keeps connections of its own",
        f"wrote {folder / 'devcors.toml'}",
        "next: devcors up",
    ]
    assert devcors("config", "check").code == 0
    assert '"/api" = { target = "http://localhost:8080", rewrite = "" }' in (folder / "devcors.toml").read_text()
    assert 'frontend = "http://localhost:5173"' in (folder / "devcors.toml").read_text()


def test_into_a_file_that_is_there(devcors: Devcors, folder: Path) -> None:
    (folder / "devcors.toml").write_text('[routes]\n"/api" = "http://localhost:1" # mine\n')
    ran = devcors("import", "--yes")
    assert "/api → http://localhost:8080  kept as devcors.toml has it" in ran.out
    assert '"/api" = "http://localhost:1" # mine\n' in (folder / "devcors.toml").read_text()
    ran = devcors("import", "--yes", "--force", "--json")
    assert json.loads(ran.out)["entries"][0]["kept"] == []
    assert "http://localhost:1" not in (folder / "devcors.toml").read_text()
    assert devcors("config", "check").code == 0


def test_a_dry_run_prints_the_file(devcors: Devcors, folder: Path) -> None:
    ran = devcors("import", "--yes", "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("# devcors: ")
    assert "/odd is left out" in ran.err
    assert not (folder / "devcors.toml").exists()


def test_as_json(devcors: Devcors, folder: Path) -> None:
    told = json.loads(devcors("import", "vite.config.ts", "--yes", "--json").out)
    assert (told["tool"], told["file"], told["written"]) == ("Vite", "vite.config.ts", str(folder / "devcors.toml"))
    api, odd, *_ = told["entries"]
    assert (api["name"], api["line"], api["routes"], api["remarks"]) == (
        "/api",
        5,
        [{"pattern": "/api", "target": "http://localhost:8080", "rewrite": ""}],
        [],
    )
    assert (odd["routes"], odd["remarks"][0]["option"], odd["remarks"][0]["line"]) == ([], "rewrite", 6)
    assert told["config"] == (folder / "devcors.toml").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CONFIG.replace("'/odd':", "'/odd'"), "vite.config.ts:6: syntax error: "),
        ("\nthrow new Error('no')", "vite.config.ts:2: the config threw: no\n"),
        ("import 'not-there'\nexport default {}", "vite.config.ts:1: Cannot find package 'not-there'\n"),
        ("", "vite.config.ts:1: the config exports nothing\n"),
        ("export default { build: {} }", "vite.config.ts:1: there is no server.proxy in it\n"),
    ],
)
def test_what_cannot_be_read_is_one_message(devcors: Devcors, folder: Path, text: str, message: str) -> None:
    (folder / "vite.config.ts").write_text(text)
    ran = devcors("import", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert ran.err.count("\n") <= 2
    assert not (folder / "devcors.toml").exists()


def test_nothing_is_written_where_no_entry_can_be_a_route(devcors: Devcors, folder: Path) -> None:
    (folder / "vite.config.ts").write_text("export default { server: { proxy: { 'api': 'http://localhost:1' } } }")
    ran = devcors("import", "--yes")
    assert (ran.code, "nothing was written" in ran.err) == (1, True)
    assert not (folder / "devcors.toml").exists()


def test_the_code_of_a_project_runs_only_when_somebody_agrees(
    devcors: Devcors, folder: Path, answers: Callable[[bool], list[str]]
) -> None:
    (folder / "vite.config.ts").write_text(f"import {{ writeFileSync }} from 'fs'\nwriteFileSync('ran', '')\n{CONFIG}")
    refused = devcors("import")
    assert (refused.code, "hint: devcors import --yes" in refused.err) == (2, True)
    asked = answers(False)
    assert devcors("import").code == 1
    assert devcors("init").code == 0
    assert [str(folder / "vite.config.ts") in asked[0], "Run vite.config.ts" in asked[1]] == [True, True]
    assert not (folder / "ran").exists()
    (folder / "devcors.toml").unlink()
    answers(True)
    assert devcors("import").code == 0
    assert (folder / "ran").exists()


def test_init_offers_it(devcors: Devcors, folder: Path, answers: Callable[[bool], list[str]]) -> None:
    assert "`devcors import` runs it" in devcors("init").out
    (folder / "devcors.toml").unlink()
    answers(True)
    ran = devcors("init")
    assert (ran.code, "✓ /api → http://localhost:8080" in ran.out) == (0, True)
    assert devcors("config", "check").code == 0


def test_init_goes_on_where_the_config_does_not_run(
    devcors: Devcors, folder: Path, answers: Callable[[bool], list[str]]
) -> None:
    (folder / "vite.config.ts").write_text(f"import 'not-there'\n{CONFIG}")
    answers(True)
    ran = devcors("init")
    assert ran.code == 0
    assert "Cannot find package 'not-there'" in ran.err
    assert "that only a person can check" in ran.out
