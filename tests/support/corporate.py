"""A small proxy as companies have one: it notes what it was asked, and every name leads it to a server on loopback."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Corporate(socketserver.ThreadingTCPServer):
    """It serves CONNECT, and answers an absolute-form itself; `asked` has Proxy-Authorization beside each."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), _Tunnel)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Tunnel(socketserver.StreamRequestHandler):
    server: Corporate

    def handle(self) -> None:
        method, place, _ = self.rfile.readline().decode().split()
        fields = {}
        while line := self.rfile.readline().strip():
            name, _, text = line.decode().partition(":")
            fields[name.lower()] = text.strip()
        self.server.asked.append((f"{method} {place}", fields.get("proxy-authorization")))
        if place.startswith("forbidden."):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        if method != "CONNECT":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n")
            self.wfile.write(b"the corporate")
            return
        with socket.create_connection(("127.0.0.1", int(place.rpartition(":")[2]))) as upstream:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.connection: upstream, upstream: self.connection}
            while True:
                for readable in select.select(list(ends), [], [])[0]:
                    data = readable.recv(65536)
                    if not data:
                        return
                    ends[readable].sendall(data)


@contextmanager
def corporate() -> Iterator[Corporate]:
    with Corporate() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
