"""A load of keep-alive GET requests over raw sockets, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
import time

HEAD_END = b"\r\n\r\n"


async def requests_per_second(port: int, *, connections: int, seconds: float) -> float:
    """Complete responses a second over all connections. Raises ConnectionError where a response is not a 200."""
    request = f"GET /bench HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: */*\r\n\r\n".encode()
    deadline = time.perf_counter() + seconds
    began = time.perf_counter()
    counts = await asyncio.gather(*(_one(port, request, deadline) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - began)


async def _one(port: int, request: bytes, deadline: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    try:
        while time.perf_counter() < deadline:
            writer.write(request)
            head = await reader.readuntil(HEAD_END)
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(head[:80].decode("latin-1"))
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            count += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return count


async def backend(port: int) -> asyncio.Server:
    """Answers every request with the same kilobyte."""
    body = b"x" * 1024
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(HEAD_END)
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)
