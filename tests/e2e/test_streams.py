"""Streams through the real daemon: each piece on at once, memory bounded, upgrades verbatim."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.support.daemon import Daemon, running
from tests.support.lanes import LANES, Lane, lane_config
from tests.support.streams import hang_up, streaming

MEGABYTE = 1 << 20


@pytest.fixture(scope="module", params=LANES)
def lane(request: pytest.FixtureRequest) -> Lane:
    """What holds here holds in both lanes. What does not: docs/architecture.md, "Where the lanes differ"."""
    return cast("Lane", request.param)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, lane: Lane) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("streams")
    with streaming() as port:
        config = f"""
            {lane_config(folder, lane)}
            frontend = "http://localhost:{port}"
            [routes]
            "/s" = "http://localhost:{port}"
            "/ws" = "ws://localhost:{port}"
            "/idle" = {{ target = "http://localhost:{port}", rewrite = "", timeout = {{ idle = "300ms" }} }}
        """
        with running(folder, config) as daemon:
            yield daemon


def test_events_arrive_as_they_are_sent(door: Daemon) -> None:
    with httpx.stream("GET", f"{door.url}/s/events?count=5&every=0.2") as answer:
        arrivals = [(time.monotonic(), piece) for piece in answer.iter_raw()]
    assert b"".join(piece for _, piece in arrivals) == b"".join(b"data: %d\n\n" % number for number in range(5))
    spread = arrivals[-1][0] - arrivals[0][0]
    assert 0.6 < spread < 2.0  # not all at the end


streamed = pytest.mark.parametrize("lane", ["gateway"], indirect=True, scope="module")
"""With `scripts`, bodies are held until they are whole: that is what stock mitmproxy's scripts expect of flows."""


def _spend(door: Daemon) -> int:
    """Memory after what a first exchange costs once."""
    httpx.get(f"{door.url}/s/download?bytes=1000000")
    return door.memory()


@streamed
@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunked", ["", "&chunked=1"])
def test_a_gigabyte_comes_down_in_little_memory(door: Daemon, chunked: str) -> None:
    before, size, most = _spend(door), 1024 * MEGABYTE, 0
    with httpx.stream("GET", f"{door.url}/s/download?bytes={size}{chunked}", timeout=60) as answer:
        received = 0
        for piece in answer.iter_raw(MEGABYTE):
            received += len(piece)
            if received % (64 * MEGABYTE) < MEGABYTE:
                most = max(most, door.memory())
    assert received == size
    assert most - before < 32 * MEGABYTE


@streamed
@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_gigabyte_goes_up_in_little_memory(door: Daemon, chunked: bool) -> None:
    before, count, most = _spend(door), 1024, 0
    piece, digest = b"\1" * MEGABYTE, hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        nonlocal most
        for number in range(count):
            digest.update(piece)
            if number % 64 == 0:
                most = max(most, door.memory())
            yield piece

    fields = {} if chunked else {"Content-Length": str(count * MEGABYTE)}
    answer = httpx.post(f"{door.url}/s/upload", content=pieces(), headers=fields, timeout=120)
    assert answer.json() == {"bytes": count * MEGABYTE, "sha256": digest.hexdigest()}
    assert most - before < 32 * MEGABYTE


@streamed
def test_a_reader_that_does_not_read_fills_no_memory(door: Daemon) -> None:
    before = _spend(door)
    with socket.create_connection(("127.0.0.1", door.port)) as sock:
        sock.sendall(b"GET /s/download?bytes=300000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(2)
        assert door.memory() - before < 32 * MEGABYTE


def test_a_client_that_leaves_ends_the_upstream_and_is_no_error(door: Daemon) -> None:
    with httpx.stream("GET", f"{door.url}/s/events?count=0&every=0.05&leaver") as answer:
        next(answer.iter_raw())
    record = door.record(lambda record: record["url"].endswith("leaver"))
    assert record["aborted"] == "client"
    assert record["error"] is None


def test_a_client_that_leaves_while_the_upstream_is_dialed_is_no_error(tmp_path: Path, lane: Lane) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        config = f'{lane_config(tmp_path, lane)}\n[routes]\n"/full" = "http://127.0.0.1:{port}"\n'
        with running(tmp_path, config) as daemon:
            with socket.create_connection(("127.0.0.1", daemon.port)) as sock:
                sock.sendall(b"GET /full HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.5)
            record = daemon.record(lambda record: record["url"].endswith("/full"))
        assert (record["aborted"], record["error"], record["status"]) == ("client", None, None)
        for filler in fillers:
            filler.close()


def _socket_exchange(
    door: Daemon, *messages: str | bytes, origin: str = ""
) -> tuple[list[str | bytes | None], int | None]:
    request = HTTPRequest(
        f"ws://localhost:{door.port}/ws/echo", headers={"Origin": origin or f"http://localhost:{door.port}"}
    )

    async def run() -> tuple[list[str | bytes | None], int | None]:
        client = await websocket_connect(request)
        answers = []
        for message in messages:
            await client.write_message(message, binary=isinstance(message, bytes))
            answers.append(await client.read_message())
        code = client.close_code
        hang_up(client)
        return answers, code

    return asyncio.run(run())


def test_websocket_messages_pass(door: Daemon, lane: Lane) -> None:
    big = b"x" * 300_000
    answers, _ = _socket_exchange(door, "hello", b"\0\1\2", big)
    assert answers == ["hello", b"\0\1\2", big]
    record = door.record(lambda record: record["kind"] == "websocket")
    assert (record["status"], record["route"]) == (101, "/ws")
    # mitmproxy's own layer, which scripts need, hands messages over, not bytes
    assert record["response_bytes"] > 300_000 if lane == "gateway" else record["response_bytes"] == 0
    assert record["warnings"] == []  # our own page: the backend sees its own origin


def test_a_socket_that_lets_a_page_of_elsewhere_in_is_warned_of(door: Daemon) -> None:
    _socket_exchange(door, "hello", origin="https://evil.test")
    record = door.record(lambda record: record["origin"] == "https://evil.test")
    (warning,) = record["warnings"]
    assert "was opened to a page of https://evil.test" in warning
    assert record["cors"] is None


def test_a_close_code_stays_what_it_was(door: Daemon) -> None:
    answers, code = _socket_exchange(door, "close 4321")
    assert answers == [None]
    assert code == 4321


def test_an_abrupt_end_stays_abrupt(door: Daemon, lane: Lane) -> None:
    answers, code = _socket_exchange(door, "die")
    assert answers == [None]
    # no close frame came: 1006 in a browser; mitmproxy's layer for scripts makes a clean end of it
    assert code == (None if lane == "gateway" else 1000)


def test_a_refused_upgrade_is_the_backends_answer(door: Daemon) -> None:
    fields = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    answer = httpx.get(f"{door.url}/ws/nothing-here", headers=fields)
    assert answer.status_code == 404


def test_an_idle_timer_names_itself(door: Daemon) -> None:
    answer = httpx.get(f"{door.url}/idle/slow?seconds=3")
    assert answer.status_code == 504
    assert "timeout.idle = 0.3s" in answer.json()["error"]["message"]
    assert httpx.get(f"{door.url}/s/slow?seconds=1").text == "at last"


def test_devcors_ends_though_streams_are_open(tmp_path: Path, lane: Lane) -> None:
    with (
        streaming() as port,
        running(tmp_path, f'{lane_config(tmp_path, lane)}\nfrontend = "http://localhost:{port}"') as daemon,
        httpx.stream("GET", f"{daemon.url}/events?count=0") as answer,
    ):
        next(answer.iter_raw())
        began = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - began < 6
