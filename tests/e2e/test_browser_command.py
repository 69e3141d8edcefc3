"""`devcors browser` with the real Chromium and the real Firefox: the page itself reports what it saw."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.support.browser import chromium, firefox
from tests.support.daemon import Daemon, environment, running
from tests.support.ports import free_port
from tests.support.servers import Reply, Seen, self_made, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

API = "https://api.example.test"
PAGE = """<!doctype html><title>page</title><script type="module">
const call = (url, how) => fetch(url, how).then(async answer => [answer.status, await answer.text()], String);
const api = await call("https://api.example.test/items", {method: "PUT", headers: {"X-Custom": "1"}, body: "x"});
const unnamed = await call("https://localhost:UNNAMED/", {mode: "no-cors"});
await fetch("/report", {method: "POST", body: JSON.stringify({api, unnamed, agent: navigator.userAgent})});
</script>"""


def _api(seen: Seen) -> Reply:
    return Reply(501) if seen.method == "OPTIONS" else Reply(body=f"{seen.method} {seen.header('x-custom')}".encode())


@dataclass
class Lab:
    """A devcors with an intercepted host, a page that calls it, and a TLS server that the config does not name."""

    daemon: Daemon
    page: str
    folder: Path
    profiles: Path
    home: Path
    reports: Queue[dict[str, Any]]
    alerts: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("browser")
    context = self_made(folder, "localhost", "api.example.test").server_context()
    reports: Queue[dict[str, Any]] = Queue()
    alerts: list[str] = []

    def page(seen: Seen) -> Reply:
        if seen.method == "POST":
            reports.put(json.loads(seen.body))
        text = PAGE.replace("UNNAMED", str(unnamed))
        return Reply(headers=[("Content-Type", "text/html")], body=text.encode())

    with serve(_api, tls=context) as api, serve(page) as page_server, _handshakes(context, alerts) as unnamed:
        config = f"""
            frontend = "{page_server.url}"
            [server]
            listen = "localhost:{free_port()}"
            [intercept]
            "api.example.test" = {{ cors = "inject", target = "https://127.0.0.1:{api.port}", verify = false }}
        """
        # the profiles are not in pytest's folder: a path there is too long for a socket
        with running(folder, config, any_port=False) as daemon, tempfile.TemporaryDirectory() as profiles:
            yield Lab(daemon, page_server.url, folder, Path(profiles), _made(folder / "person"), reports, alerts)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _handshakes(context: ssl.SSLContext, alerts: list[str]) -> Iterator[int]:
    """A server that notes how TLS handshakes with it fail; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve_one(sock: socket.socket) -> None:
        sock.settimeout(10)
        try:
            with context.wrap_socket(sock, server_side=True) as tls:
                tls.recv(1)
        except OSError as error:
            alerts.append(str(error))

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve_one, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextmanager
def opened(lab: Lab, *words: str, path: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """`devcors browser --headless`, ended when the block ends."""
    extra = {"TMPDIR": str(lab.profiles), "HOME": str(lab.home), **({"PATH": path} if path else {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "devcors", "browser", "--headless", *words],
        cwd=lab.folder,
        env=environment(lab.folder / "home", extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str]:
    """Ends it by a signal: exit status and what it said."""
    process.send_signal(number)
    said, _ = process.communicate(timeout=30)
    return process.returncode, said


def processes_with(text: str) -> list[str]:
    """The command lines of living processes that hold `text`."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


def test_chromium(lab: Lab) -> None:
    chromium()
    _calls_an_intercepted_and_an_unnamed_host(lab, "chromium", "Chrome/")


def test_firefox(lab: Lab) -> None:
    firefox()
    if not shutil.which("certutil"):
        assert not os.environ.get("CI"), "apt install libnss3-tools"
        pytest.skip("no certutil on this machine (apt install libnss3-tools)")
    _calls_an_intercepted_and_an_unnamed_host(lab, "firefox", "Firefox/")


def test_firefox_without_certutil(lab: Lab, tmp_path: Path) -> None:
    """By the NSS libraries that Firefox brings along."""
    # the program itself: Debian's /usr/bin/firefox is a script that looks along PATH
    program = shutil.which("firefox-esr") or firefox()
    (tmp_path / "firefox").symlink_to(Path(program).resolve())
    _calls_an_intercepted_and_an_unnamed_host(lab, "firefox", "Firefox/", path=str(tmp_path))


def _calls_an_intercepted_and_an_unnamed_host(lab: Lab, name: str, agent: str, path: str | None = None) -> None:
    lab.alerts.clear()
    since = len(lab.daemon.records)
    with opened(lab, name, lab.page, path=path) as process:
        report = lab.reports.get(timeout=60)
        assert agent in report["agent"]
        assert report["api"] == [200, "PUT 1"]
        assert isinstance(report["unnamed"], str)  # an error: the server's own certificate is nobody's
        (profile,) = lab.profiles.iterdir()
        assert processes_with(str(profile))
        assert ended(process)[0] == 0
    assert not list(lab.profiles.iterdir())
    assert not processes_with(str(profile))
    ours = lab.daemon.records[since:]
    calls = [record for record in ours if record["url"] == f"{API}/items"]
    assert {record["method"] for record in calls} == {"OPTIONS", "PUT"}
    for record in calls:
        assert record["cors"]["allowed"] is True
        assert record["cors"]["server"]["allowed"] is False
    # the browser itself spoke to the unnamed server, and refused what it showed
    assert [text for text in lab.alerts if "alert" in text.lower()], lab.alerts
    opened_hosts = {record["url"].partition("://")[2].partition("/")[0] for record in ours if record["kind"] == "http"}
    assert opened_hosts == {"api.example.test"}


def test_the_front_door_is_opened_where_no_url_is_given(lab: Lab) -> None:
    since = len(lab.daemon.records)
    with opened(lab, "chromium") as process:
        lab.reports.get(timeout=60)
        status, said = ended(process, signal.SIGINT)
    assert status == 0
    assert ("--no-sandbox" in said) == (os.geteuid() == 0)
    assert not list(lab.home.rglob("*hromium*"))  # its crash reports would be there
    assert f"{lab.daemon.url}/" in [record["url"] for record in lab.daemon.records[since:]]
    assert not list(lab.profiles.iterdir())


def test_the_exit_status_is_the_browsers(lab: Lab, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/options"\nexit 7\n')
    browser.chmod(0o755)
    with opened(lab, "--", "--lang=de", path=f"{tmp_path}:/usr/bin:/bin") as process:
        process.communicate(timeout=30)
    assert process.returncode == 7
    options = (tmp_path / "options").read_text().split()
    assert options[-2:] == ["--lang=de", f"{lab.daemon.url}/"]
    assert not list(lab.profiles.iterdir())


def test_a_profile_of_one_that_was_killed_is_removed_by_the_next(lab: Lab) -> None:
    chromium()
    with opened(lab, "chromium", lab.page) as process:
        lab.reports.get(timeout=60)
        (profile,) = lab.profiles.iterdir()
        process.kill()
        process.wait()
    for _ in range(100):
        if not processes_with(str(profile)):
            break
        for pid in [int(file.parent.name) for file in Path("/proc").glob("[0-9]*/cmdline") if _has(file, profile)]:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    with opened(lab, "chromium", lab.page) as process:
        lab.reports.get(timeout=60)
        assert not profile.exists()
        assert ended(process)[0] == 0
    assert not list(lab.profiles.iterdir())


def _has(file: Path, profile: Path) -> bool:
    try:
        return str(profile).encode() in file.read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("listens", [False, True])
def test_without_a_devcors_nothing_is_opened(tmp_path: Path, listens: bool) -> None:
    port = free_port()

    def browser() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "devcors", "browser", "--headless", "--port", str(port)],
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    if listens:
        with serve(lambda _: Reply(404), port=port):
            done = browser()
        assert f"what listens at localhost:{port} is not devcors" in done.stderr
    else:
        done = browser()
        assert f"no devcors listens at localhost:{port}" in done.stderr
    assert done.returncode == 1
    assert "--port" in done.stderr.splitlines()[1]


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_a_front_door_with_tls_is_trusted(lab: Lab, tmp_path: Path, name: str) -> None:
    (chromium if name == "chromium" else firefox)()
    port = free_port()
    config = f'frontend = "{lab.page}"\n[server]\nlisten = "localhost:{port}"\nhttps = true\n'
    with running(tmp_path, config, any_port=False) as daemon:
        there = replace(lab, daemon=daemon, folder=tmp_path)
        with opened(there, name) as process:
            lab.reports.get(timeout=60)
            assert ended(process)[0] == 0
        daemon.record(lambda record: record["url"] == f"https://localhost:{port}/report")


def test_a_second_signal_does_not_wait(lab: Lab, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(f"#!/bin/sh\ntrap '' TERM\ntouch {tmp_path}/started\nwhile :; do sleep 0.1; done\n")
    browser.chmod(0o755)
    with opened(lab, path=f"{tmp_path}:/usr/bin:/bin") as process:
        deadline = time.monotonic() + 20
        while not (tmp_path / "started").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None  # it waits for the browser, which takes its time
        assert ended(process)[0] == 130
    assert not processes_with(str(browser))
    assert not list(lab.profiles.iterdir())
