"""A backend on raw sockets that can be killed at any byte, by FIN or by RST, and started again on the same port."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

How = Literal["fin", "rst"]
Then = Literal["go on", "drop", "kill"]

SETTLED = 0.03
"""Seconds: what was sent before has been read on the other side, so that an RST does not overtake it."""


@dataclass(frozen=True)
class Act:
    """What is done with one request: so much of its body is read, this is sent, then the connection goes on, is
    dropped, or the whole backend dies.

    patience: seconds before it is sent, in which the other side may give up.
    """

    send: bytes = b""
    body: int = 0
    then: Then = "go on"
    how: How = "fin"
    patience: float = 0.0


class Backend:
    """Plays its acts, one for each request; after the last each request gets 200 and the backend's `marker`."""

    def __init__(self, marker: bytes = b"right") -> None:
        self.marker = marker
        self.port = 0
        self.seen: list[bytes] = []
        self.died = threading.Event()
        self._acts: deque[Act] = deque()
        self._dies_at_accept: How | None = None
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def start(self, *acts: Act, dies_at_accept: How | None = None) -> None:
        """Listens, on the port of before."""
        self._acts, self._dies_at_accept = deque(acts), dies_at_accept
        self.seen, self.died = [], threading.Event()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept, self._listener)

    @staticmethod
    def _run(target: Callable[[socket.socket], None], sock: socket.socket) -> None:
        threading.Thread(target=target, args=(sock,), daemon=True).start()

    def kill(self, how: How = "fin") -> None:
        """As the system does it to a process that dies: nobody listens, all connections end."""
        with self._lock:
            listener, self._listener = self._listener, None
            victims, self._open = self._open, set()
        if listener is not None:
            _shut_down(listener)  # wakes the thread in `accept`
            listener.close()
        for sock in victims:
            _end(sock, how)
        self.died.set()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(sock)
            if self._dies_at_accept:
                self.kill(self._dies_at_accept)
            else:
                self._run(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            while self._serve_one(sock):
                pass
        except OSError:  # it was killed
            return

    def _serve_one(self, sock: socket.socket) -> bool:
        read = _head(sock)
        if read is None:
            self._drop(sock, "fin")
            return False
        head, body = read
        if not self._takes(sock, head):
            return False
        act = self._acts.popleft() if self._acts else None
        if act is None:
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(self.marker), self.marker)
            act = Act(answer, body=_length(head))
        _read(sock, act.body - len(body))
        if act.patience and select.select([sock], [], [], act.patience)[0]:
            self._drop(sock, "fin")
            return False
        if act.send:
            sock.sendall(act.send)
        if act.then == "go on":
            return True
        time.sleep(SETTLED)
        if act.then == "kill":
            if sock in self._open:  # else it was killed, and another may run by now
                self.kill(act.how)
        else:
            self._drop(sock, act.how)
        return False

    def _takes(self, sock: socket.socket, head: bytes) -> bool:
        """Notes a request; not one that came while the connection was killed, and is read all the same."""
        with self._lock:
            if sock in self._open:
                self.seen.append(head)
            return sock in self._open

    def _drop(self, sock: socket.socket, how: How) -> None:
        with self._lock:
            if sock not in self._open:  # it was killed
                return
            self._open.discard(sock)
        _end(sock, how)


def _head(sock: socket.socket) -> tuple[bytes, bytes] | None:
    """A request's head, and what came with it of the body; None where the connection ends before."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def _read(sock: socket.socket, size: int) -> None:
    """So many bytes, or what there is until the connection ends."""
    while size > 0:
        more = sock.recv(size)
        if not more:
            return
        size -= len(more)


def _shut_down(sock: socket.socket, ways: int = socket.SHUT_RDWR) -> None:
    try:
        sock.shutdown(ways)
    except OSError:  # its other side has ended it already
        return


def _end(sock: socket.socket, how: How) -> None:
    # either way the thread that reads from it wakes up: while it reads, `close` has no effect
    if how == "rst":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        _shut_down(sock, socket.SHUT_RD)
    else:
        _shut_down(sock)
    sock.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, text = line.partition(b":")
        if name.lower() == b"content-length":
            return int(text)
    return 0
