"""Which addresses are devcors' own listeners: they are never dialed, by whatever name somebody comes to them.

The policy knows the names that are known beforehand (`Door.is_own`); this is asked once a name has been resolved.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable

from devcors.urls import address_of

Place = tuple[str, int]
"""An IP address and a port."""


def is_own(place: Place, listeners: Iterable[Place], is_here: Callable[[str], bool]) -> bool:
    """Whether a connection to `place` would reach one of `listeners`. `is_here`: an address is this machine's own."""
    address = address_of(place[0].partition("%")[0])
    if address is None:
        return False
    for own, port in listeners:
        listening = address_of(own.partition("%")[0])
        if port != place[1] or listening is None or listening.version != address.version:
            continue
        if listening == address:
            return True
        # dialed, the unspecified address is loopback; listened on, it is every address of the machine
        if address.is_unspecified and listening.is_loopback:
            return True
        if listening.is_unspecified and is_here(str(address)):
            return True
    return False


def is_here(address: str) -> bool:
    """Whether an IP address is one of this machine's: only those can be bound. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def names_of_machine() -> tuple[str, ...]:
    """The machine's host name and the addresses that it has by that name; as many as the system tells."""
    name = socket.gethostname().lower()
    try:
        found = [str(sockaddr[0]) for *_, sockaddr in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    except OSError:
        found = []
    return tuple(dict.fromkeys((name, *found)))
