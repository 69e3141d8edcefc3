"""Edits of devcors.toml while it serves: nothing in flight is touched, and each is in effect at once."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.support.daemon import Daemon, running
from tests.support.helpers import helper
from tests.support.ports import free_port
from tests.support.servers import Reply, serve
from tests.support.streams import streaming

EDITS = 200
BROKEN_EVERY = 10


def _save(file: Path, text: str, number: int) -> None:
    """As editors do: in place, or by rename."""
    if number % 2:
        file.write_text(text)
    else:
        other = file.with_suffix(".toml~")
        other.write_text(text)
        os.replace(other, file)  # noqa: PTH105 - what editors call


@pytest.mark.alone
@pytest.mark.timeout(180)
def test_two_hundred_edits_under_load(tmp_path: Path) -> None:
    # load and backends are processes of their own: this one does nothing but save and probe
    with helper("tests.support.backends") as backends:
        ports = backends.said()
        targets = [f"http://localhost:{ports[name]}" for name in ("two", "one")]

        def config(number: int) -> str:
            return f"""
                frontend = "{targets[number % 2]}"
                [routes]
                "/s" = "http://localhost:{ports["stream"]}"
                "/edit{number}" = "{targets[1]}"
            """

        with (
            _folder_in_memory(tmp_path) as folder,
            running(folder, config(0), records=Path(os.devnull)) as daemon,
            helper("tests.support.load", str(daemon.port)) as load,
        ):
            took = _edit(daemon, folder / "devcors.toml", config)
            counts = load.stop()
            print(
                f"min {min(took):.3f}, median {statistics.median(took):.3f}, max {max(took):.3f} s; {str(counts)[:300]}"
            )
            assert counts["failures"] == []
            assert counts["requests"] > 10 * EDITS
            assert min(counts["events"], counts["echoes"]) > 100
            assert max(took) < 0.3
            assert statistics.median(took) < 0.15
            places = [text for text in daemon.messages if text.startswith("devcors.toml:7:")]
            assert len(places) == EDITS // BROKEN_EVERY
            assert any("~ frontend -> " in text for text in daemon.messages)


@contextmanager
def _folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """Where there is one: a disk that others keep busy holds a save up for longer than the edits may take."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield otherwise
        return
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def _edit(daemon: Daemon, file: Path, config: Callable[[int], str]) -> list[float]:
    """Saves each config, and a broken one at times; returns how long each good one took to be in effect, in seconds."""
    took: list[float] = []
    with httpx.Client(base_url=daemon.url) as client:
        for number in range(1, EDITS + 1):
            good = len(took) + 1  # each good edit moves the front end, so that it shows
            if number % BROKEN_EVERY == 0:
                said = _told_broken(daemon)
                _save(file, config(good) + "\nbroken = = 1\n", number)
                _until(partial(_tells_more, daemon, said))
                continue
            began = time.monotonic()
            _save(file, config(good), number)
            wanted = ("two", "one")[good % 2]
            _until(partial(_answers, client, wanted))
            took.append(time.monotonic() - began)
    return took


def _answers(client: httpx.Client, wanted: str) -> bool:
    return client.get("/probe").text == wanted


def _tells_more(daemon: Daemon, than: int) -> bool:
    return _told_broken(daemon) > than


def _told_broken(daemon: Daemon) -> int:
    return sum("broken =" in text for text in daemon.messages)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not holds():
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
