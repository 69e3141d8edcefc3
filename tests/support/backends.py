"""A helper process: two servers that answer every request with their names, `one` and `two`, and a streaming one.

Says their ports. The two are as cheap as can be, so that a test under load spends the machine on what it tests.
"""

from __future__ import annotations

import asyncio

from .helpers import say, until_told
from .streams import streaming


def _answering(body: bytes) -> type[asyncio.Protocol]:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    class Answering(asyncio.Protocol):
        """Requests without a body, on a kept-alive connection."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self._transport, self._head = transport, b""

        def data_received(self, data: bytes) -> None:
            *heads, self._head = (self._head + data).split(b"\r\n\r\n")
            self._transport.write(answer * len(heads))

    return Answering


async def _serve(body: bytes) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(_answering(body), "127.0.0.1", 0)


async def main(stream_port: int) -> None:
    """Serves until told to stop."""
    async with await _serve(b"one") as one, await _serve(b"two") as two:
        ports = {name: server.sockets[0].getsockname()[1] for name, server in (("one", one), ("two", two))}
        say({**ports, "stream": stream_port})
        await until_told()


if __name__ == "__main__":
    with streaming() as port:
        asyncio.run(main(port))
