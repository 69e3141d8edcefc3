"""A WebSocket server that echoes: messages whole, text and binary apart, permessage-deflate where it is offered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate


class Echo(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._connection = WSConnection(ConnectionType.SERVER)
        self._text: list[str] = []
        self._octets: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """asyncio's."""
        self._connection.receive_data(data)
        for event in self._connection.events():
            self._answer(event)

    def _answer(self, event: Event) -> None:
        if isinstance(event, Request):
            self._send(AcceptConnection(extensions=[PerMessageDeflate()]))
        elif isinstance(event, Message):
            self._collect(event)
        elif isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            # RFC 6455, section 7.1.1: the server is the one that ends the TCP connection
            self._send(event.response())
            self._transport.close()

    def _collect(self, event: Message[Any]) -> None:
        if isinstance(event, TextMessage):
            self._text.append(event.data)
            if event.message_finished:
                self._send(TextMessage("".join(self._text)))
                self._text.clear()
        elif isinstance(event, BytesMessage):
            self._octets.append(bytes(event.data))
            if event.message_finished:
                self._send(BytesMessage(b"".join(self._octets)))
                self._octets.clear()

    def _send(self, event: Event) -> None:
        self._transport.write(self._connection.send(event))


@contextmanager
def echoing() -> Iterator[int]:
    """A running server; yields its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Echo, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        loop.close()
