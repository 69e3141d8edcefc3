"""Whether a client that has closed its half of a connection is still there to read the other half.

TCP does not tell: who closes everything and who closes one half send the same FIN. On Linux the system knows, where
the client is a process of the same machine: a connection that no process has open any more belongs to no inode.
Elsewhere nobody knows before something is written.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_CLOSED = 7  # TCP_CLOSE of the kernel's include/net/tcp_states.h
_TABLES = {socket.AF_INET: Path("/proc/net/tcp"), socket.AF_INET6: Path("/proc/net/tcp6")}


def has_departed(transport: asyncio.BaseTransport) -> bool:
    """True where it is known that nobody reads any more."""
    if not sys.platform.startswith("linux"):
        return False
    if _was_reset(transport.get_extra_info("socket")):
        return True
    own, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    if not own or not peer or not ipaddress.ip_address(peer[0]).is_loopback:
        return False
    table = _TABLES[socket.AF_INET6 if ":" in peer[0] else socket.AF_INET]
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return False
    here, there = endpoint(*own[:2]), endpoint(*peer[:2])
    if owner(lines, here, there) is None:
        return False  # our own end is not in the table: it is not all connections (a sandbox, another namespace)
    inode = owner(lines, there, here)
    return inode is None or inode == "0"


def _was_reset(connection: socket.socket | None) -> bool:
    """A reset leaves no trace in the table; our own end knows of it, though whoever does not read is not told."""
    try:
        # tcp(7): the first byte of struct tcp_info is the state
        return connection is not None and connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _CLOSED
    except OSError:
        return False


def abort_if_departed(transport: asyncio.WriteTransport, delays: Sequence[float], matters: Callable[[], bool]) -> None:
    """Looks after each of `delays` seconds, then on and on after the last of them, as long as `matters` says so."""
    loop = asyncio.get_running_loop()

    def look(number: int) -> None:
        if not matters():
            return
        if has_departed(transport):
            transport.abort()
        else:
            loop.call_later(delays[min(number, len(delays) - 1)], look, number + 1)

    loop.call_later(delays[0], look, 1)


def endpoint(address: str, port: int) -> str:
    """As the kernel's table has it: 32-bit words of the address in the machine's byte order, hexadecimal, and the port.

    >>> endpoint("127.0.0.1", 80) if sys.byteorder == "little" else "0100007F:0050"
    '0100007F:0050'
    """
    packed = ipaddress.ip_address(address).packed
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words) + f":{port:04X}"


def owner(lines: list[str], local: str, remote: str) -> str | None:
    """The inode column of the connection from `local` to `remote`, None where there is no such connection."""
    for line in lines:
        columns = line.split()
        if len(columns) > 9 and columns[1] == local and columns[2] == remote:
            return columns[9]
    return None
