"""Who has closed everything, and who only one half: the kernel's table, read from samples and from the real one."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import cast

import pytest

from devcors.proxy.gateway import departure
from devcors.proxy.gateway.departure import endpoint, has_departed, owner

from .live import loops, run, until

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="the samples are of a little-endian machine")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0A75 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 23894 1 0000000000000000 100
   1: 0100007F:9C40 0100007F:0A75 01 00000000:00000000 00:00000000 00000000  1000        0 23895 1 0000000000000000 20
   2: 0100007F:0A75 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 23896 1 0000000000000000 20
   3: 0100007F:9C41 0100007F:0A75 05 00000000:00000000 03:00000F3A 00000000     0        0 0 3 0000000000000000
   4: 0100007F:0A75 0100007F:9C41 08 00000000:00000000 00:00000000 00000000  1000        0 23897 1 0000000000000000 20
""".splitlines()


@pytest.mark.parametrize(
    ("address", "port", "text"),
    [
        ("127.0.0.1", 80, "0100007F:0050"),
        ("127.1.2.3", 65535, "0302017F:FFFF"),
        ("::1", 2677, "00000000000000000000000001000000:0A75"),
        ("2001:db8::ff00:42", 1, "B80D01200000000000000000420000FF:0001"),
    ],
)
def test_endpoints_are_written_as_the_kernel_does(address: str, port: int, text: str) -> None:
    assert endpoint(address, port) == text


@pytest.mark.parametrize(
    ("local", "remote", "inode"),
    [(40000, 2677, "23895"), (2677, 40000, "23896"), (40001, 2677, "0"), (40002, 2677, None), (2677, 0, None)],
)
def test_owners_are_found_in_the_table(local: int, remote: int, inode: str | None) -> None:
    assert owner(TABLE, endpoint("127.0.0.1", local), endpoint("127.0.0.1", remote)) == inode


@pytest.mark.parametrize("lines", [[], [""], TABLE[:1], ["a b c"], ["0: 0100007F:9C40 0100007F:0A75"]])
def test_a_table_that_is_none_names_nobody(lines: list[str]) -> None:
    assert owner(lines, endpoint("127.0.0.1", 40000), endpoint("127.0.0.1", 2677)) is None


class Named(asyncio.BaseTransport):
    """A transport that knows only who is at its ends."""

    def __init__(self, peer: tuple[str, int] | None, own: tuple[str, int] | None = ("127.0.0.1", 2677)) -> None:
        super().__init__({"peername": peer, "sockname": own})


@on_linux
@pytest.mark.parametrize(
    ("transport", "departed"),
    [
        (Named(("127.0.0.1", 40000)), False),
        (Named(("127.0.0.1", 40001)), True),  # closed, and owned by nobody
        (Named(("127.0.0.1", 40009)), False),  # the table does not even know our own end
        (Named(None), False),
        (Named(("127.0.0.1", 40000), None), False),
        (Named(("192.0.2.1", 40001)), False),  # of another machine nothing is known
    ],
)
def test_what_the_table_says(transport: Named, departed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Table:
        def read_text(self) -> str:
            return "\n".join(TABLE)

    monkeypatch.setattr(departure, "_TABLES", {socket.AF_INET: Table(), socket.AF_INET6: Table()})
    assert has_departed(transport) is departed


@on_linux
def test_a_table_that_cannot_be_read_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Table:
        def read_text(self) -> str:
            raise PermissionError

    monkeypatch.setattr(departure, "_TABLES", {socket.AF_INET: Table(), socket.AF_INET6: Table()})
    assert not has_departed(Named(("127.0.0.1", 40001)))


class Finished(asyncio.Protocol):
    """Keeps the connection open when the other end has finished."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.eof = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def eof_received(self) -> bool:
        self.eof = True
        return True


@on_linux
@pytest.mark.parametrize("loop_factory", loops())
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_real_connections(loop_factory: Callable[[], asyncio.AbstractEventLoop], host: str) -> None:
    async def check() -> None:
        loop = asyncio.get_running_loop()
        made: list[Finished] = []

        def protocol() -> Finished:
            made.append(Finished())
            return made[-1]

        server = await loop.create_server(protocol, host, 0)
        address = server.sockets[0].getsockname()[:2]
        half, whole = socket.create_connection(address), socket.create_connection(address)
        try:
            await until(lambda: len(made) == 2 and all(one.transport for one in made))
            await compare(half, whole, made)
        finally:
            for one in made:
                if one.transport is not None:
                    one.transport.abort()
            for client in (half, whole):
                client.close()
            server.close()
            await asyncio.sleep(0.02)

    async def compare(half: socket.socket, whole: socket.socket, made: list[Finished]) -> None:
        ends = {one.transport.get_extra_info("peername")[1]: one for one in made if one.transport}
        halves, wholes = ends[half.getsockname()[1]], ends[whole.getsockname()[1]]
        assert halves.transport
        assert wholes.transport
        assert not has_departed(halves.transport)
        half.shutdown(socket.SHUT_WR)
        whole.close()
        await until(lambda: halves.eof and wholes.eof)
        await until(lambda: wholes.transport and has_departed(wholes.transport))
        assert not has_departed(halves.transport)
        half.close()
        await until(lambda: halves.transport and has_departed(halves.transport))

    run(loop_factory, check())
