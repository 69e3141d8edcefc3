"""Each script of `addons/` in a stock mitmdump, against real servers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.daemon import ROOT, environment
from tests.support.ports import free_port
from tests.support.servers import Reply, Seen, Server, serve

PAGE = "http://localhost:5173"
MITMDUMP = Path(sys.executable).with_name("mitmdump")


def _app(seen: Seen) -> Reply:
    fields = [("X-Host", seen.header("host") or "")]
    if seen.target.startswith("/login"):
        fields.append(("Set-Cookie", "sid=s3cr3t; SameSite=None"))
    return Reply(404 if seen.target == "/missing" else 200, fields, f"server {seen.target}".encode())


class Mitmdump:
    """A running mitmdump: where it listens and what it has printed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.lines: list[str] = []
        assert process.stdout is not None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            self.lines += iter(self.process.stdout.readline, "")

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def line(self, part: str) -> str:
        """The first line that holds `part`, waiting for it."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for text in tuple(self.lines):
                if part in text:
                    return text
            time.sleep(0.02)
        raise AssertionError(f"{part!r} did not come: {self.lines}")

    def through(self, url: str, **fields: str) -> httpx.Response:
        """A GET with mitmdump as the HTTP proxy."""
        return httpx.get(url, proxy=f"http://127.0.0.1:{self.port}", headers=fields, trust_env=False)


@contextmanager
def mitmdump(folder: Path, config: str, scripts: Sequence[str]) -> Iterator[Mitmdump]:
    (folder / "devcors.toml").write_text(config)
    port = free_port()
    options = ["--set", f"confdir={folder / 'ca'}", "--set", f"devcors_config={folder / 'devcors.toml'}"]
    named = [word for script in scripts for word in ("-s", str(ROOT / "addons" / f"{script}.py"))]
    process = subprocess.Popen(
        [MITMDUMP, "--listen-port", str(port), *options, *named],
        cwd=folder,
        env=environment(folder / "home"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Mitmdump(process, port)
    try:
        running.line("listening at")
        yield running
    finally:
        process.terminate()
        process.wait(15)
    assert not [text for text in running.lines if "Traceback" in text or "ddon error" in text], running.lines


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(_app) as running:
        yield running


def config(server: Server) -> str:
    return f"""
        [routes]
        "/api" = {{ target = "{server.url}", rewrite = "" }}
        [intercept]
        "api.test" = {{ target = "http://127.0.0.1:{server.port}", cors = "inject", cookies = {{ secure = true }} }}
        "seen.test" = {{ target = "http://127.0.0.1:{server.port}" }}
    """


def test_front_door(tmp_path: Path, server: Server) -> None:
    with mitmdump(tmp_path, config(server), ["front_door"]) as running:
        answer = httpx.get(f"{running.url}/api/x?q", headers={"Origin": running.url})
        assert (answer.text, answer.headers["x-host"]) == ("server /x?q", f"localhost:{server.port}")
        missing = httpx.get(f"{running.url}/other")
        assert missing.status_code == 404
        assert missing.json()["error"]["routes"] == ["/api"]
        running.line("GET     /api/x?q → localhost")
        # hosts are the other scripts' business
        with serve(_app) as other:
            passed = running.through(f"{other.url}/plain", Origin=PAGE)
        assert passed.text == "server /plain"
        assert "vary" not in passed.headers


def test_cors(tmp_path: Path, server: Server) -> None:
    with mitmdump(tmp_path, config(server), ["cors"]) as running:
        answer = running.through("http://api.test/x", Origin=PAGE)
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert (answer.text, answer.headers["x-host"]) == ("server /x", "api.test")
        running.line("CORS passes only through devcors")
        assert "access-control-allow-origin" not in running.through("http://seen.test/", Origin=PAGE).headers
        running.line("CORS blocked: MissingAllowOriginHeader")
        running.line("hint: ")


def test_cookies(tmp_path: Path, server: Server) -> None:
    with mitmdump(tmp_path, config(server), ["cookies"]) as running:
        assert "access-control-allow-origin" not in running.through("http://api.test/no-cookie", Origin=PAGE).headers
        edited = running.through("http://api.test/login", Origin=PAGE).headers["set-cookie"]
        assert edited == "sid=s3cr3t; SameSite=None; Secure"
        kept = running.through("http://seen.test/login", Origin=PAGE).headers["set-cookie"]
        assert kept == "sid=s3cr3t; SameSite=None"
        running.line("cookie sid refused by Chromium")
        running.line("cookie sid: Secure added")
        # mitmdump itself logs every request; only ours name the target and its status in one line
        assert not [text for text in running.lines if "/no-cookie →" in text]


def test_records(tmp_path: Path, server: Server) -> None:
    with mitmdump(tmp_path, config(server), ["records"]) as running:
        running.through("http://seen.test/login", Origin=PAGE)
        httpx.get(f"{running.url}/api/missing")
        judged: dict[str, Any] = json.loads(running.line('http://seen.test/login", "target'))
        assert judged["cors"]["chromium"]["error"] == "MissingAllowOriginHeader"
        assert [cookie["name"] for cookie in judged["cookies"]] == ["sid"]
        routed: dict[str, Any] = json.loads(running.line('/api/missing", "target'))
        assert (routed["route"], routed["status"], routed["lane"]) == ("/api", 404, "mitmproxy")
        assert not [text for text in running.lines if "s3cr3t" in text]


def test_two_together(tmp_path: Path, server: Server) -> None:
    with mitmdump(tmp_path, config(server), ["front_door", "cors"]) as running:
        assert httpx.get(f"{running.url}/api/x").text == "server /x"
        assert running.through("http://api.test/x", Origin=PAGE).headers["access-control-allow-origin"] == PAGE
        assert running.through(f"{running.url}/api/y").text == "server /y"


def test_a_broken_config_is_told_and_stops_mitmdump(tmp_path: Path) -> None:
    (tmp_path / "devcors.toml").write_text('frontend = "localhost"')
    ended = subprocess.run(
        [MITMDUMP, "--listen-port", str(free_port()), "-s", str(ROOT / "addons" / "front_door.py")],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    said = ended.stdout + ended.stderr
    assert "devcors.toml:1:12" in said
    assert 'did you mean "http://localhost"?' in said
    assert "loading.py" not in said  # mitmproxy shows where an addon failed; the way there is of no use
