"""On which port the dev server really listens: Vite moves on to 5174 where 5173 is taken.

Two witnesses: the ports that the child's processes listen on (watched), and the URLs that it printed. The choice among
them is a pure function.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Sequence

from .ports import listening_ports

QUICK, SLOW = 0.2, 2.0  # seconds between two looks
SETTLED = 10.0  # seconds without a change after which a slow look is enough
MOVES_ON = 20  # a dev server whose port is taken tries the next ones, not one far away

# ECMA-48: CSI sequences (section 5.4), and OSC strings (8.3.89) as terminals take them, ended by BEL or ST
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)", re.DOTALL)
_HOST = rb"(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]"
_URL = re.compile(rb"\bhttp(s?)://(?:" + _HOST + rb")(?::(\d{1,5}))?(?!\.?[\w:-])", re.IGNORECASE)


def urls_in(output: bytes) -> list[int]:
    """The ports of the loopback http(s) URLs in a program's output, in order, each once; colours are looked through.

    >>> urls_in(b"Local: http://localhost:\\x1b[1m5174\\x1b[22m/")
    [5174]
    """
    found = _URL.finditer(_ESCAPES.sub(b"", output))
    ports = (int(match[2] or (443 if match[1] else 80)) for match in found)
    return list(dict.fromkeys(port for port in ports if 0 < port < 65536))


def pick_dev_port(ports: Collection[int], wanted: int, urls_seen: Sequence[int]) -> int | None:
    """Which of the ports that a dev server listens on serves the pages; None where that cannot be told.

    The wanted one if it is there, else one that was printed (one just above `wanted` before others), else the only one.
    """
    if wanted in ports:
        return wanted
    printed = [port for port in urls_seen if port in ports]
    moved = [port for port in printed if wanted < port <= wanted + MOVES_ON]
    if moved or printed:
        return min(moved) if moved else printed[0]
    return next(iter(ports)) if len(ports) == 1 else None


async def watch_ports(pid: int, on_change: Callable[[set[int]], None]) -> None:
    """Tells the set of `listening_ports(pid)` whenever it changes, until cancelled.

    Looks every 200 ms while there is none yet or one came or went lately, else every 2 seconds.
    """
    loop = asyncio.get_running_loop()
    known: set[int] = set()
    changed = loop.time()
    while True:
        ports = await asyncio.to_thread(listening_ports, pid)
        if ports != known:
            known, changed = ports, loop.time()
            on_change(set(ports))
        settled = bool(known) and loop.time() - changed > SETTLED
        await asyncio.sleep(SLOW if settled else QUICK)
