"""`up -d`, `status`, `logs`, `down`, `reload`: a devcors that is left running, and what can be asked of it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.daemon import answering, overview
from devcors.daemon.stopping import stop
from tests.support.background import Home, home, is_running, running_in, wait_until
from tests.support.daemon import environment, running
from tests.support.servers import Reply, serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks into /proc and opens ptys")

CONFIG = 'frontend = "http://localhost:{port}"\n[routes]\n"/api" = "http://localhost:{port}"\n"/dead" = "http://localhost:9"\n'


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Home]:
    with home(tmp_path / "home", monkeypatch, capsys) as made:
        yield made


@pytest.fixture
def backend() -> Iterator[int]:
    with serve(lambda _: Reply()) as server:
        yield server.port


def project(folder: Path, port: int, more: str = "") -> Path:
    folder.mkdir()
    (folder / "devcors.toml").write_text(CONFIG.format(port=port) + more)
    return folder


def fetch(port: int, path: str, **fields: str) -> int:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=fields)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=10) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_life_in_the_background(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    pid = at.up(web)
    told = at.only(web)
    assert (told["pid"], told["answers"], told["problem"]) == (pid, True, None)
    assert told["config"] == str(web / "devcors.toml")
    assert told["memory_bytes"] > 10_000_000
    assert told["log"] == {"path": told["log"]["path"], "lost": 0, "trouble": None}
    assert os.getsid(pid) == pid, "it leads a session of its own"
    # who reads what `up -d` prints does not wait for the daemon's end
    leads = {str(Path(f"/proc/{pid}/fd/{descriptor}").readlink()) for descriptor in (0, 1, 2)}
    assert leads == {"/dev/null", told["log"]["path"]}
    port = told["port"]
    assert fetch(port, "/api/one?token=secret", Origin="https://app.other") == 200
    assert fetch(port, "/dead") == 502
    wait_until(lambda: '"id": 2' in Path(told["log"]["path"]).read_text())

    routes = {route["name"]: route for route in at.only(web)["routes"]}
    assert (routes["/api"]["requests"], routes["/api"]["blocked"], routes["/dead"]["errors"]) == (1, 1, 1)
    assert (routes["/api"]["health"]["state"], routes["/dead"]["health"]["state"]) == ("up", "down")
    shown = at.devcors("status", cwd=tmp_path).out
    assert f"{told['dashboard']}\n" in shown
    assert re.search(r"/dead +http://localhost:9 +1 +1 +0 +down", shown)

    records = [json.loads(line) for line in at.devcors("logs", "--json", cwd=web).out.splitlines()]
    # in the order in which they ended, and that of one may be noticed when its client has begun the next
    by_id = {record["id"]: record["url"].rpartition("/")[2] for record in records}
    assert by_id == {1: "one?token=[redacted]", 2: "dead"}
    lines = at.devcors("logs", cwd=web).out
    assert "Local: http://localhost" in lines
    assert "CORS blocked: MissingAllowOriginHeader" in lines
    assert "secret" not in lines
    blocked = at.devcors("logs", "--blocked", cwd=web).out
    assert "/api/one" in blocked
    assert "/dead" not in blocked
    assert "Local:" not in blocked
    last = at.devcors("logs", "-n", "1", "--since", "5m", "--route", "/dead", cwd=tmp_path, code=0).out
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET     /dead → localhost:9 502 .*\n", last)
    assert at.devcors("logs", "--since", "soon", cwd=web, code=2).err.startswith("error: 'soon' is no time")

    refused = at.devcors("up", "-d", cwd=web, code=1).err
    assert f"a devcors runs already for {web / 'devcors.toml'}: port {port}, pid {pid}" in refused
    assert "hint: look at it with devcors status, or end it with devcors down" in refused
    assert at.only(web)["pid"] == pid

    assert at.devcors("down", cwd=web).err == f"{web / 'devcors.toml'} (pid {pid}): stopped\n"
    assert not is_running(pid)
    assert at.status(web) == {"running": [], "gone": []}
    assert "no devcors runs" in at.devcors("status", cwd=web).err
    assert "no devcors runs" in at.devcors("down", cwd=web, code=1).err
    ended = at.devcors("logs", cwd=web)
    assert "it does not run now; this is its log" in ended.out
    assert "/dead" in ended.out
    log = Path(told["log"]["path"])
    assert [stat.S_IMODE(path.stat().st_mode) for path in (log, log.parent)] == [0o600, 0o700]


def test_reload_tells_the_changes_or_the_fault_at_its_line(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    for name in ("json", "devcors", "mitmproxy"):  # nothing of the project is run by being there
        (web / f"{name}.py").write_text(f"open({str(web / 'ran')!r}, 'w')")
    at.up(web)
    assert not (web / "ran").exists()
    assert at.devcors("reload", cwd=web).err == "reloaded: nothing has changed\n"
    config = web / "devcors.toml"
    config.write_text(config.read_text() + "frontent = 1\n")
    refused = at.devcors("reload", cwd=tmp_path, code=2).err  # the only one
    assert re.match(r"(?s).*devcors\.toml:5:1: .*frontent.*\^.*hint: .*the last good config serves on\n$", refused)


def test_two_projects_survive_the_end_of_their_terminal_and_go_with_all(at: Home, tmp_path: Path, backend: int) -> None:
    """The shell leads the terminal's session; when the terminal is closed, the kernel hangs up on all of it."""
    folders = [project(tmp_path / name, backend) for name in ("one", "two")]
    ours, theirs = pty.openpty()
    command = " ".join(f"(cd {folder}; {sys.executable} -m devcors up -d --port 0) &" for folder in folders)
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f'exec <>"$0" >&0 2>&0; {command} wait; echo all up; sleep 60', os.ttyname(theirs)],
        env=environment(at.folder),
        start_new_session=True,
    )
    seen = b""
    while b"all up\r\n" not in seen:
        seen += os.read(ours, 65536)
    os.close(theirs)  # not before the shell has opened it: a terminal that nobody has open is at its end
    os.close(ours)
    assert shell.wait(10) == -signal.SIGHUP
    found = at.status(tmp_path)["running"]
    assert sorted(each["folder"] for each in found) == sorted(map(str, folders))
    assert [each["answers"] for each in found] == [True, True]
    assert len({each["port"] for each in found}) == 2
    refused = at.devcors("down", cwd=tmp_path, code=1).err
    assert "no devcors runs for" in refused
    assert str(folders[0]) in refused
    assert "stopped" in at.devcors("down", "one", cwd=tmp_path).err
    assert at.only(tmp_path)["folder"] == str(folders[1])
    at.up(folders[0])
    assert at.devcors("down", "--all", cwd=tmp_path).err.count("stopped") == 2
    assert not any(is_running(each["pid"]) for each in found)
    assert list((at.state / "running").iterdir()) == []


def test_the_command_comes_along_and_its_failure_is_not_missed(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    failed = at.devcors("up", "-d", "--port", "0", "--", "sh", "-c", "echo no such script; exit 3", cwd=web, code=1)
    assert "no such script" in failed.err
    assert "error: devcors ended with status 3 before it served" in failed.err
    missing = at.devcors("up", "-d", "--port", "0", "--", "nosuchprogram", cwd=web, code=1).err
    assert "error: command not found: nosuchprogram\nhint: is nosuchprogram installed" in missing
    assert at.status(web) == {"running": [], "gone": []}

    listens = (
        "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print('child up', flush=True); time.sleep(60)"
    )
    pid = at.up(web, "--", sys.executable, "-c", listens)
    children = Path(f"/proc/{pid}/task/{pid}/children")
    wait_until(lambda: "child up" in at.devcors("logs", cwd=web).out)
    child = next(int(each) for each in children.read_text().split() if os.getsid(int(each)) == int(each))
    at.devcors("down", cwd=web)
    assert not is_running(child)
    assert not is_running(pid)


def test_following_a_log_until_its_devcors_ends(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    at.up(web)
    port = at.only(web)["port"]
    fetch(port, "/api/before")
    follower = subprocess.Popen(
        [sys.executable, "-m", "devcors", "logs", "-f", "--json"],
        cwd=web,
        env=environment(at.folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert follower.stdout
    assert json.loads(follower.stdout.readline())["url"].endswith("/api/before")
    fetch(port, "/api/live")
    assert json.loads(follower.stdout.readline())["url"].endswith("/api/live")
    at.devcors("down", cwd=web)
    assert follower.wait(10) == 0
    follower.stdout.close()


def test_logs_of_one_in_the_foreground_come_from_itself(at: Home, tmp_path: Path, backend: int) -> None:
    config = CONFIG.format(port=backend)
    with running(tmp_path, config) as daemon:
        for path in ("/api/one", "/dead"):
            fetch(daemon.port, path, Origin="https://app.other")
        daemon.record(lambda record: record["id"] == 2)
        shown = at.devcors("logs", cwd=tmp_path).out
        assert re.search(r"GET     /api/one .*CORS blocked: MissingAllowOriginHeader\n +✗ Access to fetch", shown)
        assert [json.loads(line)["id"] for line in at.devcors("logs", "--json", cwd=tmp_path).out.splitlines()] == [
            1,
            2,
        ]
        assert [
            json.loads(line)["id"] for line in at.devcors("logs", "--json", "-n1", cwd=tmp_path).out.splitlines()
        ] == [2]
        refused = at.devcors("up", "-d", cwd=tmp_path, code=1).err
        assert f"a devcors runs already for {tmp_path / 'devcors.toml'}" in refused
        assert at.only(tmp_path)["log"] is None


def test_without_an_admin_port_less_is_told_and_all_of_it_is_true(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend, "[server]\nadmin = false\n")
    pid = at.up(web)
    told = at.only(web)
    assert (told["answers"], told["admin"], told["dashboard"], told["routes"]) == (False, None, None, None)
    assert told["problem"] == "it has no admin port (admin = false), so it tells no more; its front door answers"
    assert told["memory_bytes"] > 10_000_000
    fetch(told["port"], "/api/seen")
    wait_until(lambda: "/api/seen" in at.devcors("logs", cwd=web).out)
    refused = at.devcors("reload", cwd=web, code=1).err
    assert "has no admin port" in refused
    assert "hint: take `admin = false` out of [server]" in refused
    at.devcors("down", cwd=web)
    assert not is_running(pid)


def test_one_that_hangs_is_told_and_ended_by_force(
    at: Home, tmp_path: Path, backend: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "ANSWER", 0.3)
    monkeypatch.setattr(answering, "ANSWER", 0.3)
    web = project(tmp_path / "web", backend)
    pid = at.up(web)
    os.kill(pid, signal.SIGSTOP)
    told = at.only(web)
    assert told["answers"] is False
    assert f"(pid {pid}) does not answer at its admin port within" in told["problem"]
    assert stop(running_in(at, pid), grace=0.5) == "killed"
    assert not is_running(pid)
    assert at.status(web) == {"running": [], "gone": []}


def test_kill_9_is_told_once_and_nothing_is_left(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    pid = at.up(web)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    gone = at.devcors("status", cwd=tmp_path).err
    assert f"gone: the devcors for {web / 'devcors.toml'} (pid {pid}) was killed, or the machine was stopped" in gone
    assert "no devcors runs" in gone
    assert at.status(web) == {"running": [], "gone": []}

    pid = at.up(web)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    again = at.devcors("up", "-d", "--port", "0", cwd=web)
    assert f"the devcors that ran here before (pid {pid}) was killed" in again.err
    pid = at.only(web)["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    assert f"(pid {pid}) was killed" in at.devcors("down", cwd=web).err
    assert list((at.state / "running").iterdir()) == []


def test_a_pid_that_another_process_has_got_is_left_alone(at: Home, tmp_path: Path, backend: int) -> None:
    """After a reboot: the state file is there, and its pid is somebody's."""
    web = project(tmp_path / "web", backend)
    at.up(web)
    (file,) = (at.state / "running").iterdir()
    left = json.loads(file.read_text())
    at.devcors("down", cwd=web)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        left["process"][0] = stranger.pid
        reused = file.with_name(f"{stranger.pid}.json")
        reused.write_text(json.dumps(left))
        told = at.status(web)
        assert (told["running"], [each["pid"] for each in told["gone"]]) == ([], [stranger.pid])
        assert not reused.exists()
        for words in (["down"], ["down", "--all"]):
            reused.write_text(json.dumps(left))
            assert f"(pid {stranger.pid}) was killed" in at.devcors(*words, cwd=web).err
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_state_folder_that_cannot_be_written_keeps_it_from_starting(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    at.state.write_text("a file is in the way")  # for root too, whom no mode keeps out
    refused = at.devcors("up", "-d", "--port", "0", cwd=web, code=1).err
    assert f"error: {at.state}: cannot make this folder: " in refused
    assert "hint: set DEVCORS_HOME to a folder of your own that can be written" in refused
    assert "no devcors runs" in at.devcors("status", cwd=web).err
    assert "no devcors runs" in at.devcors("down", cwd=web, code=1).err
    config = CONFIG.format(port=backend)
    with running(tmp_path, config) as daemon:  # in the foreground it serves all the same, and says so
        assert "other devcors commands cannot find this one" in daemon.message("cannot find")
        assert fetch(daemon.port, "/api") == 200
        at.state.unlink()
        wait_until(lambda: bool(at.status(tmp_path)["running"]))


def test_the_folders_are_removed_meanwhile(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    pid = at.up(web)
    told = at.only(web)
    log = Path(told["log"]["path"])
    log.unlink()
    log.parent.rmdir()
    assert "log: the file was removed; the next line makes it anew" in at.devcors("status", cwd=web).out
    assert "its log is not there; this is what it keeps itself" in at.devcors("logs", cwd=web).out
    fetch(told["port"], "/api/after")
    wait_until(log.exists)
    assert "/api/after" in at.devcors("logs", cwd=web).out
    (file,) = (at.state / "running").iterdir()
    file.unlink()
    file.parent.rmdir()
    wait_until(file.exists)
    assert at.only(web)["pid"] == pid
    at.devcors("down", cwd=web)
    assert not is_running(pid)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a disk that is full soon")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("this root may not mount (a container without CAP_SYS_ADMIN)")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


def test_a_full_disk(
    small_disk: Path,
    tmp_path: Path,
    backend: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    web = project(tmp_path / "web", backend)
    with home(small_disk / "home", monkeypatch, capsys) as at:
        pid = at.up(web)
        port = at.only(web)["port"]
        ballast = fill(small_disk)
        for _ in range(3):
            assert fetch(port, "/api/lost/" + "y" * 5000) == 200  # more than what is left of the log's last block
        wait_until(lambda: at.only(web)["log"]["lost"] == 3)
        assert at.only(web)["log"]["trouble"] == "No space left on device"
        assert "log: No space left on device: 3 lines are lost so far" in at.devcors("status", cwd=web).out
        assert "/api/lost" not in at.devcors("logs", cwd=web).out
        at.devcors("down", cwd=web)
        assert not is_running(pid)

        fill(small_disk)  # the state file's block too
        refused = at.devcors("up", "-d", "--port", "0", cwd=web, code=1).err
        assert "No space left on device" in refused
        assert at.status(web) == {"running": [], "gone": []}
        ballast.unlink()
        at.up(web)
        assert at.only(web)["answers"] is True


def test_two_that_are_started_at_once_are_one(at: Home, tmp_path: Path, backend: int) -> None:
    web = project(tmp_path / "web", backend)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "devcors", "up", "-d", "--port", "0"],
            cwd=web,
            env=environment(at.folder),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=60)[1] for each in started]
    assert sorted(each.returncode for each in started) == [0, 1], said
    assert "runs already" in said[[each.returncode for each in started].index(1)]
    assert at.only(web)["answers"] is True
