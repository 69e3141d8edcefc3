"""`devcors diagnose` as a user runs it: exit status, text, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.daemon import environment
from tests.support.ports import free_port
from tests.support.servers import Reply, Seen, serve

PAGE = "http://localhost:5173"
SAMPLE = Path(__file__).parent / "sample.har"


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "devcors", "diagnose", *arguments]
    return subprocess.run(
        line, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=60, check=False
    )


def _api(seen: Seen) -> Reply:
    allowed = seen.header("origin") == PAGE and seen.target == "/good"
    return Reply(200, [("Access-Control-Allow-Origin", PAGE), ("Vary", "Origin")] if allowed else [("Vary", "Origin")])


def test_passes(tmp_path: Path) -> None:
    with serve(_api) as server:
        ended = _run(tmp_path, f"{server.url}/good", "--origin", PAGE)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "✓ Passes in Chromium and Firefox" in ended.stdout


def test_blocked(tmp_path: Path) -> None:
    with serve(_api) as server:
        ended = _run(tmp_path, f"{server.url}/bad", "--origin", PAGE, "--credentials")
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert "Chromium: MissingAllowOriginHeader" in lines
    assert [line for line in lines if line.startswith("fix: ") and PAGE in line]
    assert f"next: devcors fix SERVER --origin {PAGE} --credentials (SERVER: nginx, express, django, …)" in lines


def test_json(tmp_path: Path) -> None:
    with serve(_api) as server:
        ended = _run(tmp_path, f"{server.url}/bad", "--origin", PAGE, "-H", "X-Token: secret", "--json")
    report = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert (report["outcome"], report["origin"], report["headers"]) == ("blocked", PAGE, ["X-Token"])
    assert [step["step"] for step in report["steps"]] == ["reach", "preflight-needed", "preflight", "request"]
    assert report["steps"][2]["cors"]["chromium"]["error"] == "PreflightMissingAllowOriginHeader"
    assert report["steps"][2]["request"]["headers"][2] == ["Accept", "*/*"]
    assert report["explanation"]
    assert report["fix"]


def test_unreachable(tmp_path: Path) -> None:
    ended = _run(tmp_path, f"http://localhost:{free_port()}/", "--origin", PAGE)
    assert ended.returncode == 1
    assert "This is not CORS: no answer came" in ended.stdout
    assert "net::ERR_CONNECTION_REFUSED" in ended.stdout


def test_har(tmp_path: Path) -> None:
    assert _run(tmp_path, "--har", str(SAMPLE)).returncode == 1
    assert _run(tmp_path, "--har", str(SAMPLE), "https://cdn.test/").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "URL is missing"),
        (["http://localhost:1/"], "--origin is missing"),
        (["localhost:1", "--origin", PAGE], "no URL"),
        (["http://localhost:1/", "--origin", f"{PAGE}/"], "no origin"),
        (["--har", "no-such-file"], "cannot be read"),
    ],
)
def test_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = _run(tmp_path, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "hint: " in ended.stderr


def test_what_a_server_sends_does_not_drive_the_terminal(tmp_path: Path) -> None:
    with serve(lambda seen: Reply(200, [("Access-Control-Allow-Origin", "\x1b[2Jevil")])) as server:
        ended = _run(tmp_path, f"{server.url}/", "--origin", PAGE)
    assert ended.returncode == 1
    assert "\x1b" not in ended.stdout
