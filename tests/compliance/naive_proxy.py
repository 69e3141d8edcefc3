"""The control: a proxy that finds where a head ends, passes bytes on and believes anything.

What the catalogue does not find in it, the catalogue does not find at all.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD_END = b"\r\n\r\n"


class NaiveProxy:
    """One connection to the backend for each of a client's."""

    def __init__(self, backend: int) -> None:
        self._backend = backend

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        head = b""
        while _HEAD_END not in head and (data := await reader.read(65536)):
            head += data
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._backend)
        upstream_writer.write(head)
        await asyncio.gather(_pump(reader, upstream_writer), _pump(upstream_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@contextmanager
def naive(backend: int) -> Iterator[int]:
    """A running one, in a thread of its own; yields its port."""
    started = threading.Event()
    port = 0
    loop = asyncio.new_event_loop()
    stopped = asyncio.Event()

    async def main() -> None:
        nonlocal port
        server = await asyncio.start_server(NaiveProxy(backend).serve, "127.0.0.1", 0, backlog=256)
        port = server.sockets[0].getsockname()[1]
        started.set()
        await stopped.wait()
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    assert started.wait(5)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
        loop.close()
