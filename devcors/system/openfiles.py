"""How many files and sockets this process may have open."""

from __future__ import annotations

import sys

WANTED = 8192
"""Two sockets for each exchange or WebSocket under way; and not so many that a program which closes all that it might
have inherited, one by one, takes long to start.
"""


def allow_many() -> None:
    """Raises the soft limit, which is 1024 in most shells, 256 on macOS, as far as the hard one allows."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= WANTED:
        return
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
