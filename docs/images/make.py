"""Makes the pictures of the README anew, from real runs: the page of `devcors demo`, and `devcors up` in a terminal.

    python docs/images/make.py        in an environment with devcors[test], a Chromium and Node.js

Before it, once: `npm ci` in examples/vite-react, or in a copy of it that EXAMPLE names. The ports 2677, 5173, 8000 and
8001 must be free. CHROMIUM names the browser where it is not /usr/bin/chromium. Programs run on a terminal of their
own, so that they print in colour; what moves the cursor or clears the screen is taken out of their output, and nothing
else.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOOR = "http://localhost:2677"
EXAMPLE = Path(os.environ.get("EXAMPLE", ROOT / "examples" / "vite-react"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH = 1200

API = '"/api" = "http://localhost:8000"'
WRONG, RIGHT = (API.replace("= ", "= { target = ") + f', cors = "{mode}" }}' for mode in ("injcet", "inject"))
POLICY = '\n[cors]\norigins = ["https://app.example.com"]\n'

# ECMA-48: every control sequence but SGR, which is colour
_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)


class Terminal:
    """A program on a pseudo terminal, and all that it printed."""

    def __init__(self, command: list[str], folder: Path, environ: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.text = ""
        self._process = subprocess.Popen(  # noqa: S603 - commands of this file
            command, cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):  # Linux: EIO when the last writer has gone
            while data := os.read(self._ours, 65536):
                self.text += data.decode("utf-8", "replace")

    def wait_for(self, words: str, seconds: float = 20) -> None:
        """Until `words` were printed."""
        deadline = time.monotonic() + seconds
        while words not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text):
            if time.monotonic() > deadline:
                raise SystemExit(f"{words!r} was not printed:\n{self.text}")
            time.sleep(0.05)

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(10)


@contextmanager
def running(command: list[str], folder: Path, home: Path) -> Iterator[Terminal]:
    """A program that leaves its traces in `home`."""
    environ = {
        **{name: text for name, text in os.environ.items() if name not in ("NO_COLOR", "CI")},
        "DEVCORS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLUMNS": "120",
        "npm_config_loglevel": "error",
    }
    terminal = Terminal(command, folder, environ)
    try:
        yield terminal
    finally:
        terminal.stop()


def devcors(*arguments: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "devcors", *arguments]


def ask(path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> None:
    """One request to the front door; refusals are answers too."""
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    request = urllib.request.Request(f"{DOOR}{path}", body and body.encode(), fields, method=method)  # noqa: S310
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request).read()  # noqa: S310 - a constant scheme
    time.sleep(0.1)


def open_and_close_socket() -> None:
    """A WebSocket handshake with the chat (RFC 6455, section 4.1), then a close frame."""
    with socket.create_connection(("localhost", 2677)) as sock:
        sock.sendall(
            b"GET /chat HTTP/1.1\r\nHost: localhost:2677\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Origin: http://localhost:2677\r\n\r\n"
        )
        sock.recv(4096)
        sock.sendall(b"\x88\x82\0\0\0\0\x03\xe8")  # masked, status 1000
        sock.recv(4096)
    time.sleep(0.2)


def picture_of_up(home: Path) -> None:
    """up.svg: the Vite example, some requests, an edit of devcors.toml that is wrong and one that is right."""
    source = EXAMPLE.absolute()
    app = home / "app"
    shutil.copytree(source, app, ignore=shutil.ignore_patterns("node_modules"))
    (app / "node_modules").symlink_to(source / "node_modules")
    config = app / "devcors.toml"
    right = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", config.read_text()) + POLICY
    config.write_text(right)
    with (
        running([sys.executable, "backends/api.py"], app, home) as api,
        running(["node", "backends/chat.mjs"], app, home) as chat,
        running(devcors("up", "--", "npm", "run", "dev"), app, home) as up,
    ):
        api.wait_for("8000")
        chat.wait_for("8001")
        up.wait_for("Local:   http://localhost:5173/")
        time.sleep(1)
        ask("/", Accept="text/html")
        ask("/src/main.jsx")
        ask("/api/login", method="POST", body='{"name": "Ann"}', Content_Type="application/json")
        ask("/api/items", method="POST", body='{"name": "jam"}', Content_Type="application/json")
        open_and_close_socket()
        ask("/api/items", Origin="https://app.example.com")
        config.write_text(right.replace(API, WRONG))
        up.wait_for("serves on")
        config.write_text(right.replace(API, RIGHT))
        up.wait_for("/api cors")
        ask("/api/items", Origin="https://app.example.com")
        time.sleep(0.3)
        printed = up.text
    write_svg("$ devcors up -- npm run dev\n" + printed)


def write_svg(printed: str) -> None:
    """The terminal's text as a picture, without the web fonts that rich would have it load."""
    text = _MOVES.sub("", printed).replace("\r", "")
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    console = Console(record=True, width=120, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text))
    picture = _FONT_FACE.sub("\n", console.export_svg(title="devcors up -- npm run dev", unique_id="up"))
    (HERE / "up.svg").write_text("".join(f"{line.rstrip()}\n" for line in picture.splitlines() if line.strip()))


def picture_of_demo(home: Path) -> None:
    """demo.png and faults.png: the page after "Try everything"."""
    with running(devcors("demo", "--port", "2677"), home, home) as demo, sync_playwright() as playwright:
        demo.wait_for("Local:")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(DOOR)
        page.get_by_test_id("run-all").click()
        page.get_by_test_id("result-slow").get_by_text("2").first.wait_for()
        page.wait_for_timeout(3000)
        page.screenshot(path=HERE / "demo.png", full_page=True, clip=_above(page, "run-down"))
        page.get_by_test_id("run-faults").locator("xpath=ancestor::section").screenshot(path=HERE / "faults.png")
        browser.close()


def _above(page: Page, test_id: str) -> FloatRect:
    """What lies above the card that this element is in."""
    card = page.get_by_test_id(test_id).locator("xpath=ancestor::section").bounding_box()
    assert card is not None
    return {"x": 0, "y": 0, "width": WIDTH, "height": card["y"] - 8}


def main() -> None:
    """All pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        picture_of_up(home)
        picture_of_demo(home)


if __name__ == "__main__":
    main()
