"""Ends a connection in the way that tells its peer that something was cut."""

from __future__ import annotations

import asyncio
import socket
import struct

_NO_LINGERING = struct.pack("ii", 1, 0)


def reset(transport: asyncio.Transport) -> None:
    """Closes at once, by an RST (RFC 9293, section 3.6).

    `abort` alone ends with a FIN like any orderly close, which is how HTTP/1.0 and much else marks a message as whole.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    transport.abort()
