"""A devcors with a page and an API behind it, for tests that ask its admin API."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .admin import Admin
from .daemon import Daemon, made_authority, running
from .ports import free_port
from .raw import exchange
from .servers import Reply, Seen, Server, serve

CONFIG = """\
# mine
frontend = "{app}"  # the page
[routes]
"/api" = "{api}" # the API
"/gone" = {{ target = "http://localhost:{gone}", wait = "0s" }}
[intercept]
"api.example.test" = {{ target = "{api}", cors = "inject" }}
[server]
capture = 1000
"""
FOREIGN = "Origin: http://localhost:9999"


def api(seen: Seen) -> Reply:
    path = seen.target.partition("?")[0]
    if path == "/api/moved":
        return Reply(302, [("Location", "/api/item"), ("Access-Control-Allow-Origin", "http://localhost:9999")])
    if path == "/api/zipped":
        fields = [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")]
        return Reply(headers=fields, body=gzip.compress(b"unzipped"))
    if path == "/api/cookie":
        return Reply(headers=[("Set-Cookie", "sid=topsecret; SameSite=None"), ("Content-Type", "text/plain")])
    allow = [("Access-Control-Allow-Origin", "*")] if path == "/api/open" else []
    return Reply(headers=[("Content-Type", "application/json"), *allow], body=json.dumps(len(seen.body)).encode())


@contextmanager
def page_and_api() -> Iterator[tuple[Server, Server]]:
    """What is behind it."""
    with serve(lambda _: Reply(body=b"page")) as app, serve(api) as backend:
        yield app, backend


class Running:
    """A devcors, its API, its folder and what is behind it."""

    def __init__(self, daemon: Daemon, folder: Path, app: Server, backend: Server) -> None:
        self.daemon, self.folder, self.app, self.backend = daemon, folder, app, backend
        self.admin = Admin(folder, daemon)

    @property
    def file(self) -> Path:
        return self.folder / "devcors.toml"

    def send(self, line: str, *fields: str, body: str = "") -> int:
        """A request at the front door; the number of its record."""
        before = self.newest()
        head = "\r\n".join([f"{line} HTTP/1.1", f"Host: localhost:{self.daemon.port}", *fields, "Connection: close"])
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        assert exchange(self.daemon.port, f"{head}\r\n{length}\r\n{body}".encode())
        return self.until_newer(before)

    def newest(self) -> int:
        rows = self.admin.get("/api/exchanges?limit=1")["exchanges"]
        return int(rows[0]["id"]) if rows else 0

    def route(self, name: str) -> dict[str, Any]:
        return next(route for route in self.admin.get("/api/status")["routes"] if route["name"] == name)

    def until_newer(self, before: int) -> int:
        deadline = time.monotonic() + 5
        while (newest := self.newest()) <= before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return newest

    def put(self, text: str, tag: str | None = None) -> tuple[int, dict[str, object]]:
        tag = self.admin.get("/api/config")["etag"] if tag is None else tag
        answer = self.admin.ask("PUT", "/api/config", {"text": text, "etag": tag})
        return answer.status, answer.told


@contextmanager
def a_devcors(folder: Path, servers: tuple[Server, Server], before: str = "") -> Iterator[Running]:
    app, backend = servers
    made_authority(folder)
    (folder / "own.py").write_text("")
    with running(folder, before + CONFIG.format(app=app.url, api=backend.url, gone=free_port())) as daemon:
        yield Running(daemon, folder, app, backend)
