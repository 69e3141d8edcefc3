"""One request through a tool or devcors: what the client got, and what which backend received."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection

from tests.parity.backend import Backend, Received

_FRAME = b"\x81\x85\x01\x02\x03\x04idofn"


@dataclass(frozen=True)
class Ask:
    """A request; in its fields and body, @OWN@ stands for the address that it is sent to."""

    path: str
    method: str = "GET"
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    websocket: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a request. backend: its name, None where none was asked. Own address and backends' are by name."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    backend: str | None
    received: Received | None


def asked(ask: Ask, port: int, backends: Mapping[str, Backend]) -> Outcome:
    """Sends the request to a port of loopback."""
    for one in backends.values():
        one.received.clear()
    status, fields, body = (_upgrade if ask.websocket else _request)(ask, port)
    names = {f"localhost:{port}": "@OWN@", f"127.0.0.1:{port}": "@OWN@"}
    for name, one in backends.items():
        names |= {f"localhost:{one.port}": f"@{name}@", f"127.0.0.1:{one.port}": f"@{name}@"}
    got = [(name, one.received) for name, one in backends.items() if one.received]
    assert len(got) < 2, got
    assert not got or len(got[0][1]) == 1, got
    which = got[0][0] if got else None
    received = got[0][1][0] if got else None
    if received:
        own = {key: _named(text, {**names, str(port): "@OWNPORT@"}) for key, text in received.fields.items()}
        received = Received(received.method, received.target, own, received.body)
    return Outcome(status, tuple((key.lower(), _named(text, names)) for key, text in fields), body, which, received)


def _named(text: str, names: Mapping[str, str]) -> str:
    for address, name in names.items():
        text = text.replace(address, name)
    return text


def _fields(ask: Ask, port: int) -> dict[str, str]:
    given = {name: text.replace("@OWN@", f"localhost:{port}") for name, text in ask.fields.items()}
    return {"Host": f"localhost:{port}", **given}


def _request(ask: Ask, port: int) -> tuple[int, list[tuple[str, str]], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(ask.method, ask.path, skip_host=True, skip_accept_encoding=True)
        for name, text in _fields(ask, port).items():
            connection.putheader(name, text)
        if ask.body:
            connection.putheader("Content-Length", str(len(ask.body)))
        connection.endheaders()
        connection.send(ask.body)
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()
    finally:
        connection.close()


def _upgrade(ask: Ask, port: int) -> tuple[int, list[tuple[str, str]], bytes]:
    """The handshake of a WebSocket, and where it comes about the echo of a frame; status 0 where nobody answered."""
    fields = {
        **_fields(ask, port),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    lines = [f"GET {ask.path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        data = _until(sock, b"\r\n\r\n")
        if not data:
            return 0, [], b""
        head, _, rest = data.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        if status != 101:
            return status, [], b""
        sock.sendall(_FRAME)
        while len(rest) < len(_FRAME):
            rest += sock.recv(65536)
        return status, [], rest


def _until(sock: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        try:
            more = sock.recv(65536)
        except (TimeoutError, ConnectionError):
            return b""
        if not more:
            return data if end in data else b""
        data += more
    return data
