"""`make bench`: requests a second at 1 and 16 connections, interleaved rounds, medians, and the ratio to devcors."""

from __future__ import annotations

import asyncio
import socket
import statistics
import tempfile
from pathlib import Path

from .load import backend, requests_per_second
from .peers import commands, running

ROUNDS, SECONDS = 3, 2.0
CONNECTIONS = (1, 16)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def _measure() -> dict[tuple[str, int], list[float]]:
    """All figures, by peer and number of connections."""
    figures: dict[tuple[str, int], list[float]] = {}
    backend_port, port = _free_port(), _free_port()
    server = await backend(backend_port)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peers = commands(folder, port, backend_port)
        for _ in range(ROUNDS):
            for connections in CONNECTIONS:
                rate = await requests_per_second(backend_port, connections=connections, seconds=SECONDS / 2)
                figures.setdefault(("direct", connections), []).append(rate)
            for peer, command in peers.items():
                with running(command, folder, port):
                    for connections in CONNECTIONS:
                        rate = await requests_per_second(port, connections=connections, seconds=SECONDS)
                        figures.setdefault((peer, connections), []).append(rate)
    server.close()
    return figures


def main() -> None:
    """Prints the table."""
    figures = asyncio.run(_measure())
    print(f"{'':<12}{'connections':>12}{'requests/s':>12}{'spread':>16}{'of devcors':>12}")
    for (peer, connections), rates in sorted(figures.items(), key=lambda item: (item[0][1], item[0][0])):
        median = statistics.median(rates)
        own = statistics.median(figures["devcors", connections])
        print(f"{peer:<12}{connections:>12}{median:>12.0f}{min(rates):>8.0f}-{max(rates):<7.0f}{median / own:>11.2f}x")


if __name__ == "__main__":
    main()
