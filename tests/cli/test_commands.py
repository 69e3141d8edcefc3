"""The command line: what each command prints where, and its exit status. `up` is driven in tests/e2e."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from devcors import __version__
from devcors.cli.main import run
from tests.support.daemon import environment
from tests.support.ports import free_port

CONFIG = """
[routes]
"/" = "http://localhost:5173"
"/api" = { target = "http://localhost:8080/base", rewrite = "/v2", cookies = { secure = false } }
"/api/:name" = { target = "https://h", match.hosts = ["app.localhost"] }
[intercept]
"api.test" = { cors = "inject" }
[profiles.staging]
frontend = "https://staging.test"
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Devcors = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DEVCORS_CONFIG", raising=False)
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)  # no search above it
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def devcors(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Devcors:
    def call(*words: str, config: str | None = None) -> Ran:
        if config is not None:
            (folder / "devcors.toml").write_text(config)
        monkeypatch.setattr(sys, "argv", ["devcors", *words])
        code: object = 0
        try:
            run()
        except SystemExit as ended:
            code = ended.code or 0
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert isinstance(code, int)
        return Ran(code, out, err)

    return call


def process(*words: str, folder: Path, **environ: str) -> Ran:
    """As a shell runs it."""
    ended = subprocess.run(
        [sys.executable, "-m", "devcors", *words],
        cwd=folder,
        env=environment(folder / "home", environ),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, f"devcors {__version__}"),
        (["routes"], 2, "no devcors.toml in "),
        (["routes", "-c", "other.toml"], 2, "is not there"),
        (["routes", "--profile", "nope"], 2, "no devcors.toml in "),
        (["routes", "--nope"], 2, "No such option: --nope"),
        (["nope"], 2, "No such command 'nope'"),
        (["explain", "GET"], 2, "Missing argument 'URL'"),
        (["up", "--port", "70000"], 2, "65535"),
        (["config", "path"], 2, "no devcors.toml here"),
        (["init", "nowhere"], 2, "cannot write"),
    ],
)
def test_exit_status(devcors: Devcors, words: list[str], code: int, said: str) -> None:
    ran = devcors(*words)
    assert ran.code == code
    assert said in (ran.err if code else ran.out)
    assert not code or ran.out == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["up", "-d"], 2, "no devcors.toml in "),
        (["up"], 2, "no devcors.toml in "),
        (["up", "--route", "/api"], 2, "'/api' is no route"),
        (["up", "--route", "api=http://localhost:1"], 2, 'a pattern starts with "/"'),
        (["up", "--frontend", "localhost"], 2, 'did you mean "http://localhost"?'),
        (["up", "--frontend", "http://localhost:9", "--host", "192.0.2.1"], 1, "cannot listen on 192.0.2.1"),
    ],
)
def test_up_refuses(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / ".git").mkdir()
    ran = process(*words, folder=tmp_path)
    assert ran.code == code
    assert said in ran.err
    assert "hint: " in ran.err
    assert ran.out == ""


def test_routes(devcors: Devcors) -> None:
    ran = devcors("routes", config=CONFIG)
    rows = [line.split() for line in ran.out.splitlines()]
    assert [row[0] for row in rows] == ["ROUTE", "/api/:name", "/api", "/", "api.test"]
    assert rows[2] == ["/api", "http://localhost:8080/base", "→", "/v2", "observe", "{'secure':", "False}"]
    assert rows[4] == ["api.test", "(itself)", "inject", "keep"]
    listed = json.loads(devcors("routes", "--json", "--profile", "staging").out)
    assert [(one["kind"], one["route"]) for one in listed][2:] == [
        ("route", "/"),
        ("frontend", "frontend"),
        ("intercept", "api.test"),
    ]
    assert set(listed[0]) == {"kind", "route", "match", "target", "rewrite", "cors", "cookies"}


def test_a_piped_table_has_a_line_for_each_route(devcors: Devcors) -> None:
    long = "/" + "a" * 100
    assert f"{long} " in devcors("routes", config=f'[routes]\n"{long}" = "http://localhost:1{long}"').out


def test_explain(devcors: Devcors) -> None:
    ran = devcors("explain", "GET", "/api/x?q=1", "-H", "Origin: http://localhost:5173", config=CONFIG)
    assert ran.code == 0
    marks = [(line[0], line.split()[1]) for line in ran.out.splitlines() if line[0] in "✓✗"]
    assert marks == [("✗", "/api/:name"), ("✓", "/api"), ("✗", "/")]
    assert "host is localhost:2677, wanted app.localhost" in ran.out
    assert "url     http://localhost:8080/base/v2/x?q=1" in ran.out
    assert "cors    observe, cross-origin" in ran.out
    assert "        Host: localhost:8080" in ran.out


@pytest.mark.parametrize(
    ("url", "headers", "sent"),
    [
        ("/api", [], "http://localhost:8080/base/v2"),
        ("http://localhost:2677?x=1#y", [], "http://localhost:5173/?x=1"),
        ("/ä b", [], "http://localhost:5173/%C3%A4%20b"),
        ("/a%20b", [], "http://localhost:5173/a%20b"),
        ("/api/x", ["Host: app.localhost"], "https://h/api/x"),
        ("ws://localhost:2677/x", [], "http://localhost:5173/x"),
        ("wss://api.test/x", [], "https://api.test/x"),
        ("http://API.test:81/x", [], "http://api.test:81/x"),
    ],
)
def test_explain_takes_what_a_browser_takes(devcors: Devcors, url: str, headers: list[str], sent: str) -> None:
    ran = devcors("explain", "GET", url, *(word for text in headers for word in ("-H", text)), "--json", config=CONFIG)
    assert ran.code == 0
    assert json.loads(ran.out)["url"] == sent


def test_explain_answers_and_relays(devcors: Devcors) -> None:
    answered = json.loads(devcors("explain", "GET", "/other", "--json", config='[routes]\n"/api" = "http://h"').out)
    assert answered["answer"]["status"] == 404
    assert "404 from devcors: no route takes this path" in devcors("explain", "GET", "/other").out
    assert "relayed as it is" in devcors("explain", "GET", "http://unnamed.test/").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "neither a URL nor a path"),
        (["ftp://h/"], "ftp: is not proxied"),
        (["http://user:pass@h/"], "not a host"),
        (["http://h:99999/"], "port out of range"),
        (["/", "-H", "Origin"], "'Origin' is no header"),
    ],
)
def test_explain_refuses(devcors: Devcors, words: list[str], said: str) -> None:
    ran = devcors("explain", "GET", *words, config=CONFIG)
    assert ran.code == 2
    assert said in ran.err
    assert "\nhint: " in ran.err


def test_config_check(devcors: Devcors, folder: Path) -> None:
    assert devcors("config", "check", config=CONFIG).out == f"ok: {folder / 'devcors.toml'}\n"
    told = json.loads(devcors("config", "check", "--json", config='frontend = "${HOST:-http://h}"').out)
    assert told == {"valid": True, "files": [str(folder / "devcors.toml")], "variables": ["HOST"]}
    broken = devcors("config", "check", config='frontend = "http://h"\nfrontent = 1')
    assert (broken.code, broken.out) == (2, "")
    assert broken.err.startswith("devcors.toml:2:1: ")
    assert 'did you mean "frontend"?' in broken.err
    told = json.loads(devcors("config", "check", "--json").out)
    assert told["valid"] is False
    assert "devcors.toml:2:1" in told["errors"][0]


def test_config_path_and_schema(devcors: Devcors, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "below").mkdir()
    (folder / "devcors.toml").write_text(CONFIG)
    monkeypatch.chdir(folder / "below")
    assert devcors("config", "path").out == f"{folder / 'devcors.toml'}\n"
    schema = json.loads(devcors("config", "schema").out)
    assert {"frontend", "routes", "intercept", "cors", "server", "scripts", "profiles"} <= set(schema["properties"])


def test_init(devcors: Devcors, folder: Path) -> None:
    (folder / "package.json").write_text('{"devDependencies": {"vite": "7"}, "scripts": {"dev": "vite"}}')
    ran = devcors("init")
    assert ran.code == 0
    assert "found Vite on port 5173" in ran.out
    assert "next: devcors up -- npm run dev" in ran.out
    written = folder / "devcors.toml"
    assert tomllib.loads(written.read_text())["frontend"] == "http://localhost:5173"
    written.write_text("mine")
    refused = devcors("init")
    assert (refused.code, written.read_text()) == (2, "mine")
    assert "devcors init --force" in refused.err
    assert devcors("init", "--force").code == 0
    assert devcors("config", "check").code == 0


def test_init_of_an_unknown_folder_writes_the_usual_values(devcors: Devcors, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert "no known front end" in devcors("init", "empty").out
    assert devcors("config", "check", "-c", "empty/devcors.toml").code == 0


def test_doctor(devcors: Devcors) -> None:
    config = f'[routes]\n"/api" = "http://localhost:{free_port()}"\n[server]\nlisten = "127.0.0.1:{free_port()}"'
    ran = devcors("doctor", config=config)
    assert ran.code == 0  # a backend that is not up is no fault
    assert "! /api" in ran.out
    assert "  hint: start the server" in ran.out
    listed = json.loads(devcors("doctor", "--json").out)
    assert [one["name"] for one in listed] == [
        "python",
        "mitmproxy",
        "config",
        "port",
        "/api",
        "ca",
        "system-proxy",
        "browsers",
    ]
    broken = devcors("doctor", config="frontend = 1")
    assert broken.code == 1
    assert "✗ config" in broken.out


def test_addons_names_the_folder_of_the_scripts(devcors: Devcors) -> None:
    folder = Path(devcors("addons").out.rstrip("\n"))
    assert {path.name for path in folder.glob("*.py")} == {"cookies.py", "cors.py", "front_door.py", "records.py"}


def test_an_encoding_without_arrows_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "devcors.toml").write_text(CONFIG)
    ran = process("routes", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert "? /v2" in ran.out


def test_a_reader_that_leaves_early_hears_nothing(tmp_path: Path) -> None:
    (tmp_path / "devcors.toml").write_text(CONFIG)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ended = subprocess.run(
            [sys.executable, "-m", "devcors", "routes"],
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.stderr == ""


HELP = """
import sys
from devcors.cli.main import run
sys.argv = ["devcors", *sys.argv[1:]]
try:
    run()
except SystemExit as ended:
    assert not ended.code
dear = {"mitmproxy", "pydantic", "devcors.config.schema", "watchdog", "jinja2", "tomli"}
print("LOADED", *sorted(dear & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (["--help"], set()),
        # Typer itself has pydantic look at the options of a command
        (["up", "--help"], {"pydantic"}),
        (["explain", "-h"], {"pydantic"}),
        (["config", "check", "--help"], {"pydantic"}),
    ],
)
def test_help_imports_nothing_that_is_dear(tmp_path: Path, words: list[str], loaded: set[str]) -> None:
    """`--help` costs at most 1.3 times an empty Typer app: this is what the difference is made of."""
    ended = subprocess.run(
        [sys.executable, "-c", HELP, *words],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert set(ended.stdout.splitlines()[-1].split()[1:]) <= loaded
