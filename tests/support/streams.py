"""A streaming server for tests (tornado, in a thread of its own): SSE, WebSocket, large bodies both ways."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import tornado.httpserver
import tornado.httputil
import tornado.iostream
import tornado.netutil
import tornado.web
import tornado.websocket


class Events(tornado.web.RequestHandler):
    """`count` events, one every `every` seconds; 0 is endless."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        count, every = int(self.get_argument("count", "5")), float(self.get_argument("every", "0.1"))
        number = 0
        try:
            while not count or number < count:
                self.write(f"data: {number}\n\n")
                await self.flush()
                number += 1
                await asyncio.sleep(every)
        except tornado.iostream.StreamClosedError:
            return


class Echo(tornado.websocket.WebSocketHandler):
    """Echoes; `close CODE` closes with it, `die` drops the connection without a close frame."""

    def check_origin(self, origin: str) -> bool:
        return True

    async def on_message(self, message: str | bytes) -> None:
        if isinstance(message, str) and message.startswith("close "):
            self.close(int(message.split()[1]), "as asked")
        elif message == "die":
            assert self.ws_connection is not None
            assert self.ws_connection.stream is not None
            self.ws_connection.stream.close()
        else:
            await self.write_message(message, binary=isinstance(message, bytes))


class Download(tornado.web.RequestHandler):
    """`bytes` bytes, with a length or chunked."""

    async def get(self) -> None:
        size = int(self.get_argument("bytes"))
        if self.get_argument("chunked", "") == "":
            self.set_header("Content-Length", str(size))
        piece = b"\0" * 262_144
        try:
            while size > 0:
                self.write(piece[: min(size, len(piece))])
                size -= len(piece)
                await self.flush()
        except tornado.iostream.StreamClosedError:
            return


@tornado.web.stream_request_body
class Upload(tornado.web.RequestHandler):
    """Counts and hashes what comes."""

    def prepare(self) -> None:
        assert isinstance(self.request.connection, tornado.httputil.HTTPConnection)
        self.request.connection.set_max_body_size(1 << 40)  # type: ignore[attr-defined]  # tornado's own way
        self.size, self.hash = 0, hashlib.sha256()

    def data_received(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.hash.update(chunk)

    def post(self) -> None:
        self.write({"bytes": self.size, "sha256": self.hash.hexdigest()})

    put = post


class Slow(tornado.web.RequestHandler):
    """Answers after `seconds`."""

    async def get(self) -> None:
        await asyncio.sleep(float(self.get_argument("seconds")))
        self.write("at last")


APP: list[tuple[str, type[tornado.web.RequestHandler]]] = [
    (r".*/events", Events),
    (r".*/echo", Echo),
    (r".*/download", Download),
    (r".*/upload", Upload),
    (r".*/slow", Slow),
]


def hang_up(client: tornado.websocket.WebSocketClientConnection) -> None:
    """Closes a client's connection at once; its own `close` waits for the other side's goodbye."""
    protocol: tornado.websocket.WebSocketProtocol | None = client.protocol  # None once it was closed
    stream = protocol.stream if protocol else None
    client.close()
    if stream is not None:
        stream.close()


@contextmanager
def streaming() -> Iterator[int]:
    """A running server; yields its port."""
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    loop = asyncio.new_event_loop()
    stopped = asyncio.Event()

    async def run() -> None:
        server = tornado.httpserver.HTTPServer(tornado.web.Application([*APP]))
        server.add_sockets(sockets)
        await stopped.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        yield sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
        loop.close()
