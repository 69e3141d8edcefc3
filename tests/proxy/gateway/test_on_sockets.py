"""What only real sockets show, on both event loops: resets, names of peers, TLS to upstreams, what is left open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from devcors.proxy.gateway import resetting
from tests.support.servers import Certificate, self_made

from .live import Live, live, loops, reset, run, until

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
on_both_loops = pytest.mark.parametrize("loop_factory", loops())
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that answers each request without a body."""
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def everything(connection: socket.socket) -> tuple[bytes, str]:
    """What comes, and how it ends."""
    out = b""
    try:
        while data := connection.recv(65536):
            out += data
    except ConnectionResetError:
        return out, "reset"
    finally:
        connection.close()
    return out, "end"


@on_both_loops
def test_a_request_whose_client_is_gone_before_it_is_read(loop_factory: LoopFactory) -> None:
    async def check() -> None:
        async with live(answers) as lane:
            for data in (
                GET,
                GET * 3,
                b"nonsense\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab",
            ):
                client = lane.client()
                client.sendall(data)
                reset(client)  # the loop has not run in between
                await until(lambda: not lane.gateway.clients)
            await until(lambda: len(lane.store) >= 4)
            client = lane.client()
            client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            data, end = await asyncio.to_thread(everything, client)
            assert (data[-2:], end) == (b"ok", "end")

    run(loop_factory, check())


@on_both_loops
@pytest.mark.parametrize("death", ["reset", "abort"])
def test_a_client_of_http_1_0_sees_that_a_response_is_not_whole(loop_factory: LoopFactory, death: str) -> None:
    """Without chunks and without a length, nothing but the way in which the connection ends can say it."""

    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        await asyncio.sleep(0.05)
        resetting.reset(writer.transport) if death == "reset" else writer.transport.abort()

    async def check() -> None:
        async with live(dies) as lane:
            client = lane.client()
            client.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            _, end = await asyncio.to_thread(everything, client)
            assert end == "reset"
            await until(lambda: len(lane.store))
            assert [record.aborted for record in lane.store] == ["server"]

    run(loop_factory, check())


@on_both_loops
@pytest.mark.parametrize("abrupt", [True, False])
def test_the_end_of_a_tunnel_is_passed_on_as_it_is(loop_factory: LoopFactory, abrupt: bool) -> None:
    async def switches(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
        await asyncio.sleep(0.05)
        resetting.reset(writer.transport) if abrupt else writer.close()

    async def check() -> None:
        async with live(switches) as lane:
            client = lane.client()
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
            _, end = await asyncio.to_thread(everything, client)
            assert end == ("reset" if abrupt else "end")
            await until(lambda: len(lane.store))

    run(loop_factory, check())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_made(tmp_path_factory.mktemp("certificate"), "localhost", "127.0.0.1")


async def asked(lane: Live) -> bytes:
    """One request on a connection of its own."""
    client = lane.client()
    client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    data, _ = await asyncio.to_thread(everything, client)
    return data


@on_both_loops
def test_an_upstream_with_tls(loop_factory: LoopFactory, certificate: Certificate) -> None:
    async def check() -> None:
        verify = f', verify = "{certificate.path}"'
        async with live(answers, lines=verify, ssl=certificate.server_context()) as lane:
            for _ in range(3):
                assert (await asked(lane)).endswith(b"ok")
            assert len(lane.gateway.pool._open) == 1

    run(loop_factory, check())


@on_both_loops
@pytest.mark.parametrize(
    ("verify", "cause"),
    [("true", b"self-signed certificate"), ('"/no/such/file.pem"', b"No such file")],
)
def test_an_upstream_whose_certificate_is_not_accepted_is_not_left_open(
    loop_factory: LoopFactory, certificate: Certificate, verify: str, cause: bytes
) -> None:
    async def check() -> None:
        async with live(answers, lines=f", verify = {verify}", ssl=certificate.server_context()) as lane:
            for _ in range(3):
                data = await asked(lane)
                assert data.startswith(b"HTTP/1.1 502 ")
                assert cause in data
            await until(lambda: not lane.gateway.pool._open, 1)

    run(loop_factory, check())


@on_both_loops
def test_a_handshake_that_is_given_up_is_not_left_open(loop_factory: LoopFactory) -> None:
    """The upstream is no TLS server and says nothing; the client leaves."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async def check() -> None:
        async with live(silent, scheme="https") as lane:
            client = lane.client()
            client.sendall(GET)
            await until(lambda: lane.gateway.pool._open)
            await asyncio.sleep(0.02)
            reset(client)
            await until(lambda: not lane.gateway.pool._open, 1)
            await until(lambda: len(lane.store))

    run(loop_factory, check())
