"""WebSockets over blocking sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.backends.frames import CLOSE, accept_key, from_client, from_server
from benchmarks.figures import percentile
from benchmarks.processes import HOST, BenchError

from .bodies import read_head

PAYLOAD = b"thirty-two bytes, no more of it."
WINDOW = 64  # messages on their way at once
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def opened(port: int) -> socket.socket:
    """A connection after its handshake. Raises BenchError where it is refused."""
    sock = socket.create_connection((HOST, port), 30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    fields = f"Host: {HOST}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://{HOST}:{port}"
    protocol = f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}"
    sock.sendall(f"GET /stream/ws HTTP/1.1\r\n{fields}\r\n{protocol}\r\n\r\n".encode())
    try:
        head, _ = read_head(sock, 101)
    except BaseException:
        sock.close()
        raise
    if accept_key(KEY) not in head:
        sock.close()
        raise BenchError("a wrong Sec-WebSocket-Accept")
    return sock


@contextmanager
def websocket(port: int) -> Iterator[socket.socket]:
    """An open WebSocket, closed with status 1000 and its answer awaited (RFC 6455, section 7.1.2)."""
    with opened(port) as sock:
        yield sock
        sock.sendall(from_client((1000).to_bytes(2, "big"), CLOSE))
        while sock.recv(4096):
            pass


def ask(sock: socket.socket) -> None:
    """One message there and back. Raises BenchError or TimeoutError where it does not come."""
    sock.sendall(from_client(PAYLOAD))
    _expect(sock, from_server(PAYLOAD))


def round_trips(port: int, *, seconds: float) -> float:
    """The p50 in microseconds of one message there and back, one after the other."""
    frame, answer = from_client(PAYLOAD), from_server(PAYLOAD)
    trips: list[float] = []
    with websocket(port) as sock:
        deadline = time.perf_counter() + seconds
        while (began := time.perf_counter()) < deadline:
            sock.sendall(frame)
            _expect(sock, answer)
            trips.append(time.perf_counter() - began)
    return percentile(trips, 50) * 1e6


def messages(port: int, *, seconds: float) -> float:
    """Echoed messages a second of one WebSocket with a window of messages on their way."""
    half = WINDOW // 2
    frames, answers = from_client(PAYLOAD) * half, from_server(PAYLOAD) * half
    count = 0
    with websocket(port) as sock:
        began = time.perf_counter()
        sock.sendall(frames)
        while (now := time.perf_counter()) < began + seconds:
            sock.sendall(frames)
            _expect(sock, answers)
            count += half
        took = now - began
        _expect(sock, answers)
    return count / took


def _expect(sock: socket.socket, wanted: bytes) -> None:
    got = b""
    while len(got) < len(wanted):
        data = sock.recv(len(wanted) - len(got))
        if not data:
            raise BenchError("the WebSocket was closed")
        got += data
    if got != wanted:
        raise BenchError(f"another message came back: {got[:40]!r}")
