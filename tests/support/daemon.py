"""A real devcors in a process of its own, with the command that a user gives."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, TypeVar

from devcors.proxy.authority import CertificateAuthority

from .forking import Forked, forked

ROOT = Path(__file__).parents[2]
_LOCAL = re.compile(r"Local:\s+(https?)://[^:]+:(\d+)/")

Record = dict[str, Any]
T = TypeVar("T")


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a devcors that leaves nothing outside of `home`."""
    # without a session bus there is no desktop either, whose proxy would be gone through
    session = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP")
    kept = {
        name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy") and name not in session
    }
    return {
        **kept,
        "DEVCORS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        **(extra or {}),
    }


class Daemon:
    """`devcors up --json` in a folder; its records and messages are collected."""

    def __init__(self, process: subprocess.Popen[str] | Forked) -> None:
        self.process = process
        self.scheme, self.port = "http", 0
        self.records: list[Record] = []
        self.messages: list[str] = []
        self._news: queue.Queue[None] = queue.Queue()
        self._ready = threading.Event()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, on_line), daemon=True)
            for stream, on_line in ((process.stdout, self._on_record), (process.stderr, self._on_message))
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()

    @property
    def url(self) -> str:
        """The front door's origin."""
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def admin_port(self) -> int:
        """Where it serves proxy.pac; it says so if it has hosts to intercept."""
        found = re.search(r":(\d+)/proxy\.pac", self.message("/proxy.pac"))
        assert found
        return int(found[1])

    def _read(self, stream: IO[str], on_line: Callable[[str], None]) -> None:
        for text in stream:
            on_line(text.rstrip("\n"))
            self._news.put(None)
        stream.close()
        self._ready.set()

    def _on_record(self, text: str) -> None:
        self.records.append(json.loads(text))

    def _on_message(self, text: str) -> None:
        self.messages.append(text)
        # the dev server, whose output comes here too, says "Local:" as well, but later
        if not self.port and (found := _LOCAL.search(text)):
            self.scheme, self.port = found[1], int(found[2])
            self._ready.set()

    def wait_ready(self) -> None:
        """Until it listens."""
        assert self._ready.wait(20), f"not ready: {self.messages}"
        assert self.port, f"did not start: {self.messages}"

    def record(self, wanted: Callable[[Record], bool], timeout: float = 5.0) -> Record:
        """The first record that is wanted, waiting for it."""
        return self._first(lambda: self.records, wanted, timeout)

    def message(self, part: str, timeout: float = 5.0) -> str:
        """The first message that holds `part`, waiting for it."""
        return self._first(lambda: self.messages, lambda text: part in text, timeout)

    def _first(self, among: Callable[[], list[T]], wanted: Callable[[T], bool], timeout: float) -> T:
        deadline = time.monotonic() + timeout
        while True:
            for candidate in tuple(among()):
                if wanted(candidate):
                    return candidate
            left = deadline - time.monotonic()
            assert left > 0, f"did not come; there is: {among()}"
            try:
                self._news.get(timeout=min(left, 0.1))
            except queue.Empty:
                continue

    def memory(self) -> int:
        """Resident memory in bytes (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def stop(self, number: int = signal.SIGINT, timeout: float = 15.0) -> int:
        """Ends it by a signal; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        for reader in self._readers:
            reader.join(5)
        return status


def made_authority(folder: Path) -> Path:
    """The CA of a devcors that will run in `folder`, made before it starts; the path of its certificate."""
    return CertificateAuthority.load_or_create(folder / "home" / "data" / "ca").path


@contextmanager
def running(
    folder: Path,
    config: str | None = None,
    *,
    arguments: Sequence[str] = (),
    command: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    any_port: bool = True,
    status: int = 0,
    subcommand: str = "up",
    records: Path | None = None,
) -> Iterator[Daemon]:
    """A running daemon in `folder`, whose devcors.toml is `config`; ended, and seen to end with `status`.

    With `records` its records go to that file, and cost this process nothing.
    """
    if config is not None:
        (folder / "devcors.toml").write_text(config)
    port = ["--port", "0"] if any_port else []
    words = [subcommand, "--json", *port, *arguments, *(["--", *command] if command else [])]
    with records.open("wb") if records else nullcontext() as stdout:
        process = forked(words, folder, environment(folder / "home", environ), stdout.fileno() if stdout else None)
    daemon = Daemon(process)
    try:
        daemon.wait_ready()
        yield daemon
    finally:
        ended = daemon.stop()
    assert ended == status, f"ended with {ended}: {daemon.messages}"
    assert not [text for text in daemon.messages if "Traceback" in text], daemon.messages
