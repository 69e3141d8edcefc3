"""A backend that dies at every point of an exchange: what the client gets, what the record says, and what comes next.

behaviour: 502 before the head, naming route, target and cause; never a complete message where the body was cut; at most
one silent retry, on a reused connection and for what may be repeated; and the pool is clean after.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from tests.support.daemon import Daemon, Record, running
from tests.support.ports import free_port
from tests.support.raw import connect
from tests.support.reading import Message, Reader
from tests.support.scripted import Act, Backend, How

PAGE = "http://localhost:5173"
_numbers = count(1)

HEAD = b"HTTP/1.1 200 OK\r\nX-From: backend\r\n"
LENGTH = HEAD + b"Content-Length: 10\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n"
CLOSE = HEAD + b"\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
HELLO = b"\x81\x05hello"


@dataclass
class Setting:
    """The backend and the daemon before it."""

    daemon: Daemon
    backend: Backend


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    backend = Backend()
    backend.start()
    config = f"""
        [routes]
        "/api" = {{ target = "http://127.0.0.1:{backend.port}", cors = "inject", wait = "0s" }}
        "/held" = {{ target = "http://127.0.0.1:{backend.port}", wait = "5s" }}
    """
    with running(tmp_path_factory.mktemp("killed"), config) as daemon:
        yield Setting(daemon, backend)
    backend.kill()


@pytest.fixture
def backend(setting: Setting) -> Iterator[Backend]:
    """Killed before, so that no connection is left of what came before, and to be started."""
    setting.backend.kill()
    yield setting.backend
    setting.backend.kill()


class Client:
    """One connection to the front door. Each request has a query of its own, by which its record is found."""

    def __init__(self, setting: Setting, path: bytes = b"/api") -> None:
        self._setting = setting
        self.sock = connect(setting.daemon.port)
        self.reader = Reader(self.sock)
        self._path = path
        self._tag = ""

    def send(self, method: bytes = b"GET", fields: bytes = b"", body: bytes = b"", version: bytes = b"1.1") -> None:
        """A whole request, or the beginning of one."""
        self._tag = f"?{next(_numbers)}."
        target = self._path + self._tag.encode()
        head = b"%b %b HTTP/%b\r\nHost: localhost\r\nOrigin: %b\r\n" % (method, target, version, PAGE.encode())
        self.sock.sendall(head + fields + b"\r\n" + body)

    def record(self) -> Record:
        """Of the last request."""
        return self._setting.daemon.record(lambda record: record["url"].endswith(self._tag))

    def ask(self, **request: bytes) -> Message:
        """Sends a request and reads its response."""
        self.send(**request)
        return self.reader.message()


@pytest.fixture
def client(setting: Setting, backend: Backend) -> Iterator[Client]:
    client = Client(setting)
    with client.sock:
        yield client


def is_right(message: Message) -> bool:
    """The running backend's own answer, whole."""
    return (message.status, message.body, message.whole) == (200, b"right", True)


def assert_bad_gateway(message: Message, backend: Backend, cause: str) -> None:
    """behaviour, table Connection: JSON that names all that is needed, readable by the page."""
    assert (message.status, message.whole) == (502, True)
    assert message.fields["access-control-allow-origin"] == PAGE
    assert "Origin" in message.fields["vary"]
    error = json.loads(message.body)["error"]
    assert (error["route"], error["target"], error["cause"]) == ("/api", f"http://127.0.0.1:{backend.port}", cause)
    assert error["hint"]


def assert_served_again(setting: Setting, backend: Backend, client: Client | None) -> None:
    """The backend is back: what comes now, on the old connection where it was kept, gets its own answer."""
    backend.kill()
    backend.start()
    for again in filter(None, (client, Client(setting), Client(setting))):
        with again.sock:
            for _ in range(2):
                assert is_right(again.ask())
    assert len(backend.seen) == (6 if client else 4)


KEPT = [pytest.param(b"", id="kept"), pytest.param(b"Connection: close\r\n", id="close")]
RESET = "it reset the connection"


@pytest.mark.parametrize("connection", KEPT)
@pytest.mark.parametrize(
    ("sent", "how", "cause"),
    [
        pytest.param(b"", "fin", "it closed without a response", id="without a byte, FIN"),
        pytest.param(b"", "rst", RESET, id="without a byte, RST"),
        pytest.param(b"HTTP/1.1 2", "fin", "it closed within the head", id="in the status line, FIN"),
        pytest.param(b"HTTP/1.1 2", "rst", RESET, id="in the status line, RST"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", "fin", "it closed within the head", id="after the status line"),
        pytest.param(HEAD + b"Content-Len", "fin", "it closed within the head", id="in a field, FIN"),
        pytest.param(HEAD + b"Content-Len", "rst", RESET, id="in a field, RST"),
        pytest.param(HEAD + b"Content-Length: 10\r\n", "fin", "it closed within the head", id="before the blank line"),
        pytest.param(HEAD + b"Content-Length: 10\r\n\r", "fin", "it closed within the head", id="in the blank line"),
    ],
)
def test_before_the_head_is_whole(
    setting: Setting, backend: Backend, client: Client, connection: bytes, sent: bytes, how: How, cause: str
) -> None:
    backend.start(Act(sent, then="kill", how=how))
    message = client.ask(fields=connection)
    assert_bad_gateway(message, backend, cause)
    assert len(backend.seen) == 1  # a new connection: not retried
    record = client.record()
    assert cause in record["error"]
    assert (record["status"], record["aborted"], record["route"]) == (502, None, "/api")
    kept = message.fields.get("connection") != "close"
    assert kept == (not connection)
    assert_served_again(setting, backend, client if kept else None)


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_after_accept_before_the_request_is_read(setting: Setting, backend: Backend, client: Client, how: How) -> None:
    backend.start(dies_at_accept=how)
    message = client.ask()
    assert client.reader.end is None  # it is answered
    # seen by the dialing itself, or after it, or when the request meets a closed socket
    cause = json.loads(message.body)["error"]["cause"]
    assert cause in ("ECONNRESET", RESET, "it closed without a response")
    assert_bad_gateway(message, backend, cause)
    assert_served_again(setting, backend, client)


def test_before_connect(setting: Setting, backend: Backend, client: Client) -> None:
    backend.start()
    backend.kill()
    assert_bad_gateway(client.ask(), backend, "ECONNREFUSED")
    assert "ECONNREFUSED" in client.record()["error"]
    assert_served_again(setting, backend, client)


def test_the_page_for_a_person(setting: Setting, backend: Backend, client: Client) -> None:
    backend.start(Act(b"HTTP/1.1 2", then="kill"))
    message = client.ask(fields=b"Accept: text/html,*/*;q=0.8\r\n")
    assert (message.status, message.whole) == (502, True)
    assert message.fields["content-type"].startswith("text/html")
    assert message.fields["access-control-allow-origin"] == PAGE
    for part in (b"/api", b"http://127.0.0.1:%d" % backend.port, b"it closed within the head"):
        assert part in message.body
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("connection", KEPT)
@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("sent", "body"),
    [
        pytest.param(LENGTH, b"", id="length, no octet"),
        pytest.param(LENGTH + b"12345", b"12345", id="length, half"),
        pytest.param(LENGTH + b"123456789", b"123456789", id="length, one short"),
        pytest.param(CHUNKED, b"", id="chunked, no chunk"),
        pytest.param(CHUNKED + b"1", b"", id="in a chunk size"),
        pytest.param(CHUNKED + b"a\r", b"", id="in the end of a chunk size"),
        pytest.param(CHUNKED + b"a\r\n", b"", id="after a chunk size"),
        pytest.param(CHUNKED + b"a\r\n12345", b"12345", id="in chunk data"),
        pytest.param(CHUNKED + b"5\r\n12345", b"12345", id="after chunk data"),
        pytest.param(CHUNKED + b"5\r\n12345\r\n", b"12345", id="between two chunks"),
        pytest.param(CHUNKED + b"5\r\n12345\r\n0", b"12345", id="in the last chunk size"),
        pytest.param(CHUNKED + b"5\r\n12345\r\n0\r\n", b"12345", id="after the last chunk size"),
        pytest.param(CHUNKED + b"5\r\n12345\r\n0\r\nX-Check: 1", b"12345", id="in a trailer"),
        pytest.param(CHUNKED + b"5\r\n12345\r\n0\r\nX-Check: 1\r\n", b"12345", id="after a trailer"),
    ],
)
def test_in_the_body(
    setting: Setting, backend: Backend, client: Client, connection: bytes, sent: bytes, body: bytes, how: How
) -> None:
    backend.start(Act(sent, then="kill", how=how))
    message = client.ask(fields=connection)
    assert_cut(client, message, body)
    assert len(backend.seen) == 1
    assert_served_again(setting, backend, None)


def assert_cut(client: Client, message: Message, body: bytes) -> None:
    """RFC 9112, section 8: the client sees that it has not got the whole, at once."""
    assert (message.status, message.body, message.whole) == (200, body, False)
    assert client.reader.end in ("fin", "rst")
    record = client.record()
    assert (record["status"], record["aborted"], record["response_bytes"]) == (200, "server", len(body))
    assert record["error"] in ("it closed within the body", RESET)


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize("connection", KEPT)
def test_in_a_body_that_the_close_ends(
    setting: Setting, backend: Backend, client: Client, connection: bytes, version: bytes
) -> None:
    """By RST only: an orderly end is how such a body is ended, and nobody can tell (RFC 9112, section 8)."""
    backend.start(Act(CLOSE + b"12345", then="kill", how="rst"))
    assert_cut(client, client.ask(fields=connection, version=version), b"12345")
    assert_served_again(setting, backend, None)
    with (whole := Client(setting)).sock:
        backend.kill()
        backend.start(Act(CLOSE + b"12345", then="kill", how="fin"))
        message = whole.ask(fields=connection, version=version)
        assert (message.status, message.body, message.whole) == (200, b"12345", True)
        assert whole.record()["aborted"] is None


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_chunks_for_a_client_of_http_1_0(setting: Setting, backend: Backend, client: Client, how: How) -> None:
    """It gets a body that the end of the connection ends: an orderly end would make it whole."""
    backend.start(Act(CHUNKED + b"a\r\n12345", then="kill", how=how))
    assert_cut(client, client.ask(version=b"1.0"), b"12345")
    assert client.reader.end == "rst"
    assert_served_again(setting, backend, None)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("sent", "method"),
    [
        pytest.param(LENGTH, b"HEAD", id="HEAD"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", b"GET", id="204"),
        pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", b"GET", id="304"),
        pytest.param(LENGTH + b"1234567890", b"GET", id="length"),
        pytest.param(CHUNKED + b"1\r\n1\r\n0\r\n\r\n", b"GET", id="chunked"),
    ],
)
def test_after_the_whole_message(
    setting: Setting, backend: Backend, client: Client, sent: bytes, method: bytes, how: How
) -> None:
    """Nothing is missing: the client's connection is kept, the backend's is forgotten."""
    backend.start(Act(sent, then="kill", how=how))
    client.send(method)
    message = client.reader.message(method.decode())
    assert message.whole
    assert message.status in (200, 204, 304)
    record = client.record()
    assert (record["error"], record["aborted"]) == (None, None)
    assert backend.died.wait(5)
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("interim", "request_fields"),
    [
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", b"Content-Length: 4\r\nExpect: 100-continue\r\n", id="100"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: </a.js>; rel=preload\r\n\r\n", b"", id="103"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 2", b"", id="103 and in the status line"),
    ],
)
def test_after_an_interim_response(
    setting: Setting, backend: Backend, client: Client, interim: bytes, request_fields: bytes, how: How
) -> None:
    backend.start(Act(interim, then="kill", how=how))
    client.send(b"PUT" if request_fields else b"GET", request_fields)
    message = client.reader.message()
    assert message.interim == [int(interim[9:12])]
    assert_bad_gateway(message, backend, RESET if how == "rst" else "it closed within the head")
    assert len(backend.seen) == 1
    kept = message.fields.get("connection") != "close"
    assert kept == (not request_fields)  # of the request with a body, the body never came
    assert_served_again(setting, backend, client if kept else None)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("framing", "half"),
    [
        pytest.param(b"Content-Length: 100000\r\n", b"x" * 50_000, id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b"c350\r\n" + b"x" * 50_000, id="chunked"),
    ],
)
def test_while_the_request_s_body_comes(
    setting: Setting, backend: Backend, client: Client, framing: bytes, half: bytes, how: How
) -> None:
    backend.start(Act(body=50_000, then="kill", how=how))
    client.send(b"PUT", framing, half)
    message = client.reader.message()
    assert_bad_gateway(message, backend, RESET if how == "rst" else "it closed without a response")
    assert message.fields["connection"] == "close"
    assert client.reader.rest() == b""
    assert client.reader.end == "fin"
    record = client.record()
    assert (record["status"], record["aborted"], record["request_bytes"]) == (502, None, 50_000)
    assert_served_again(setting, backend, None)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("body", [b"too big...", b"too"], ids=["whole", "cut"])
def test_after_an_early_response(setting: Setting, backend: Backend, client: Client, body: bytes, how: How) -> None:
    early = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 10\r\n\r\n" + body
    backend.start(Act(early, body=1000, then="kill", how=how))
    client.send(b"POST", b"Content-Length: 100000\r\n", b"x" * 1000)
    message = client.reader.message()
    assert (message.status, message.body, message.whole) == (413, body, len(body) == 10)
    assert message.fields["connection"] == "close"
    assert client.reader.rest() == b""
    assert client.record()["aborted"] == (None if message.whole else "server")
    assert_served_again(setting, backend, None)


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_while_kept_alive_and_idle(setting: Setting, backend: Backend, client: Client, how: How) -> None:
    backend.start()
    assert is_right(client.ask())
    backend.kill(how)
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"PUT"])
def test_just_as_it_is_reused(setting: Setting, backend: Backend, client: Client, method: bytes, how: How) -> None:
    """RFC 9110, section 9.2.2: once more, on a new connection, and nobody hears of it."""
    backend.start(Act(LENGTH + b"1234567890"), Act(then="drop", how=how))
    assert client.ask().whole
    client.send(method)
    message = client.reader.message(method.decode())
    assert (message.status, message.whole) == (200, True)
    record = client.record()
    assert (record["error"], record["aborted"], record["status"]) == (None, None, 200)
    assert len(backend.seen) == 3
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_reused_and_dead_again(setting: Setting, backend: Backend, client: Client, how: How) -> None:
    """One retry, not two."""
    backend.start(Act(LENGTH + b"1234567890"), Act(then="drop", how=how), Act(then="drop", how=how))
    assert client.ask().whole
    assert_bad_gateway(client.ask(), backend, RESET if how == "rst" else "it closed without a response")
    assert len(backend.seen) == 3
    assert_served_again(setting, backend, client)


def test_reused_and_nobody_listens_any_more(setting: Setting, backend: Backend, client: Client) -> None:
    backend.start(Act(LENGTH + b"1234567890"), Act(then="kill"))
    assert client.ask().whole
    assert_bad_gateway(client.ask(), backend, "ECONNREFUSED")
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize(
    ("method", "fields", "body"),
    [
        pytest.param(b"POST", b"Content-Length: 4\r\n", b"body", id="POST"),
        pytest.param(b"POST", b"Content-Length: 0\r\n", b"", id="POST without a body"),
        pytest.param(b"PUT", b"Content-Length: 4\r\n", b"body", id="PUT"),
        pytest.param(b"GET", b"Transfer-Encoding: chunked\r\n", b"4\r\nbody\r\n0\r\n\r\n", id="GET with a body"),
    ],
)
def test_what_may_have_been_carried_out_is_not_sent_again(
    setting: Setting, backend: Backend, client: Client, method: bytes, fields: bytes, body: bytes, how: How
) -> None:
    backend.start(Act(LENGTH + b"1234567890"), Act(body=len(body), then="drop", how=how))
    assert client.ask().whole
    message = client.ask(method=method, fields=fields, body=body)
    assert_bad_gateway(message, backend, RESET if how == "rst" else "it closed without a response")
    assert len(backend.seen) == 2
    assert_served_again(setting, backend, client)


def test_a_response_that_has_begun_is_not_asked_for_again(setting: Setting, backend: Backend, client: Client) -> None:
    backend.start(Act(LENGTH + b"1234567890"), Act(b"HTTP/1.1 2", then="drop"))
    assert client.ask().whole
    assert_bad_gateway(client.ask(), backend, "it closed within the head")
    assert len(backend.seen) == 2
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_before_an_upgrade_is_granted(setting: Setting, backend: Backend, client: Client, how: How) -> None:
    backend.start(Act(SWITCHED[:20], then="kill", how=how))
    message = client.ask(fields=UPGRADE)
    assert_bad_gateway(message, backend, RESET if how == "rst" else "it closed within the head")
    record = client.record()
    assert (record["kind"], record["status"]) == ("websocket", 502)
    assert_served_again(setting, backend, client)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("frames", [b"", HELLO, HELLO[:3]], ids=["no frame", "after a frame", "in a frame"])
def test_in_a_websocket(setting: Setting, backend: Backend, client: Client, frames: bytes, how: How) -> None:
    """RFC 6455, section 7.1.5: without a close frame it is 1006, and a reset is a reset."""
    backend.start(Act(SWITCHED + frames, then="kill", how=how))
    message = client.ask(fields=UPGRADE)
    assert message.status == 101
    assert client.reader.rest() == frames
    assert client.reader.end == how
    client.sock.close()
    record = client.record()
    assert (record["kind"], record["status"], record["response_bytes"]) == ("websocket", 101, len(frames))
    assert (record["aborted"], record["error"]) == (("server", RESET) if how == "rst" else (None, None))
    assert_served_again(setting, backend, None)


def test_pipelined_requests_behind_the_one_that_fails(setting: Setting, backend: Backend, client: Client) -> None:
    """RFC 9112, section 9.3.2: one's failure does not touch the next."""
    backend.start(Act(LENGTH + b"1234567890"), Act(b"HTTP/1.1 2", then="drop"), Act(LENGTH + b"0987654321"))
    request = b"GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n"
    client.sock.sendall(request * 4)
    messages = [client.reader.message() for _ in range(4)]
    assert [message.status for message in messages] == [200, 502, 200, 200]
    assert [message.body for message in messages if message.status == 200] == [b"1234567890", b"0987654321", b"right"]
    assert_served_again(setting, backend, client)


def test_pipelined_requests_behind_a_body_that_is_cut(setting: Setting, backend: Backend, client: Client) -> None:
    """They are not answered on a connection on which nobody knows any more where a message begins."""
    backend.start(Act(LENGTH + b"12345", then="drop"))
    client.sock.sendall(b"GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
    message = client.reader.message()
    assert (message.body, message.whole) == (b"12345", False)
    assert client.reader.rest() == b""
    assert len(backend.seen) == 1
    assert_served_again(setting, backend, None)


def test_a_request_is_held_while_the_backend_restarts(setting: Setting, backend: Backend) -> None:
    """`wait`: it was known to be there."""
    backend.start()
    with (client := Client(setting, b"/held")).sock:
        assert is_right(client.ask())
        backend.kill()
        client.send()
        client.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.sock.recv(1)
        client.sock.settimeout(5)
        backend.start()
        assert is_right(client.reader.message())
        assert client.record()["duration_ms"] > 300


def test_a_target_that_never_was_there_is_not_waited_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("never")
    with (
        running(
            folder, f'[routes]\n"/api" = {{ target = "http://127.0.0.1:{free_port()}", wait = "60s" }}\n'
        ) as daemon,
        socket.create_connection(("127.0.0.1", daemon.port)) as sock,
    ):
        sock.sendall(b"GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert Reader(sock).message().status == 502
