"""Connections that end by TCP's reset (RFC 9293, section 3.5.3): made to, and heard out when they have."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

from .window import HIGH_WATER

# struct linger: on, for 0 seconds; then closing sends RST
_NO_LINGERING = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def reset(transport: asyncio.WriteTransport) -> None:
    """Ends a connection so that its peer sees that something was cut; what was written is still sent before.

    `abort` alone ends with a FIN like any orderly close, which is how HTTP/1.0 and much else marks a message as whole.
    """
    if transport.is_closing():
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):  # it is gone already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    if transport.get_extra_info("ssl_object") is not None:
        transport.abort()  # to close would say, by close_notify, that all is well (RFC 8446, section 6.1)
    else:
        transport.close()


def unheard(transport: asyncio.Transport) -> Iterator[bytes]:
    """What came before a reset and was not read yet; to be asked for in `connection_lost`, while the socket is there.

    Who answers, and closes with something of ours unread, resets the connection. Our next write fails then, maybe
    before we have read the answer; the system still has it. Over TLS it cannot be had.
    """
    sock = transport.get_extra_info("socket")
    if sock is None or transport.get_extra_info("ssl_object") is not None:
        return
    with suppress(OSError), socket.fromfd(sock.fileno(), sock.family, sock.type) as copy:
        copy.setblocking(False)
        while data := copy.recv(HIGH_WATER):
            yield data
