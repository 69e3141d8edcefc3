"""`up -- COMMAND`: it runs, is waited for, followed, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from tests.support.daemon import environment, running
from tests.support.ports import free_port
from tests.support.servers import Reply, serve

SERVER = """
import http.server, sys, time
time.sleep({delay})
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "3"); self.end_headers(); self.wfile.write(b"dev")
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", {port}), Handler)
print("  Local: http://localhost:%d/" % server.server_address[1], flush=True)
server.serve_forever()
"""


def _dev_server(port: int, delay: float = 0.0) -> list[str]:
    return [sys.executable, "-c", SERVER.format(port=port, delay=delay)]


def test_requests_wait_while_the_command_starts(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, f'frontend = "http://localhost:{port}"', command=_dev_server(port, 1.0)) as daemon:
        began = time.monotonic()
        assert httpx.get(daemon.url, timeout=10).text == "dev"
        assert time.monotonic() - began > 0.3


def test_a_dev_server_on_another_port_is_followed(tmp_path: Path) -> None:
    wanted = free_port()
    config = f'frontend = "http://localhost:{wanted}"'
    with running(tmp_path, config, command=_dev_server(0)) as daemon:
        daemon.message("following it")
        assert httpx.get(daemon.url).text == "dev"


def test_its_status_is_ours_when_it_ends_by_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(0.5); raise SystemExit(7)"]
    with running(tmp_path, 'frontend = "http://localhost:9"', command=command, status=7) as daemon:
        assert daemon.process.wait(10) == 7


def test_it_ends_with_us_and_so_do_its_children(tmp_path: Path) -> None:
    port = free_port()
    shell = f"{sys.executable} -c {_quoted(SERVER.format(port=port, delay=0))} & wait"
    with running(tmp_path, f'frontend = "http://localhost:{port}"', command=["sh", "-c", shell]) as daemon:
        assert httpx.get(daemon.url).text == "dev"
        assert daemon.stop(signal.SIGTERM) == 0
        try:
            httpx.get(f"http://127.0.0.1:{port}")
        except httpx.ConnectError:
            return
        raise AssertionError("the grandchild lives on")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "devcors", "up", "--frontend", "http://localhost:9", "--port", "0", "--", "no-such"]
    ended = subprocess.run(
        line, cwd=tmp_path, env=environment(tmp_path / "home"), capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 1
    assert "command not found: no-such" in ended.stderr
    assert "hint:" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_restarting_backend_is_waited_for(tmp_path: Path) -> None:
    with serve(lambda _: Reply(body=b"first")) as server:
        port = server.port
        config = f'[routes]\n"/api" = "http://127.0.0.1:{port}"\n'
        folder = tmp_path / "p"
        folder.mkdir()
        context = running(folder, config)
        daemon = context.__enter__()
        assert httpx.get(f"{daemon.url}/api").text == "first"
    try:
        answers: list[str] = []
        held = threading.Thread(target=lambda: answers.append(httpx.get(f"{daemon.url}/api", timeout=10).text))
        held.start()
        time.sleep(0.7)
        assert answers == []
        with serve(lambda _: Reply(body=b"second"), port=port):
            held.join(5)
        assert answers == ["second"]
    finally:
        context.__exit__(None, None, None)


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    with running(
        tmp_path, 'frontend = "http://localhost:9"', command=[sys.executable, "-c", stubborn], status=130
    ) as daemon:
        daemon.message("up")
        began = time.monotonic()
        # two that come before it looks are one
        while daemon.process.poll() is None and time.monotonic() - began < 5:
            daemon.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        assert daemon.stop() == 130
        assert time.monotonic() - began < 5


def test_port_taken(tmp_path: Path) -> None:
    with serve(lambda _: Reply()) as server:
        taken = server.port
        arguments = ["--frontend", "http://localhost:9", "--port", str(taken)]
        with running(tmp_path, arguments=arguments, any_port=False) as daemon:
            assert daemon.port == taken + 1 or daemon.port > taken
            assert f"pid {os.getpid()}" in daemon.message(f"port {taken} is taken")
        line = [sys.executable, "-m", "devcors", "up", *arguments, "--strict-port"]
        ended = subprocess.run(
            line,
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert ended.returncode == 1
        assert "is taken" in ended.stderr
