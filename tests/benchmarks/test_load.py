from __future__ import annotations

import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.backends.answer import CROSS_TARGET, TARGET
from benchmarks.backends.running import Backends, backends
from benchmarks.load import requests
from benchmarks.load.bodies import down, up
from benchmarks.load.events import delays
from benchmarks.load.requests import load, read_wrk
from benchmarks.load.websockets import ask, messages, opened, round_trips
from benchmarks.processes import BenchError, resident, running, wait_answer
from tests.support.ports import free_port
from tests.support.raw import connect, read_response


@pytest.fixture(scope="module", params=["asyncio", "as found"])
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setattr(shutil, "which", lambda _name: None)
        with backends(tmp_path_factory.mktemp("behind")) as ports:
            yield ports


def test_the_backends_answer(behind: Backends) -> None:
    with connect(behind.api) as sock:
        for target, granted in ((TARGET, None), (CROSS_TARGET, "http://localhost:5173")) * 2:
            sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            status, fields, body = read_response(sock)
            assert (status, len(body)) == (200, 1024)
            assert fields.get("access-control-allow-origin") == granted


def test_an_answer_of_somebody_else_is_seen(behind: Backends) -> None:
    requests.check(behind.api)
    with pytest.raises(BenchError, match="another answer"):
        requests.check(behind.streams)


def test_requests_are_counted_and_timed(behind: Backends) -> None:
    got = load(behind.api, [TARGET, CROSS_TARGET], connections=4, seconds=1)
    assert got.requests > 10
    assert got.rate == pytest.approx(got.requests, rel=0.5)
    assert 0 < got.p50 <= got.p99


def test_a_refused_request_is_a_failure(behind: Backends) -> None:
    # the backend of the streams answers an upload without a length with 411; a GET of it is one
    with pytest.raises(BenchError):
        load(behind.streams, ["/stream/up"], connections=1, seconds=1)


def test_bodies_arrive_whole(behind: Backends) -> None:
    assert down(behind.streams, 3_000_001) > 0
    assert up(behind.streams, 3_000_001) > 0


def test_a_body_that_ends_early_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            sock, _ = server.accept()
            with sock:
                sock.recv(4096)
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(BenchError, match="5 bytes to come"):
            down(server.getsockname()[1], 10)
        thread.join()


def test_websockets_echo(behind: Backends) -> None:
    assert 0 < round_trips(behind.streams, seconds=0.2) < 1e6
    assert messages(behind.streams, seconds=0.2) > 64
    with opened(behind.streams) as first, opened(behind.streams) as second:
        for sock in (first, second, first):
            ask(sock)


def test_events_come_when_they_are_written(behind: Backends) -> None:
    half, nearly_all = delays(behind.streams, seconds=0.5)
    assert 0 < half <= nearly_all < 1e6


def test_what_wrk_printed_is_read() -> None:
    line = '{"requests": 300, "microseconds": 1500000, "p50": 40, "p99": 90, "refused": 0, "broken": 0}'
    assert read_wrk(f"Running 1s test\n{line}\n") == requests.Load(300, 200.0, 40.0, 90.0)
    for fault in ('"refused": 1', '"broken": 1', '"requests": 0'):
        name = fault.partition(":")[0]
        with pytest.raises(BenchError):
            read_wrk(re.sub(rf"{name}: \d+", fault, line))


def test_a_program_that_ends_at_once_says_why(tmp_path: Path) -> None:
    line = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    with running(line, tmp_path) as process, pytest.raises(BenchError, match="status 1: the port is taken"):
        wait_answer(process, free_port(), "/", tmp_path)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="memory is read from /proc, which only Linux has")
def test_memory_is_that_of_all_processes_of_the_session(tmp_path: Path) -> None:
    child = "x = bytearray(b'x') * 50_000_000; print('here', flush=True); import time; time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with running([sys.executable, "-c", parent], tmp_path) as process:
        deadline = time.monotonic() + 20
        while "here" not in (tmp_path / "log").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        memory = resident(process.pid)
        assert memory is not None
        assert 50 < memory < 150
    # what is killed is gone a little later
    deadline = time.monotonic() + 10
    while resident(process.pid) != 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
