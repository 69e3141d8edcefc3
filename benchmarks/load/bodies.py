"""One big body, down or up, over a blocking socket."""

from __future__ import annotations

import socket
import time

from benchmarks.processes import HOST, BenchError

BUFFER = 1 << 20
TIMEOUT = 60.0


def down(port: int, size: int) -> float:
    """MB/s (10^6 bytes) from the request to the last byte. Raises BenchError where it is not all there."""
    request = f"GET /stream/down?bytes={size} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()
    with _connected(port) as sock:
        began = time.perf_counter()
        sock.sendall(request)
        head, rest = read_head(sock)
        if f"content-length: {size}" not in head.lower():
            raise BenchError("the answer to a download has no length")
        left, buffer = size - len(rest), bytearray(BUFFER)
        while left > 0:
            got = sock.recv_into(buffer, min(left, BUFFER))
            if not got:
                raise BenchError(f"closed with {left} bytes to come")
            left -= got
        return size / (time.perf_counter() - began) / 1e6


def up(port: int, size: int) -> float:
    """MB/s (10^6 bytes) from the request's first byte to the answer, which the backend gives when it has read all."""
    fields = f"Host: {HOST}:{port}\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}"
    piece = memoryview(bytes(BUFFER))
    with _connected(port) as sock:
        began = time.perf_counter()
        sock.sendall(f"POST /stream/up HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        left = size
        while left > 0:
            sock.sendall(piece[:left])
            left -= len(piece)
        _, rest = read_head(sock)
        while len(rest) < len(str(size)) and (more := sock.recv(4096)):
            rest += more
        took = time.perf_counter() - began
    if str(size).encode() not in rest:  # it may come chunked
        raise BenchError(f"the backend read {rest[:40]!r} bytes")
    return size / took / 1e6


def _connected(port: int) -> socket.socket:
    sock = socket.create_connection((HOST, port), TIMEOUT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def read_head(sock: socket.socket, status: int = 200) -> tuple[str, bytes]:
    """A response's head, and what came after it. Raises BenchError where the status is another."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise BenchError(f"closed after {data[:80]!r}")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    if not text.startswith(f"HTTP/1.1 {status} "):
        raise BenchError(text.partition("\r\n")[0][:80])
    return text, rest
