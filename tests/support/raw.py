"""Raw sockets: bytes out, bytes in."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable


def connect(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A connection with a timeout, so that no test hangs."""
    return socket.create_connection((host, port), timeout=10)


def exchange(port: int, data: bytes, *, pieces: bool = False, timeout: float = 5.0) -> bytes:
    """Sends (byte by byte with `pieces`) and returns all that comes until the end, or until `timeout` of silence."""
    with connect(port) as sock:
        try:
            for part in _parts(data, pieces=pieces):
                sock.sendall(part)
        except (ConnectionResetError, BrokenPipeError):
            pass  # refused early, which is an answer too
        return read_all(sock, timeout)


def _parts(data: bytes, *, pieces: bool) -> Iterable[bytes]:
    return (data[at : at + 1] for at in range(len(data))) if pieces else (data,)


def read_all(sock: socket.socket, timeout: float = 5.0) -> bytes:
    """What comes until the end, or until `timeout` seconds without anything."""
    out = b""
    sock.settimeout(timeout)
    try:
        while data := sock.recv(65536):
            out += data
    except (TimeoutError, ConnectionResetError):
        pass
    return out


def read_response(sock: socket.socket, timeout: float = 5.0) -> tuple[int, dict[str, str], bytes]:
    """One response with Content-Length or none: status, fields (lower case), body."""
    deadline = time.monotonic() + timeout
    data = b""
    while b"\r\n\r\n" not in data:
        assert time.monotonic() < deadline, data
        more = sock.recv(65536)
        assert more, f"closed within the head: {data!r}"
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    while len(body) < int(fields.get("content-length", 0)):
        body += sock.recv(65536)
    return int(first.split()[1]), fields, body
