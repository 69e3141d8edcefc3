"""Servers and clients on raw sockets, for tests that say what happens piece by piece."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Serve = Callable[[socket.socket, bytes], bytes | None]
"""Gets a connection and a request's head, with whatever came behind it. Gives what is the next request's, or None to
end the connection.
"""

MEGABYTE = 1 << 20


@contextmanager
def serving(handlers: dict[str, Serve]) -> Iterator[int]:
    """A server with a thread for each connection; the first segment of the path names the handler. Yields its port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    stopped = threading.Event()

    def accept() -> None:
        while not stopped.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(sock,), daemon=True).start()

    def serve(sock: socket.socket) -> None:
        with sock:
            sock.settimeout(20)
            try:
                rest: bytes | None = b""
                while rest is not None and (data := read_head(sock, rest)):
                    rest = handlers[data.split(b" ")[1].split(b"?")[0].split(b"/")[1].decode()](sock, data)
            except OSError:  # the other side has left, which its test knows
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def read_head(sock: socket.socket, data: bytes = b"") -> bytes:
    """Until the blank line is there, and whatever came behind it; empty where the connection ended before."""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return b""
        data += more
    return data


def read_exactly(sock: socket.socket, count: int, data: bytes = b"") -> bytes:
    """So many octets, `data` among them."""
    while len(data) < count:
        more = sock.recv(count - len(data))
        assert more, f"ended after {len(data)} of {count}"
        data += more
    return data


def drain(sock: socket.socket, count: int) -> int:
    """Reads so many octets without keeping them; fewer where the connection ends."""
    buffer, left = bytearray(MEGABYTE), count
    while left:
        size = sock.recv_into(buffer, min(left, MEGABYTE))
        if not size:
            break
        left -= size
    return count - left


def send_until_stuck(sock: socket.socket, piece: bytes, most: int, patience: float = 1.0) -> int:
    """Sends `piece` again and again, `most` bytes in all, until nobody has taken any for `patience` seconds."""
    sock.setblocking(False)
    sent, view = 0, memoryview(piece)
    try:
        while sent < most and select.select([], [sock], [], patience)[1]:
            at = sent % len(piece)
            sent += sock.send(view[at : at + most - sent])
    finally:
        sock.settimeout(20)
    return sent


def ended_within(sock: socket.socket, seconds: float) -> bool:
    """Whether the peer ends the connection in that time, by FIN or RST."""
    sock.settimeout(seconds)
    try:
        while sock.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def reset(sock: socket.socket) -> None:
    """Closes by RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
