"""What keeping exchanges costs the gateway: `python -m benchmarks.recording` prints its CPU time for one request.

The gateway runs in this process, backend and load generator in others, so that this process's time is the gateway's.
Each way of keeping has its turn in every round, another one first each time, since the machine is not equally fast all
the time. Only ratios count: of the least of all rounds, and the median of the ratios within a round. Memory is what is
allocated for one kept exchange, by tracemalloc.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple
from unittest import mock

from benchmarks.backends.answer import CROSS_TARGET, ORIGIN, TARGET
from benchmarks.backends.running import Backends, backends
from benchmarks.load.requests import load
from benchmarks.processes import HOST
from devcors.config.schema import Config
from devcors.daemon import loop
from devcors.policy import Door, compile_policy
from devcors.proxy.dialing import Dialer
from devcors.proxy.gateway.client import ClientConnection
from devcors.proxy.gateway.lane import Gateway
from devcors.traffic.journal import Journal
from devcors.traffic.store import Store

ROUNDS = 12
SECONDS = 1.0
CONNECTIONS = 16
CAPTURE = 65536
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0",
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-GB,en;q=0.9",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Origin": ORIGIN,
    "Cookie": "session=0123456789abcdef0123456789abcdef; theme=dark",
}


class Way(NamedTuple):
    """A way of keeping; `capture` in bytes of each body."""

    name: str
    keeps: bool
    capture: int


WAYS = (Way("nothing kept", False, 0), Way("heads kept", True, 0), Way("64 KiB of bodies too", True, CAPTURE))
ASKED = (
    ("1 KB, same origin", TARGET),
    ("1 KB, cross-origin", CROSS_TARGET),
    ("16 KB", "/stream/down?bytes=16384"),
    ("256 KB", "/stream/down?bytes=262144"),
)


@asynccontextmanager
async def gateway(way: Way, behind: Backends) -> AsyncIterator[tuple[int, Store]]:
    """Its port, and what it keeps."""
    routes = {"/api": f"http://{HOST}:{behind.api}", "/stream": f"http://{HOST}:{behind.streams}"}
    config = Config.model_validate({"routes": routes, "server": {"capture": way.capture}})
    journal, store = Journal(asyncio.get_running_loop().call_later), Store()
    if way.keeps:
        journal.listen(store.add)
    policy = compile_policy(config, Door(2677))
    lane = Gateway(lambda: policy, journal, Dialer(), lambda _: None, mock.Mock(name="authority"))
    door = await asyncio.get_running_loop().create_server(lambda: ClientConnection(lane), HOST, 0)
    try:
        yield door.sockets[0].getsockname()[1], store
    finally:
        door.close()
        lane.close()
        await asyncio.sleep(0.05)


def fields_for(target: str) -> dict[str, str]:
    """What a browser sends with a request."""
    return {name: text for name, text in BROWSER.items() if name != "Origin" or target == CROSS_TARGET}


async def cost(way: Way, behind: Backends, target: str, seconds: float = SECONDS) -> float:
    """Microseconds of CPU time for one request."""
    ask = partial(load, targets=[target], connections=CONNECTIONS, seconds=seconds, fields=fields_for(target))
    async with gateway(way, behind) as (port, _):
        before = time.process_time()
        got = await asyncio.to_thread(ask, port)
        return (time.process_time() - before) / got.requests * 1e6


async def one_round(behind: Backends, target: str, number: int) -> list[float]:
    """The cost of each way, in their order; `number` says which has its turn first."""
    turns = [(turn + number) % len(WAYS) for turn in range(len(WAYS))]
    costs = {turn: await cost(WAYS[turn], behind, target) for turn in turns}
    return [costs[turn] for turn in sorted(costs)]


async def memory(way: Way, behind: Backends, target: str) -> float:
    """Bytes allocated for one kept exchange, each with a target of its own."""
    targets = [f"{target}{'&' if '?' in target else '?'}number={number}" for number in range(100)]
    ask = partial(load, targets=targets, connections=1, seconds=1, fields=fields_for(target))
    async with gateway(way, behind) as (port, store):
        await asyncio.to_thread(ask, port)
        store.clear()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await asyncio.to_thread(ask, port)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / len(store)


async def measure(behind: Backends) -> None:
    """Prints the table."""
    loop.settle()
    print(f"{'us a request':<24}" + "".join(f"{way.name:>24}" for way in WAYS))
    for name, target in ASKED:
        for way in WAYS:
            await cost(way, behind, target, 1.0)
        rounds = [await one_round(behind, target, number) for number in range(ROUNDS)]
        # whatever else the machine does makes a round longer, never shorter
        least = [min(costs) for costs in zip(*rounds, strict=True)]
        within = [median(costs[way] / costs[0] for costs in rounds) for way in range(len(WAYS))]
        print(f"{name:<24}" + "".join(f"{each:>24.1f}" for each in least))
        print(f"{'  of nothing kept':<24}" + "".join(f"{each / least[0]:>24.3f}" for each in least))
        print(f"{'  median of rounds':<24}" + "".join(f"{each:>24.3f}" for each in within), flush=True)
    for name, target in ASKED[:2]:
        for way in WAYS[1:]:
            print(f"bytes for one kept, {name}, {way.name}: {await memory(way, behind, target):,.0f}")


def main() -> None:
    """Needs wrk and nginx, else the load generator is measured too."""
    with tempfile.TemporaryDirectory() as folder, backends(Path(folder)) as behind:
        loop.run(measure(behind))


if __name__ == "__main__":
    main()
