"""The small answers where there is no nginx: `python -m benchmarks.backends.small PORT`."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from typing import cast

from .answer import CROSS_TARGET, response

PLAIN, CROSS = response("/"), response(CROSS_TARGET)
_CROSS_LINE = f" {CROSS_TARGET}".encode()


class Answers(asyncio.Protocol):
    """One answer for each request head, in order. Requests have no bodies here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # by its type alone: uvloop's transports are none of asyncio's
        self._transport, self._rest = cast("asyncio.Transport", transport), b""

    def data_received(self, data: bytes) -> None:
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        if heads:
            self._transport.write(b"".join(CROSS if _CROSS_LINE in head[:64] else PLAIN for head in heads))


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    """Until it is ended."""
    if importlib.util.find_spec("uvloop"):
        importlib.import_module("uvloop").run(_serve(int(sys.argv[1])))
    else:
        asyncio.run(_serve(int(sys.argv[1])))


if __name__ == "__main__":
    main()
