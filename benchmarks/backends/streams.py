"""Bodies, server-sent events and WebSockets: `python -m benchmarks.backends.streams PORT`.

A thread a connection, with blocking calls on big buffers: that is the least that stands between a peer and the kernel.

    GET  /stream/down?bytes=N    N bytes
    POST /stream/up              reads the body, answers its length
    GET  /stream/events          one event every 10 ms, which says when it was written (time.monotonic_ns)
    GET  /stream/ws              a WebSocket that echoes
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import suppress

from .frames import accept_key, echo

PIECE = memoryview(bytes(1 << 20))
EVERY = 0.01


class Connection:
    """One client, request after request."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""

    def serve(self) -> None:
        """Until the client goes away."""
        with self._sock, suppress(ConnectionError):
            while head := self._head():
                self._answer(head)

    def _head(self) -> str:
        while b"\r\n\r\n" not in self._rest:
            data = self._sock.recv(65536)
            if not data:
                return ""
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def _answer(self, head: str) -> None:
        target = head.split(" ", 2)[1]
        if "/down" in target:
            self._down(int(target.partition("bytes=")[2]))
        elif "/up" in target:
            self._up(head)
        elif "/events" in target:
            self._events()
        elif "/ws" in target:
            self._websocket(head)
        else:
            self._send("200 OK", b"here")

    def _send(self, status: str, body: bytes) -> None:
        self._sock.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def _down(self, size: int) -> None:
        fields = f"Content-Type: application/octet-stream\r\nContent-Length: {size}"
        self._sock.sendall(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode())
        while size > 0:
            self._sock.sendall(PIECE[:size])
            size -= len(PIECE)

    def _up(self, head: str) -> None:
        length = field(head, "content-length")
        if length is None:
            self._send("411 Length Required", b"")
            return
        left, buffer = int(length) - len(self._rest), bytearray(1 << 20)
        self._rest = b""
        while left > 0:
            size = self._sock.recv_into(buffer, min(left, len(buffer)))
            if not size:
                raise ConnectionAbortedError
            left -= size
        self._send("200 OK", length.encode())

    def _events(self) -> None:
        fields = "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked"
        self._sock.sendall(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode())
        while True:
            time.sleep(EVERY)
            event = f"data: {time.monotonic_ns()}\n\n"
            self._sock.sendall(f"{len(event):x}\r\n{event}\r\n".encode())

    def _websocket(self, head: str) -> None:
        key = accept_key(field(head, "sec-websocket-key") or "")
        fields = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}"
        self._sock.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{fields}\r\n\r\n".encode())
        rest, closed = self._rest, False
        while not closed:
            data = self._sock.recv(65536)
            if not data:
                break
            out, rest, closed = echo(rest + data)
            self._sock.sendall(out)
        raise ConnectionAbortedError  # nothing comes after a WebSocket


def field(head: str, name: str) -> str | None:
    """The first value of a field of a request head."""
    for line in head.split("\r\n")[1:]:
        key, _, text = line.partition(":")
        if key.lower() == name:
            return text.strip()
    return None


def main() -> None:
    """Until it is ended."""
    threading.stack_size(256 * 1024)  # a thousand idle WebSockets are a thousand threads
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024) as server:
        while True:
            sock, _ = server.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Connection(sock).serve, daemon=True).start()


if __name__ == "__main__":
    main()
