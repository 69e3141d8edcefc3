"""Which port the dev server took, by what it listens on and what it printed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.system.devport import pick_dev_port, urls_in, watch_ports
from devcors.system.ports import listening_ports


@pytest.mark.parametrize(
    ("output", "ports"),
    [
        (b"  \x1b[32m\xe2\x9e\x9c\x1b[39m  Local:   \x1b[36mhttp://localhost:\x1b[1m5174\x1b[22m/\x1b[39m\n", [5174]),
        (b"\x1b]8;;http://localhost:3000\x07open\x1b]8;;\x07 http://127.0.0.1:3001", [3001]),
        (b"- Local: http://localhost:3000\n- Network: http://192.168.1.5:3000\n", [3000]),
        (b"https://localhost/ and http://[::1]:8080/x and http://0.0.0.0:9000", [443, 8080, 9000]),
        (b"HTTP://APP.LOCALHOST:81, http://localhost:81", [81]),
        (b"Listening on http://localhost:5173.", [5173]),
        (b"http://localhost.example.com:5173/ http://localhost:99999/ http://127.0.0.1.nip.io:80/", []),
        (b"ws://localhost:9229/ listening on localhost:4000", []),
        (b"", []),
    ],
)
def test_urls_of_this_machine_in_what_a_program_printed(output: bytes, ports: list[int]) -> None:
    assert urls_in(output) == ports


@given(st.binary())
def test_any_output_can_be_read(output: bytes) -> None:
    assert all(0 < port < 65536 for port in urls_in(output))


@pytest.mark.parametrize(
    ("ports", "urls", "picked"),
    [
        ({5173}, [], 5173),
        ({5173, 5174}, [5174], 5173),
        ({5174}, [], 5174),
        ({5174, 24678}, [5174], 5174),
        ({8080, 5175}, [8080, 5175], 5175),
        ({3000, 9229}, [3000], 3000),
        ({3000, 3001}, [3001, 3000], 3001),
        ({3000, 9229}, [], None),
        ({3000, 9229}, [4000], None),
        ({3000}, [4000], 3000),
        (set(), [5174], None),
    ],
    ids=[
        "where it was wanted",
        "wanted comes first",
        "the only one",
        "the one printed, not the one for hot reload",
        "the one that it moved on to, not the API beside it",
        "printed, far away",
        "the first printed",
        "cannot be told",
        "printed but not listened on",
        "the only one, whatever was printed",
        "nobody listens yet",
    ],
)
def test_the_port_that_is_picked(ports: set[int], urls: Sequence[int], picked: int | None) -> None:
    assert pick_dev_port(ports, 5173, urls) == picked


TWO_PORTS = """
import socket, sys
first = socket.create_server(("127.0.0.1", 0)); print(first.getsockname()[1], flush=True)
sys.stdin.readline()
first.close()
second = socket.create_server(("127.0.0.1", 0)); print(second.getsockname()[1], flush=True)
sys.stdin.readline()
"""


def test_each_change_is_told_once() -> None:
    async def scene(server: subprocess.Popen[str]) -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        told: asyncio.Queue[set[int]] = asyncio.Queue()
        watch = asyncio.get_running_loop().create_task(watch_ports(server.pid, told.put_nowait))
        first = int(server.stdout.readline())
        assert await told.get() == {first}
        await asyncio.sleep(0.5)
        server.stdin.write("\n")
        server.stdin.flush()
        second = int(server.stdout.readline())
        seen = await told.get()
        assert (seen or await told.get()) == {second}  # it may have been seen between the two
        await asyncio.sleep(0.5)
        assert told.empty()
        watch.cancel()

    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", TWO_PORTS], stdin=pipe, stdout=pipe, text=True) as server:
        asyncio.run(asyncio.wait_for(scene(server), 20))
        server.communicate("\n")
    assert listening_ports(server.pid) == set()
