"""The same requests through devcors and through every server that its config was exported to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from .backend import Backend, Received, backend
from .case import Case, Other
from .servers import SERVERS, serving
from .table import TABLE


@dataclass
class Stage:
    """A server and the backend behind it."""

    server: str
    port: int
    backend: Backend

    def text(self, text: str) -> str:
        """With the words in @ replaced."""
        words = {"@OWN@": f"localhost:{self.port}", "@OWNPORT@": str(self.port), "@PORT@": str(self.backend.port)}
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        return text

    def ask(self, case: Case) -> tuple[HTTPResponse, bytes]:
        """The response to a request, with its body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(case.method, case.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", f"localhost:{self.port}")
            for name, text in case.sent.items():
                connection.putheader(name, self.text(text))
            if case.chunked:
                connection.putheader("Transfer-Encoding", "chunked")
                connection.endheaders()
                connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(case.body), case.body))
            else:
                if case.body:
                    connection.putheader("Content-Length", str(len(case.body)))
                connection.endheaders()
                connection.send(case.body)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module", params=SERVERS)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    server = request.param
    folder: Path = tmp_path_factory.mktemp(server)
    with backend() as behind, serving(folder, server, behind.port, request.config.cache) as port:
        yield Stage(server, port, behind)


def _tokens(text: str) -> set[str]:
    return {token.strip().lower() for token in text.split(",")}


def _fault(stage: Stage, case: Case, other: Other) -> str | None:
    """What is not as it must be, or None."""
    stage.backend.received.clear()
    response, content = stage.ask(case)
    expected = other.status or case.status
    if response.status != expected:
        return f"status {response.status}, wanted {expected}: {content[:300]!r}"
    return _fault_behind(stage, case, other) or _fault_before(stage, case, other, response, content)


def _fault_behind(stage: Stage, case: Case, other: Other) -> str | None:
    received = stage.backend.received
    target = other.target or case.target
    if target is None or other.unseen:
        return f"the backend was asked: {received}" if received else None
    if len(received) != 1:
        return f"the backend was asked {len(received)} times"
    seen: Received = received[0]
    if (seen.method, seen.target, seen.body) != (case.method, target, case.body):
        return f"the backend got {seen.method} {seen.target} with {len(seen.body)} bytes, wanted {target}"
    for name, text in {**case.seen, **other.seen}.items():
        wanted = None if text is None else stage.text(text)
        if seen.fields.get(name) != wanted:
            return f"the backend got {name}: {seen.fields.get(name)}, wanted {wanted}"
    return None


def _fault_before(stage: Stage, case: Case, other: Other, response: HTTPResponse, content: bytes) -> str | None:
    for name, wanted in {**case.got, **other.got}.items():
        given = response.msg.get_all(name) or []
        if name == "set-cookie":
            fault = [_parts(text) for text in given] != [_parts(text) for text in wanted]
        elif wanted is None:
            fault = bool(given)
        elif name in ("vary", "access-control-allow-methods", "access-control-allow-headers"):
            fault = _tokens(", ".join(given)) != _tokens(wanted)
        else:
            fault = given != [stage.text(wanted)]
        if fault:
            return f"the client got {name}: {given}, wanted {wanted}"
    if case.content is not None and other.status is None and content != case.content:
        return f"the client got {len(content)} bytes, wanted {len(case.content)}"
    return None


def _parts(cookie: str) -> tuple[str, set[str]]:
    first, *attributes = (part.strip() for part in cookie.split(";"))
    return first, {attribute.lower() for attribute in attributes}


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_a_request_is_treated_alike(stage: Stage, case: Case) -> None:
    other = case.other.get(stage.server)
    assert _fault(stage, case, other or Other("")) is None
    if other is not None:
        assert other.why
        assert _fault(stage, case, Other("")) is not None, "the difference is gone"


def test_a_stream_comes_piece_by_piece(stage: Stage) -> None:
    stage.backend.go_on.clear()
    with socket.create_connection(("127.0.0.1", stage.port), timeout=5) as sock:
        sock.sendall(b"GET /api/stream HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % stage.port)
        data = b""
        while b"data: 1\n\n" not in data:
            more = sock.recv(65536)
            assert more, data
            data += more
        stage.backend.go_on.set()
        while b"data: 2\n\n" not in data:
            data += sock.recv(65536)


def test_a_websocket_goes_through(stage: Stage) -> None:
    stage.backend.received.clear()
    frame = b"\x81\x85\x01\x02\x03\x04idofn"
    with socket.create_connection(("127.0.0.1", stage.port), timeout=5) as sock:
        lines = (
            "GET /plain/socket?x HTTP/1.1",
            f"Host: localhost:{stage.port}",
            f"Origin: http://localhost:{stage.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            assert more, data
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        # RFC 6455, section 1.3
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        for _ in range(2):
            sock.sendall(frame)
            while len(rest) < len(frame):
                rest += sock.recv(65536)
            assert rest == frame
            rest = b""
    seen = stage.backend.received[0]
    wanted = ("/plain/socket?x", f"http://localhost:{stage.backend.port}")
    if stage.server == "next":  # it writes the query anew, and has no option for Origin
        wanted = ("/plain/socket?x=", f"http://localhost:{stage.port}")
    assert (seen.target, seen.fields["origin"]) == wanted
