"""The backend behind every server of the suite: it answers by path, and remembers what it was sent."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.support.servers import Handler, Listening, listening


@dataclass(frozen=True)
class Received:
    """One request as the backend has it; names of fields in lower case, fields of one name joined."""

    method: str
    target: str
    fields: dict[str, str]
    body: bytes


class Backend(Listening):
    """On one port of loopback."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.go_on = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(Handler):
    server: Backend

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def serve(self) -> None:
        """Answers by path."""
        fields: dict[str, str] = {}
        for name, text in self.headers.items():
            key = name.lower()
            fields[key] = f"{fields[key]}, {text}" if key in fields else text
        upgrade = fields.get("upgrade", "").lower() == "websocket"
        body = b"" if upgrade else self.body()
        self.server.received.append(Received(self.command, self.path, fields, body))
        if upgrade:
            self._websocket(fields)
        elif "/stream" in self.path:
            self._stream()
        else:
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        last = path.rpartition("/")[2]
        status = int(last) if last.isdigit() and 200 <= int(last) < 600 else 200
        port = self.server.port
        said: list[tuple[str, str]] = {
            "absolute": [("Location", f"http://localhost:{port}{query}")],
            "relative": [("Location", query)],
            "cookie": [("Set-Cookie", query.replace("~", "; "))],
            "cookies": [("Set-Cookie", text.replace("~", "; ")) for text in query.split("&")],
            "own-cors": [
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Allow-Headers", "x-mine"),
                ("Access-Control-Expose-Headers", "X-Mine"),
            ],
            "own-vary": [("Vary", "Accept-Encoding")],
            # for tools that write the query anew
            "moved": [("Location", f"http://localhost:{port}/v1/login")],
            "session": [("Set-Cookie", "sid=1; Domain=localhost; Path=/v1; Secure; HttpOnly")],
            "secret": [("X-Powered-By", "backend"), ("X-Mine", "1")],
        }.get(last, [])
        status = 302 if any(name == "Location" for name, _ in said) else status
        content = (
            b"x" * int(query) if last == "large" else (hashlib.sha256(body).hexdigest().encode() if body else b"ok")
        )
        self.send_response_only(status)
        for name, text in said:
            self.send_header(name, text)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    def _stream(self) -> None:
        """One event, and the second when it is told that the first has come."""
        self.send_response_only(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"9\r\ndata: 1\n\n\r\n")
        self.server.go_on.wait(5)
        self.wfile.write(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

    def _websocket(self, fields: dict[str, str]) -> None:
        """RFC 6455, section 4.2.2; then every byte comes back."""
        accept = hashlib.sha1(f"{fields['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        self.send_response_only(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "websocket")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accept).decode())
        self.end_headers()
        while data := self.connection.recv(65536):
            self.wfile.write(data)
        self.close_connection = True


@contextmanager
def backend() -> Iterator[Backend]:
    """A running backend."""
    server = Backend()
    with listening(server):
        yield server
