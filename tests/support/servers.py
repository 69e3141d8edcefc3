"""Real servers for tests: programmable, on loopback, one thread a connection, plain or TLS."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET6
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Seen:
    """One request as a server received it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value, or None."""
        return next((text for key, text in self.headers if key.lower() == name.lower()), None)


@dataclass
class Reply:
    """What a server answers."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"ok"


App = Callable[[Seen], Reply]


class Listening(ThreadingHTTPServer):
    """On one port, with a thread for each connection that nobody waits for."""

    daemon_threads = True
    block_on_close = False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is not worth a traceback."""


class Handler(BaseHTTPRequestHandler):
    """Every method is `serve`'s."""

    protocol_version = "HTTP/1.1"
    # head and body are two writes: Nagle's algorithm would hold the second one back for a delayed ACK, some 40 ms
    disable_nagle_algorithm = True

    def serve(self) -> None:
        """Answers one request."""
        raise NotImplementedError

    def body(self) -> bytes:
        """The request's body, whichever way it is framed (RFC 9112, section 6)."""
        if "chunked" not in (self.headers.get("transfer-encoding") or ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        out = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Quiet."""


class Server(Listening):
    """Remembers what it saw."""

    def __init__(self, app: App, host: str, port: int, context: ssl.SSLContext | None) -> None:
        if ":" in host:
            self.address_family = AF_INET6
        self.app = app
        self.seen: list[Seen] = []
        super().__init__((host, port), _Handler)
        self.tls = context is not None
        self._open: set[Any] = set()
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """Its origin by the name localhost."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Ends what is open too, as a process does that ends."""
        super().server_close()
        for request in tuple(self._open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


class _Handler(Handler):
    server: Server

    def serve(self) -> None:
        """What the app replies."""
        seen = Seen(self.command, self.path, list(self.headers.items()), self.body())
        self.server.seen.append(seen)
        reply = self.server.app(seen)
        self.send_response_only(reply.status)
        for name, text in reply.headers:
            self.send_header(name, text)
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in reply.headers):
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)


@contextmanager
def listening(server: Listening) -> Iterator[None]:
    """Serves while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve(app: App, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A running server."""
    server = Server(app, host, port, tls)
    with listening(server):
        yield server


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate on disk."""

    path: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """For a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


def self_made(folder: Path, *names: str) -> Certificate:
    """A certificate for these names and addresses, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / f"{names[0]}.pem", folder / f"{names[0]}-key.pem")
    pem = serialization.Encoding.PEM
    made.path.write_bytes(certificate.public_bytes(pem))
    made.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return made


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
