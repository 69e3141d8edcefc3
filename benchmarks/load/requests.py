"""Many small GET requests over connections that are kept alive: by wrk, or where that is missing by asyncio."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.backends.answer import BODY, TARGET
from benchmarks.figures import percentile
from benchmarks.processes import HOST, BenchError

SCRIPT = Path(__file__).with_name("report.lua")
HEAD_END = b"\r\n\r\n"


class Load(NamedTuple):
    """What one run of the load generator found. Latencies in microseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def has_wrk() -> bool:
    """Else the generator itself is part of what is measured."""
    return shutil.which("wrk") is not None


def check(port: int) -> None:
    """That the backend's answer comes, not a page of the peer's own. Raises BenchError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", TARGET)
        got = connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise BenchError(f"no whole answer: {error!r}") from error
    finally:
        connection.close()
    if got != BODY.encode():
        raise BenchError(f"another answer than the backend's: {got[:80]!r}")


def load(
    port: int, targets: Sequence[str], *, connections: int, seconds: float, fields: Mapping[str, str] | None = None
) -> Load:
    """Requests the targets in turn. Raises BenchError where an answer is not a 2xx or a connection breaks."""
    if wrk := shutil.which("wrk"):
        return _by_wrk(wrk, port, targets, connections, seconds, fields or {})
    return asyncio.run(_by_asyncio(port, targets, connections, seconds, fields or {}))


def _by_wrk(
    wrk: str, port: int, targets: Sequence[str], connections: int, seconds: float, fields: Mapping[str, str]
) -> Load:
    # wrk takes whole seconds only; one thread drives more than any peer answers
    headers = [part for name, text in fields.items() for part in ("-H", f"{name}: {text}")]
    command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT), *headers]
    url = f"http://{HOST}:{port}"
    ran = subprocess.run([*command, url, "--", *targets], capture_output=True, text=True, timeout=600, check=False)
    if ran.returncode:
        raise BenchError(f"wrk: {ran.stderr.strip() or ran.stdout.strip()}"[:200])
    return read_wrk(ran.stdout)


def read_wrk(printed: str) -> Load:
    """The last line, which report.lua wrote. Raises BenchError where requests failed."""
    found = json.loads(printed.strip().splitlines()[-1])
    if found["refused"] or found["broken"] or not found["requests"]:
        raise BenchError(f"{found['refused']} refused, {found['broken']} broken of {found['requests']} requests")
    requests = int(found["requests"])
    return Load(requests, requests / found["microseconds"] * 1e6, float(found["p50"]), float(found["p99"]))


async def _by_asyncio(
    port: int, targets: Sequence[str], connections: int, seconds: float, fields: Mapping[str, str]
) -> Load:
    lines = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    requests = [f"GET {target} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{lines}\r\n".encode() for target in targets]
    began = time.perf_counter()
    each = await asyncio.gather(*(_one(port, requests, began + seconds) for _ in range(connections)))
    took = time.perf_counter() - began
    latencies = [latency for latencies in each for latency in latencies]
    if not latencies:
        raise BenchError("no answer in time")
    microseconds = [latency * 1e6 for latency in latencies]
    return Load(len(latencies), len(latencies) / took, percentile(microseconds, 50), percentile(microseconds, 99))


async def _one(port: int, requests: Sequence[bytes], deadline: float) -> list[float]:
    """Latencies in seconds of one connection."""
    reader, writer = await asyncio.open_connection(HOST, port)
    latencies: list[float] = []
    try:
        while (began := time.perf_counter()) < deadline:
            writer.write(requests[len(latencies) % len(requests)])
            head = await reader.readuntil(HEAD_END)
            if not head.startswith(b"HTTP/1.1 2"):
                raise BenchError(head[:80].decode("latin-1"))
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - began)
    except asyncio.IncompleteReadError:
        raise BenchError("closed within an answer") from None
    finally:
        writer.close()
    return latencies
