"""A helper process: `python -m tests.e2e.dashboard.pace PORT RATE` asks the front door RATE times a second.

Pipelined on a few kept-alive connections. In the end it says how many answers it got, and what else came.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field

from tests.support.helpers import say, until_told

CONNECTIONS = 4
EVERY = 0.01
OK = b"HTTP/1.1 200 "


@dataclass
class Pace:
    """Asks in small batches; counts what comes back."""

    port: int
    rate: int
    asked: int = 0
    answered: int = 0
    failures: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Until told to stop; then waits for the answers that are still under way."""
        opened = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(CONNECTIONS)]
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._count(reader)) for reader, _ in opened]
        told = loop.create_task(until_told())
        start = loop.time()
        while not told.done():
            due = int((loop.time() - start) * self.rate) - self.asked
            for _ in range(min(due, self.rate)):
                self._ask(opened[self.asked % CONNECTIONS][1])
            await asyncio.sleep(EVERY)
        for _ in range(100):
            if self.answered == self.asked:
                break
            await asyncio.sleep(0.1)
        for task, (_, writer) in zip(tasks, opened, strict=True):
            task.cancel()
            writer.close()

    def _ask(self, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        head = f"GET /api/load/{self.asked}?page={self.asked % 40} HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n"
        writer.write(head.encode())

    async def _count(self, reader: asyncio.StreamReader) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(OK):
                self.failures.append(head[:80].decode("latin-1"))
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            self.answered += 1


if __name__ == "__main__":
    pace = Pace(int(sys.argv[1]), int(sys.argv[2]))
    asyncio.run(pace.run())
    say({"asked": pace.asked, "answered": pace.answered, "failures": pace.failures[:5]})
