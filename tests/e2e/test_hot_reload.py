"""Edits of devcors.toml while it serves: nothing in flight is touched, and each is in effect at once."""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tornado.websocket import websocket_connect

from tests.support.daemon import Daemon, free_port, running
from tests.support.servers import Reply, serve
from tests.support.streams import hang_up, streaming

EDITS = 200
BROKEN_EVERY = 10
CONNECTIONS = 8


class Load:
    """Clients that go on until told to stop: looping requests, one event stream, one socket. Failures are kept."""

    def __init__(self, daemon: Daemon) -> None:
        self.failures: list[str] = []
        self.requests = self.events = self.echoes = 0
        self._url = daemon.url
        self._port = daemon.port
        self._stop = threading.Event()
        targets = [*[self._loop] * CONNECTIONS, self._listen, self._talk]
        self._threads = [threading.Thread(target=self._guarded, args=(target,), daemon=True) for target in targets]

    def _guarded(self, target: object) -> None:
        try:
            target()  # type: ignore[operator]  # one of the three below
        except Exception as error:
            self.failures.append(f"{target}: {error!r}")

    def _loop(self) -> None:
        with httpx.Client(base_url=self._url) as client:
            while not self._stop.is_set():
                answer = client.get("/load")
                if answer.status_code != 200 or answer.text not in ("one", "two"):
                    self.failures.append(f"{answer.status_code} {answer.text[:200]}")
                self.requests += 1

    def _listen(self) -> None:
        with httpx.stream("GET", f"{self._url}/s/events?count=0&every=0.02", timeout=5) as answer:
            for piece in answer.iter_raw():
                self.events += piece.count(b"data:")
                if self._stop.is_set():
                    return
        self.failures.append("the event stream ended")

    def _talk(self) -> None:
        async def talk() -> None:
            client = await websocket_connect(f"ws://localhost:{self._port}/s/echo")
            while not self._stop.is_set():
                await client.write_message(str(self.echoes))
                if await client.read_message() != str(self.echoes):
                    self.failures.append("the socket was dropped")
                    return
                self.echoes += 1
                await asyncio.sleep(0.01)
            hang_up(client)

        asyncio.run(talk())

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(10)


def _save(file: Path, text: str, number: int) -> None:
    """As editors do: in place, or by rename."""
    if number % 2:
        file.write_text(text)
    else:
        other = file.with_suffix(".toml~")
        other.write_text(text)
        os.replace(other, file)  # noqa: PTH105 - what editors call


@pytest.mark.timeout(180)
def test_two_hundred_edits_under_load(tmp_path: Path) -> None:
    with (
        serve(lambda _: Reply(body=b"one")) as one,
        serve(lambda _: Reply(body=b"two")) as two,
        streaming() as stream_port,
    ):
        servers = (one, two)

        def config(number: int) -> str:
            return f"""
                frontend = "{servers[number % 2].url}"
                [routes]
                "/s" = "http://localhost:{stream_port}"
                "/edit{number}" = "{one.url}"
            """

        with running(tmp_path, config(0)) as daemon:
            load, file, took = Load(daemon), tmp_path / "devcors.toml", []
            with load.running(), httpx.Client(base_url=daemon.url) as client:
                for number in range(1, EDITS + 1):
                    if number % BROKEN_EVERY == 0:
                        said = sum("broken =" in text for text in daemon.messages)
                        _save(file, config(number - 1) + "\nbroken = = 1\n", number)
                        _until(lambda said=said: sum("broken =" in text for text in daemon.messages) > said)
                        continue
                    began = time.monotonic()
                    _save(file, config(number), number)
                    wanted = ("one", "two")[number % 2]
                    _until(lambda wanted=wanted: client.get("/probe").text == wanted)
                    took.append(time.monotonic() - began)
            assert load.failures == []
            assert min(load.requests, load.events, load.echoes) > 100
            assert max(took) < 0.3
            assert statistics.median(took) < 0.15
            places = [text for text in daemon.messages if text.startswith("devcors.toml:7:")]
            assert len(places) == EDITS // BROKEN_EVERY
            assert any("~ frontend -> " in text for text in daemon.messages)


def _until(holds: object) -> None:
    deadline = time.monotonic() + 3
    while not holds():  # type: ignore[operator]  # a function without arguments
        assert time.monotonic() < deadline, "the edit is not in effect"
        time.sleep(0.002)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Daemon]:
    with (
        serve(lambda _: Reply(body=b"api")) as api,
        running(tmp_path, f'[routes]\n"/api" = "{api.url}"\n') as daemon,
    ):
        yield daemon


def test_a_deleted_file_changes_nothing_and_is_told(door: Daemon, tmp_path: Path) -> None:
    (tmp_path / "devcors.toml").unlink()
    door.message("the last good config serves on")
    assert httpx.get(f"{door.url}/api").text == "api"


def test_what_changed_is_printed(door: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "devcors.toml"
    file.write_text(file.read_text() + '"/new" = "http://localhost:9"\n[cors]\nmax_age = 60\n')
    door.message("+ /new -> http://localhost:9")
    door.message("~ [cors] max_age")


def test_a_request_in_flight_keeps_its_config(tmp_path: Path) -> None:
    with streaming() as port:
        text = (
            f'[routes]\n"/s" = {{ target = "http://localhost:{port}", headers = {{ response = {{ X-Old = "1" }} }} }}\n'
        )
        with running(tmp_path, text) as daemon:
            answers: list[httpx.Response] = []
            slow = threading.Thread(target=lambda: answers.append(httpx.get(f"{daemon.url}/s/slow?seconds=1")))
            slow.start()
            time.sleep(0.3)
            (tmp_path / "devcors.toml").write_text('[routes]\n"/other" = "http://localhost:9"\n')
            daemon.message("- /s")
            slow.join()
            assert (answers[0].status_code, answers[0].headers["x-old"]) == (200, "1")
            assert httpx.get(f"{daemon.url}/s/slow?seconds=0").status_code == 404


def test_a_changed_listen_opens_the_new_port_and_drops_nothing(tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    with streaming() as port:
        text = f'frontend = "http://localhost:{port}"\n[server]\nlisten = "localhost:%d"\n'
        with running(tmp_path, text % first, any_port=False) as daemon:
            assert daemon.port == first
            with httpx.stream("GET", f"{daemon.url}/events?count=0&every=0.05") as answer:
                pieces = answer.iter_raw()
                next(pieces)
                (tmp_path / "devcors.toml").write_text(text % second)
                daemon.message(f"~ listen localhost:{second}")
                next(pieces)
            assert httpx.get(f"http://localhost:{second}/slow?seconds=0").status_code == 200
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"http://localhost:{first}/slow?seconds=0")
