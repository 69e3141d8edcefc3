"""The admin API of a real devcors, asked as a program of this machine asks."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .daemon import Daemon


class Answer(NamedTuple):
    """`told` is the body as JSON."""

    status: int
    told: Any
    fields: Mapping[str, str]


class Admin:
    """Where the state file of the devcors in a folder says, with the token that stands there."""

    def __init__(self, folder: Path, daemon: Daemon) -> None:
        state = json.loads((folder / "home" / "state" / "running" / f"{daemon.process.pid}.json").read_text())
        self.url: str = state["admin"]
        self.token: str = state["token"]
        self.port = int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, told: Any = None, *, fields: Mapping[str, str] | None = None) -> Answer:
        """One question; `told` is its body."""
        with self.connection() as connection:
            body = None if told is None else json.dumps(told)
            json_type = {} if told is None else {"Content-Type": "application/json"}
            connection.request(method, path, body, {**self.authorization(), **json_type, **(fields or {})})
            response = connection.getresponse()
            text = response.read()
            return Answer(response.status, json.loads(text) if text else None, dict(response.getheaders()))

    def get(self, path: str) -> Any:
        """What is told, which must be there."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.told

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def stream(self, query: str = "", *, window: int | None = None) -> Iterator[Iterator[tuple[str, Any]]]:
        """The live stream's events as they come: name and data. `window`: bytes that wait here until they are read."""
        with self.connection() as connection:
            connection.connect()
            if window is not None:
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            connection.request("GET", f"/api/stream{query}", headers=self.authorization())
            response = connection.getresponse()
            assert response.status == 200
            assert response.readline() == b": devcors\n"  # it is open
            yield _events(response)


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    while line := response.readline():
        field, _, text = line.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = text
        elif field == "data":
            yield name, json.loads(text)
