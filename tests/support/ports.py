"""Ports of loopback for tests.

Not those that the system hands out: it may give the same port to another test's server, or to the near end of a
connection, before the one that asked for it listens there, or while nobody is to listen there.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket

_FIRST, _COUNT = 11_000, 21_000
"""Below what Linux (32768) and macOS (49152) hand out, above what browsers refuse to ask (10080)."""

# tests run in some processes at once: each begins elsewhere; and devcors takes the ports behind one that it is given
_turns = itertools.count(os.getpid() * 1009, 13)


def free_port() -> int:
    """A port that nobody listens on now, and that this process has not been given before."""
    for turn in itertools.islice(_turns, _COUNT):
        port = _FIRST + turn % _COUNT
        if all(_is_free(family, host, port) for family, host in _LOOPBACK):
            return port
    raise AssertionError("every port is taken")


_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def _is_free(family: int, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as sock:
            sock.bind((host, port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE  # a machine may have no IPv6
    return True
