"""Server-sent events: how long each is on its way."""

from __future__ import annotations

import re
import socket
import time

from benchmarks.figures import percentile
from benchmarks.processes import HOST, BenchError

from .bodies import read_head

_EVENT = re.compile(rb"data: (\d+)\n\n")


def delays(port: int, *, seconds: float) -> tuple[float, float]:
    """p50 and p99 in microseconds from the backend's write to our read. Raises BenchError where none comes in time."""
    found: list[float] = []
    with socket.create_connection((HOST, port), 10) as sock:
        fields = f"Host: {HOST}:{port}\r\nAccept: text/event-stream"
        sock.sendall(f"GET /stream/events HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        sock.settimeout(seconds + 2)
        try:
            _, rest = read_head(sock)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                data = sock.recv(65536)
                now = time.monotonic_ns()
                if not data:
                    raise BenchError("the stream ended")
                rest += data
                found += [(now - int(match[1])) / 1e3 for match in _EVENT.finditer(rest)]
                rest = rest[rest.rfind(b"\n\n") + 2 :] if b"\n\n" in rest else rest
        except TimeoutError:
            raise BenchError("no event came while the stream was open: it is buffered") from None
    if not found:
        raise BenchError("no event came while the stream was open: it is buffered")
    return percentile(found, 50), percentile(found, 99)
