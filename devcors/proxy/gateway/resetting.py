"""An end that the other side cannot take for a good one.

A transport's `abort` throws away what it has not written, but TCP then says FIN, as after a whole message.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys

# struct linger: on, for 0 seconds; then closing sends RST
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def reset(transport: asyncio.WriteTransport) -> None:
    """Ends a connection at once and with an error for the other side (RFC 9112, section 9.6: RST)."""
    if (connection := transport.get_extra_info("socket")) is not None:
        with contextlib.suppress(OSError):  # it is gone already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
