"""An end that the other side cannot take for an orderly one."""

from __future__ import annotations

import asyncio
import socket
import struct

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: close sends RST


def reset(transport: asyncio.Transport) -> None:
    """Ends a connection by RST. What is not sent yet is lost; asyncio's own `abort` sends a plain FIN."""
    if (sock := transport.get_extra_info("socket")) is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
