"""TLS to upstreams, one context for each way of checking their certificates; and TLS at the front door."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import certifi
from cryptography.hazmat.primitives import serialization

from devcors.config.schema import Verify
from devcors.proxy.authority import CertificateAuthority, Leaf
from devcors.proxy.tasks import spawn


def upstream_context(verify: Verify) -> ssl.SSLContext:
    """`verify` True: the system's authorities and Mozilla's; False: anything; else the CA file, and it alone.

    Raises OSError for a file that cannot be used. It is read anew each time, since it may have been replaced.
    """
    return _standing(verify) if isinstance(verify, bool) else _context(verify)


def _context(verify: Verify) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    if verify is True:
        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    elif verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(verify)
    return context


_standing = lru_cache(maxsize=2)(_context)


class FrontDoorCertificates:
    """TLS contexts for the front door: a leaf of its own for each name, made when it is asked for.

    `serves` tells whether the front door answers to a name.
    """

    def __init__(self, authority: Callable[[], CertificateAuthority], serves: Callable[[str], bool]) -> None:
        self._authority = authority
        self._serves = serves
        self._made: dict[str, tuple[Leaf, ssl.SSLContext]] = {}

    def context(self, address: str) -> ssl.SSLContext:
        """For a connection to this address of ours: a client that names no host is shown a leaf for the address."""
        context = self._named(address)
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        """RFC 6066, section 3: the certificate is for the name that the client asked for."""
        if name is None:
            return None
        if not self._serves(name.lower()):
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._named(name.lower())
        return None

    def _named(self, name: str) -> ssl.SSLContext:
        authority = self._authority()
        leaf = authority.leaf(name)
        known = self._made.get(name)
        if known is None or known[0] is not leaf:  # a leaf is renewed before it ends
            known = self._made[name] = (leaf, _server_context(leaf, authority))
        return known[1]


def _server_context(leaf: Leaf, authority: CertificateAuthority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    # the ssl module reads files only; this one is for us alone, and gone at once
    with tempfile.NamedTemporaryFile(dir=authority.path.parent, suffix=".pem") as file:
        # the CA goes along, so that a browser can be told to accept it by its key alone
        file.write(leaf.pem() + authority.certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


class _Early(asyncio.Protocol):
    """Keeps what comes in the very moment in which the handshake ends, before anybody has the new transport."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False

    def data_received(self, data: bytes) -> None:
        self.data += data

    def eof_received(self) -> None:
        self.ended = True


async def accept_tls(
    transport: asyncio.Transport, inner: asyncio.Protocol, context: ssl.SSLContext, data: bytes
) -> None:
    """Serves TLS on a connection of which `data`, the beginning of the handshake, was read already.

    `inner` gets the connection that is made of it. A failed handshake (the client does not trust us, or left) ends it.
    """
    loop = asyncio.get_running_loop()
    early, before = _Early(), transport.get_protocol()
    starting = spawn(loop.start_tls(transport, early, context, server_side=True), name="front door TLS")
    if transport.get_protocol() is before:  # an eager task has put its own protocol in place already
        await asyncio.sleep(0)
    protocol = transport.get_protocol()
    # it gets its connection, and reading goes on; not one turn of the loop later, when more may have been read
    await asyncio.sleep(0)
    _feed(cast("asyncio.BufferedProtocol", protocol), data)
    try:
        secured = await starting
    except OSError:  # ssl.SSLError is one
        transport.abort()
        return
    assert secured is not None
    secured.set_protocol(inner)
    inner.connection_made(secured)
    if early.data:
        inner.data_received(early.data)
    if early.ended:
        inner.eof_received()


def _feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """As an event loop does it with what it has read; uvloop's protocol for TLS has the same methods as asyncio's."""
    while data:
        buffer = memoryview(protocol.get_buffer(len(data)))
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]
