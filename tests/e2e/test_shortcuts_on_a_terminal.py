"""`devcors up` on a real terminal: its keys work, and beside a command that reads every key itself they eat none."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.daemon import environment
from tests.support.servers import Reply, serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither ptys of this kind nor the keys")

EVERY_KEY = (
    "stty raw -echo; echo child ready; while key=$(dd bs=1 count=1 2>/dev/null | od -An -tx1); do echo key$key; done"
)


class Screen:
    """A terminal with a devcors on it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.fd, theirs = pty.openpty()
        self.modes = termios.tcgetattr(self.fd)
        self.seen = ""
        line = [sys.executable, "-m", "devcors", "up", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(theirs), *line],
            cwd=folder,
            env={**environment(folder / "home"), "TERM": "xterm", "BROWSER": ""},
            start_new_session=True,
        )
        self._theirs = theirs  # held, so that the modes can be looked at when devcors has ended

    def types(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def sees(self, wanted: str) -> None:
        """Waits for it; what was seen up to then is behind us."""
        deadline = time.monotonic() + 15
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            assert select.select([self.fd], [], [], max(left, 0))[0], f"{wanted!r} not in {self.seen!r}"
            self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
        self.last, _, self.seen = self.seen.partition(wanted)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        os.close(self.fd)
        os.close(self._theirs)


@contextmanager
def screen(folder: Path, *arguments: str) -> Iterator[Screen]:
    shown = Screen(folder, *arguments)
    try:
        yield shown
    finally:
        shown.close()


def fetch(port: int, path: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Origin": "https://app.other"})
    opener.open(asked, timeout=10).close()


def test_keys_without_a_command(tmp_path: Path) -> None:
    config = tmp_path / "devcors.toml"
    headers = [("Access-Control-Allow-Origin", "*")]
    with serve(lambda request: Reply(headers=headers if "open" in request.target else [])) as server:
        config.write_text(f'[routes]\n"/" = "http://localhost:{server.port}"\n')
        with screen(tmp_path) as shown:
            shown.sees("Local:")
            shown.sees("http://localhost:")
            shown.sees("/")
            port = int(shown.last)
            shown.sees("press h for help")
            shown.types(b"h")
            shown.sees("q  quit")
            shown.types(b"p")
            shown.sees("paused")
            fetch(port, "/open/unseen")
            time.sleep(0.1)
            shown.types(b"p")
            shown.sees("going on; 1 came meanwhile")
            assert "unseen" not in shown.last
            shown.types(b"b")
            shown.sees("only what a browser blocks")
            fetch(port, "/open/allowed")
            fetch(port, "/blocked")
            shown.sees("CORS blocked")
            assert "allowed" not in shown.last
            config.write_text(config.read_text() + "frontent = 1\n")
            shown.types(b"r")
            shown.sees("the last good config serves on")
            shown.types(b"\x1b[Aquit\r")  # an arrow is no A, nor is pasted text a key
            time.sleep(0.2)
            shown.types(b"q")
            assert shown.process.wait(10) == 0
            assert termios.tcgetattr(shown.fd) == shown.modes


def test_beside_a_command_nothing_is_eaten(tmp_path: Path) -> None:
    with screen(tmp_path, "--frontend", "http://localhost:9", "--", "sh", "-c", EVERY_KEY) as shown:
        shown.sees("press Ctrl-] and then h for help")
        shown.sees("child ready")
        for key in b"horcbpq":
            shown.types(bytes((key,)))
            shown.sees(f"key {key:02x}")
        shown.types(b"\x1d")
        shown.types(b"h")
        shown.sees("Ctrl-] q  quit")
        shown.types(b"\x1d\x1d")
        shown.sees("key 1d")
        assert "key 68" not in shown.last
        shown.types(b"\x1dq")
        assert shown.process.wait(10) == 0
        assert termios.tcgetattr(shown.fd) == shown.modes
