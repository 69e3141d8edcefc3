"""Who listens where, seen with real sockets of real processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from devcors.system.ports import PortOwner, listening_ports, lsof_listeners, output_of, port_owner, reaches_loopback

LISTEN = """
import socket, sys, time
s = socket.create_server((sys.argv[1], 0), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
print(s.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def listener() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A shell whose child listens, as npm's does."""
    inner = [sys.executable, "-c", LISTEN, "127.0.0.1"]
    with subprocess.Popen(
        ["sh", "-c", '"$@"; :', "sh", *inner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        yield shell, int(shell.stdout.readline())
        shell.communicate("")


def test_the_ports_of_a_process_and_its_children(listener: tuple[subprocess.Popen[str], int]) -> None:
    shell, port = listener
    assert listening_ports(shell.pid) == {port}
    assert port in listening_ports(os.getpid())


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::", "127.0.0.2"])
def test_every_address_that_loopback_reaches_counts(address: str) -> None:
    with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as server:
        assert server.getsockname()[1] in listening_ports(os.getpid())


def test_a_connected_socket_does_not_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getsockname()[1] not in listening_ports(os.getpid())


@pytest.mark.skipif(sys.byteorder != "little", reason="the texts below are those of a little-endian machine")
@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("0100007F", True),
        ("00000000", True),
        ("0101A8C0", False),
        ("00000000000000000000000000000000", True),
        ("00000000000000000000000001000000", True),
        ("0000000000000000FFFF00000100007F", True),
        ("0000000000000000FFFF00000101A8C0", False),
        ("000080FE00000000FF005450B6AD1DFE", False),
    ],
    ids=["127.0.0.1", "0.0.0.0", "192.168.1.1", "::", "::1", "mapped loopback", "mapped 192.168.1.1", "fe80::"],
)
def test_addresses_as_the_kernel_writes_them(address: str, reached: bool) -> None:
    assert reaches_loopback(address) is reached


def test_nobody_listens_after_the_end(listener: tuple[subprocess.Popen[str], int]) -> None:
    shell, port = listener
    shell.communicate("")
    assert listening_ports(shell.pid) == set()
    assert port_owner(port) is None


def test_the_owner_of_a_port(listener: tuple[subprocess.Popen[str], int]) -> None:
    _, port = listener
    owner = port_owner(port)
    assert owner is not None
    assert owner.name.startswith("python")
    assert str(owner).startswith(f"{owner.name} (pid {owner.pid}: {owner.name} -c ")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["node", "/w/node_modules/.bin/vite", "--port", "5173"], "node (pid 7: vite --port 5173)"),
        (["/usr/bin/python3", "-m", "http.server"], "python3 (pid 7: python3 -m http.server)"),
        (["npm run dev"], "npm (pid 7: npm run dev)"),
        (["./server"], "server (pid 7: server)"),
        (["java", "x" * 100], f"java (pid 7: java {'x' * 74}…)"),
        ([], "? (pid 7: ?)"),
    ],
)
def test_how_an_owner_reads(arguments: list[str], text: str) -> None:
    assert str(PortOwner.of(7, arguments)) == text


def test_a_listing_as_macos_prints_it() -> None:
    listing = (
        "p501\nf21\nn*:5173\nf22\nn[::1]:5174\np77\nf3\nn192.168.1.4:80\nf4\nn127.0.0.1:8080\nf5\nn127.0.0.1:8080\n"
    )
    assert list(lsof_listeners(listing)) == [(501, 5173), (501, 5174), (77, 8080)]


@pytest.mark.skipif(not shutil.which("lsof"), reason="needs lsof")
def test_lsof_itself_is_understood(listener: tuple[subprocess.Popen[str], int]) -> None:
    _, port = listener
    owner = port_owner(port)
    assert owner is not None
    listing = output_of(["lsof", "-nP", "-a", "-p", str(owner.pid), "-iTCP", "-sTCP:LISTEN", "-Fpn"])
    assert list(lsof_listeners(listing)) == [(owner.pid, port)]


def test_a_program_that_is_not_there_says_nothing() -> None:
    assert output_of(["/no/such/program"]) == ""
