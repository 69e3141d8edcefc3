"""Who listens on which TCP port of this machine, as far as loopback reaches it; best effort, never an error.

Linux: /proc/net/tcp and tcp6 give each listening socket's inode (proc_net_tcp(5)), /proc/PID/fd who holds it.
macOS: `lsof`. Elsewhere nothing is known.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from .processes import PROC, family, living

LISTENING = "0A"
LONGEST_COMMAND = 80


@dataclass(frozen=True, slots=True)
class PortOwner:
    """The process that listens on a port. Its text reads `node (pid 1234: vite --port 5173)`."""

    pid: int
    name: str
    command: str

    @classmethod
    def of(cls, pid: int, arguments: list[str]) -> PortOwner:
        """From a command line, without the folders; an interpreter's name stands before its script's."""
        words = arguments[0].split() if len(arguments) == 1 else arguments  # npm writes its title as one word
        first, *rest = words or ["?"]
        name = Path(first).name
        script = bool(rest) and "/" in rest[0]
        command = " ".join([Path(rest[0]).name, *rest[1:]] if script else [name, *rest])
        return cls(pid, name, command if len(command) <= LONGEST_COMMAND else command[: LONGEST_COMMAND - 1] + "…")

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid}: {self.command})"


def listening_ports(pid: int) -> set[int]:
    """The ports on which a process, its session and its descendants take connections from loopback."""
    members = [process.pid for process in family(living(), pid)]
    if sys.platform == "linux":
        sockets = listening_sockets()
        return {sockets[inode] for member in members for inode in sockets_of(member) if inode in sockets}
    if sys.platform == "darwin":
        selected = ",".join(map(str, members))
        return (
            {port for _, port in lsof_listeners(lsof("-a", "-p", selected, "-iTCP", "-sTCP:LISTEN"))}
            if members
            else set()
        )
    return set()


def port_owner(port: int) -> PortOwner | None:
    """Who takes loopback connections on `port`; None where nobody does, or it is somebody else's and cannot be seen."""
    if sys.platform == "linux":
        inodes = {inode for inode, at in listening_sockets().items() if at == port}
        for process in living() if inodes else ():
            if not inodes.isdisjoint(sockets_of(process.pid)):
                return PortOwner.of(process.pid, arguments_of(process.pid))
    if sys.platform == "darwin":
        for pid, _ in lsof_listeners(lsof(f"-iTCP:{port}", "-sTCP:LISTEN")):
            return PortOwner.of(pid, output_of(["/bin/ps", "-o", "command=", "-p", str(pid)]).split())
    return None


def listening_sockets() -> dict[str, int]:
    """Linux: inode and port of every listening socket that loopback connections can reach."""
    return {inode: port for table in ("tcp", "tcp6") for inode, port in _listening(table)}


def _listening(table: str) -> Iterator[tuple[str, int]]:
    with suppress(OSError):  # no IPv6
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == LISTENING and reaches_loopback(address):
                yield fields[9], int(port, 16)


def reaches_loopback(address: str) -> bool:
    """Whether a socket bound to this address (hexadecimal, each 32 bits in the machine's order) hears loopback."""
    words = [bytes.fromhex(address[at : at + 8]) for at in range(0, len(address), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    bound = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    if isinstance(bound, IPv6Address) and bound.ipv4_mapped:
        bound = bound.ipv4_mapped
    return bound.is_loopback or bound.is_unspecified


def sockets_of(pid: int) -> Iterator[str]:
    """Linux: the inodes of a process's sockets; none where they may not be seen."""
    with suppress(OSError):
        for fd in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                kind, _, inode = str(fd.readlink()).partition(":")
                if kind == "socket":
                    yield inode.strip("[]")


def arguments_of(pid: int) -> list[str]:
    """Linux: the words of a process's command line, or its name where it has none."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0 ").split(b"\0")
        name = (PROC / str(pid) / "comm").read_bytes().strip()
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in (words if words[0] else [name])]


def lsof(*selection: str) -> str:
    """The listing of `lsof` as fields of pid (p) and name (n), one a line (lsof(8), OUTPUT FOR OTHER PROGRAMS)."""
    return output_of(["/usr/sbin/lsof", "-nP", *selection, "-Fpn"])


def output_of(command: list[str]) -> str:
    """What a program of the system prints; nothing where it is not there or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=5, check=False)  # noqa: S603 - fixed words, no shell
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def lsof_listeners(listing: str) -> Iterable[tuple[int, int]]:
    """(pid, port) of each socket in a listing of `lsof` that loopback connections can reach."""
    sockets = defaultdict(set)
    pid = 0
    for line in listing.splitlines():
        kind, text = line[:1], line[1:]
        if kind == "p":
            pid = int(text)
        elif kind == "n":
            host, _, port = text.rpartition(":")
            if port.isdigit() and (host in ("*", "[::1]") or host.startswith("127.")):
                sockets[pid].add(int(port))
    return [(pid, port) for pid, ports in sockets.items() for port in sorted(ports)]
