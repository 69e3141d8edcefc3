"""Sending a kept request again, through devcors' own front door: served, judged and recorded as any other.

Known: the request's head as the browser sent it, and its body where that was kept whole. Wanted: the same request, less
what was said of one connection, and the number of the new record. The record does not say which connection it came on;
it is known by its fields, which are those that were sent.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from urllib.parse import urlsplit

from devcors.daemon.auto_config import proxy_authority
from devcors.errors import DevcorsError
from devcors.heads import RequestHead, value, without
from devcors.policy.hops import end_to_end
from devcors.proxy.engine import Engine
from devcors.traffic.record import Exchange
from devcors.urls import DEFAULT_PORTS

ANSWER_SECONDS = 10.0
"""How long the answer is awaited; a stream is left then."""

RECORD_SECONDS = 2.0
"""How long the record is awaited after that; a preflight's may be held back for a moment."""


class NotReplayableError(DevcorsError):
    """This exchange cannot be had again."""


async def replay(engine: Engine, exchange: Exchange) -> int | None:
    """The number of the new record; None where none came. Raises NotReplayableError."""
    body = _body(exchange)
    head = _head(exchange, body)
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def look(other: Exchange) -> None:
        # the target may have been made another form
        same = other.request is not None and (other.request.method, other.request.fields) == (head.method, head.fields)
        if same and other.url == exchange.url and not found.done():
            found.set_result(other.id)

    stop = engine.journal.listen(look)
    try:
        await _send(engine, exchange, head, body)
        with suppress(TimeoutError):
            return await asyncio.wait_for(found, RECORD_SECONDS)
    finally:
        stop()
    return None


def _body(exchange: Exchange) -> bytes:
    if exchange.kind != "http" or exchange.request is None:
        raise NotReplayableError(f"a {exchange.kind} cannot be sent again", hint="let the page open it again")
    kept = bytes(exchange.request_kept)
    if len(kept) != exchange.request_bytes or exchange.aborted == "client":
        raise NotReplayableError(
            f"of the request's body {len(kept)} of {exchange.request_bytes} bytes were kept",
            hint="set [server] capture to more bytes and let the page send it again",
        )
    return kept


def _head(exchange: Exchange, body: bytes) -> RequestHead:
    """What is said to the server, and our own connection's part. RFC 9112, section 6.3: the length is known now."""
    assert exchange.request is not None
    method, target, given = exchange.request
    framed = any(value(given, name) is not None for name in (b"content-length", b"transfer-encoding"))
    kept = without(end_to_end(given), b"connection", b"te", b"content-length", b"expect")
    if value(kept, b"host") is None:  # HTTP/2 has it elsewhere
        kept = ((b"Host", urlsplit(exchange.url).netloc.rpartition("@")[2].encode()), *kept)
    length = ((b"Content-Length", str(len(body)).encode()),) if framed or body else ()
    return RequestHead(method, target, (*kept, *length, (b"Connection", b"close")))


async def _send(engine: Engine, exchange: Exchange, head: RequestHead, body: bytes) -> None:
    """Sends it and reads the answer to its end, for which nobody here has a use."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await _connection(engine, exchange)
            try:
                writer.write(_wire(_target(engine, exchange, head), head, body))
                await writer.drain()
                while await reader.read(65536):
                    pass
            finally:
                writer.close()
    except TimeoutError:
        return
    except OSError as error:
        raise NotReplayableError(f"it could not be sent: {error}", hint="is it still served here?") from error


def _wire(target: bytes, head: RequestHead, body: bytes) -> bytes:
    lines = [b"%s %s HTTP/1.1" % (head.method, target), *(b"%s: %s" % field for field in head.fields)]
    return b"\r\n".join([*lines, b"", body])


def _place(exchange: Exchange) -> tuple[str, str, int]:
    """Scheme, host as an authority has it, and port of the URL that the browser asked for."""
    parts = urlsplit(exchange.url)
    host = parts.hostname or ""
    return parts.scheme, f"[{host}]" if ":" in host else host, parts.port or DEFAULT_PORTS[parts.scheme]


def _is_intercepted(engine: Engine, exchange: Exchange) -> bool:
    _, host, port = _place(exchange)
    return engine.policy.hosts.find(host, port) is not None


def _target(engine: Engine, exchange: Exchange, head: RequestHead) -> bytes:
    """RFC 9112, section 3.2.2: absolute to a proxy, unless there is a tunnel."""
    scheme, host, port = _place(exchange)
    if scheme == "http" and _is_intercepted(engine, exchange):
        return f"http://{host}:{port}".encode() + head.target
    return head.target


async def _connection(engine: Engine, exchange: Exchange) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the front door, in the way that the browser came."""
    scheme, host, port = _place(exchange)
    door = proxy_authority(engine)
    reader, writer = await asyncio.open_connection(door.host.strip("[]"), door.port)
    if scheme != "https":
        return reader, writer
    try:
        if _is_intercepted(engine, exchange):
            await _tunnel(reader, writer, f"{host}:{port}")
        context = ssl.create_default_context(cafile=str(engine.authority().path))
        await writer.start_tls(context, server_hostname=host.strip("[]"))
    except BaseException:
        writer.close()
        raise
    return reader, writer


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str) -> None:
    """RFC 9110, section 9.3.6. Raises OSError where it is refused."""
    writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("the tunnel was refused") from error
    if not answer.startswith(b"HTTP/1.1 2"):
        raise ConnectionError(f"the tunnel was refused ({answer.splitlines()[0].decode('latin-1')})")
