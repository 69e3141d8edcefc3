"""The examples of my-request-is-blocked.md, made by running them: `python docs/generate_blocked.py` from the checkout.

Every console block whose first line is `$ devcors …` is run against the servers below, which listen on free ports while
the page speaks of 8080 (and 8081 where nobody listens); what is printed replaces the block. Durations become `1 ms`.
A test makes sure that the page is what this makes of it.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).parent / "my-request-is-blocked.md"
ORIGIN = "http://localhost:5173"
API, NOBODY = "localhost:8080", "localhost:8081"

_BLOCK = re.compile(r"^```console\n\$ (devcors [^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)
_DURATION = re.compile(r"\b\d+ ms\b")

_ALLOWED = {"Access-Control-Allow-Origin": ORIGIN, "Vary": "Origin"}
_GRANTED = {**_ALLOWED, "Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "Content-Type"}

# path: status and fields of OPTIONS and of every other method, for a request of ORIGIN
_ANSWERS: dict[str, tuple[tuple[int, dict[str, str]], tuple[int, dict[str, str]]]] = {
    "/items": ((405, {"Allow": "GET"}), (200, {})),
    "/me": ((204, {}), (200, {"Access-Control-Allow-Origin": "*"})),
    "/orders": ((401, {"WWW-Authenticate": "Bearer"}), (200, _ALLOWED)),
    "/orders/7": ((204, {**_ALLOWED, "Access-Control-Allow-Methods": "PUT"}), (200, _ALLOWED)),
    "/users": ((301, {"Location": "/users/"}), (301, {**_ALLOWED, "Location": "/users/"})),
    "/upload": ((204, _GRANTED), (200, _ALLOWED)),
    "/right": ((204, _GRANTED), (200, _ALLOWED)),
}


class _Api(BaseHTTPRequestHandler):
    """Wrong in every way that the page tells of, and right in one."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        preflight, other = _ANSWERS[self.path]
        status, fields = preflight if self.command == "OPTIONS" else other
        if self.headers.get("Origin") != ORIGIN:
            fields = {
                name: text for name, text in fields.items() if not name.startswith("Access-Control-") or text == "*"
            }
        self.send_response_only(status)
        for name, text in fields.items():
            self.send_header(name, text)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_OPTIONS = _answer  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Quiet."""


@contextmanager
def _ports() -> Iterator[dict[str, str]]:
    """The hosts that the page names, and where they are now."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        try:
            yield {API: f"localhost:{server.server_address[1]}", NOBODY: f"localhost:{unused.getsockname()[1]}"}
        finally:
            server.shutdown()
            server.server_close()


def _run(command: str, ports: dict[str, str]) -> str:
    """What the command prints, with the page's ports."""
    for shown, real in ports.items():
        command = command.replace(shown, real)
    environ = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    ended = subprocess.run(  # noqa: S603 - the commands that stand in our own page
        [sys.executable, "-m", *shlex.split(command)],
        env={**environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    text = _DURATION.sub("1 ms", ended.stdout + ended.stderr)
    for shown, real in ports.items():
        text = text.replace(real, shown)
    return text.strip()


def regenerated(page: str) -> str:
    """The page with every block as it comes out now."""
    with _ports() as ports:
        return _BLOCK.sub(lambda found: f"```console\n$ {found[1]}\n{_run(found[1], ports)}\n```", page)


if __name__ == "__main__":
    PAGE.write_text(regenerated(PAGE.read_text("utf-8")), "utf-8")
