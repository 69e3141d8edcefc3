"""Binding the front door: both families of localhost on one port, the next free port where one is taken."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace

from devcors.config.schema import Config
from devcors.errors import PortTakenError, StartError
from devcors.urls import is_loopback_host

_TRIES = 20
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Bound:
    """Listening sockets of one port. `taken` is the port that was wanted and was not free, else None."""

    sockets: list[socket.socket]
    host: str
    port: int
    taken: int | None = None

    def close(self) -> None:
        """Gives the port back, where nobody serves it yet."""
        for sock in self.sockets:
            sock.close()


def listen_address(config: Config) -> tuple[str, int]:
    """`[server] listen` as host and port."""
    host, _, port = config.server.listen.rpartition(":")
    return host, int(port)


def bind_admin(config: Config, door: Bound, *, strict: bool, had: Bound | None = None) -> Bound | None:
    """The admin port, on loopback whatever the front door listens on; None where the config wants none.

    A port that the config names is taken at its word with `strict`; the port after the front door's is nobody's wish,
    so the next free one does as well. `had` stays where it is the one wanted. Raises StartError.
    """
    wanted = config.server.admin
    if wanted is False:
        return None
    port = wanted if wanted is not None else door.port + 1 if door.port < 65535 else 0
    if had is not None and had.port == port:
        return had
    bound = bind("localhost", port, strict=strict and wanted is not None)
    # where any port was asked for at the front door, none of them is missed
    return replace(bound, taken=None) if wanted is None and listen_address(config)[1] == 0 else bound


def bind(host: str, port: int, *, strict: bool) -> Bound:
    """Listens on `host` (a name, `localhost` for both loopback families, or a literal) and `port` (0: any).

    Raises StartError where the address is not this machine's, or the port is taken and `strict` forbids another.
    """
    addresses = LOOPBACK if host.strip("[]") == "localhost" else (host.strip("[]"),)
    for candidate in _candidates(port, strict=strict):
        try:
            sockets = _bind_all(addresses, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(
                    f"cannot listen on {host}:{candidate}: {error.strerror}",
                    hint='set [server] listen = "localhost:2677", or another address of this machine',
                ) from None
            continue
        bound_port = sockets[0].getsockname()[1]
        return Bound(sockets, host, bound_port, port if port not in (0, bound_port) else None)
    raise PortTakenError(port)


def _candidates(port: int, *, strict: bool) -> Sequence[int]:
    if port == 0:  # the system chooses for the first family; the other one may have that port taken
        return [0] * _TRIES
    return range(port, min(port + (1 if strict else _TRIES), 65536))


def _bind_all(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind_one(address, chosen))
            except OSError as error:
                # a machine without IPv6 has a localhost too
                if not (sockets and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)):
                    raise
    except OSError:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def _bind_one(address: str, port: int) -> socket.socket:
    family, kind, protocol, _, sockaddr = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(sockaddr)
        # listen at once: two sockets may be bound to one port, but only one may listen
        bound.listen(1024)
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


def is_exposed(host: str) -> bool:
    """Whether listening there lets other machines in."""
    return not is_loopback_host(host.strip("[]"))
