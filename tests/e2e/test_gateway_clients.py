"""Clients of the gateway lane that leave, that half-close, and that are answered before they have said all."""

from __future__ import annotations

import json
import queue
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.support.daemon import Daemon, running
from tests.support.pieces import (
    MEGABYTE,
    Serve,
    ended_within,
    read_exactly,
    read_head,
    reset,
    send_until_stuck,
    serving,
)
from tests.support.raw import connect
from tests.support.reading import Reader

AT_ONCE = 1.0
"""Seconds; it takes a few hundredths, but the machine may be busy."""
HOST = b"Host: localhost\r\n"

_connections: queue.Queue[tuple[socket.socket, bytes]] = queue.Queue()
_handlers: dict[str, Serve] = {}


def _handler(serve: Serve) -> Serve:
    _handlers[serve.__name__.strip("_")] = serve
    return serve


@_handler
def _ours(sock: socket.socket, data: bytes) -> None:
    """The test itself is the backend."""
    _connections.put((sock.dup(), data))


def _accepted() -> tuple[socket.socket, bytes]:
    """The connection that the daemon made for a request to `/ours`, and what was read of it."""
    sock, data = _connections.get(timeout=5)
    sock.settimeout(10)
    return sock, data


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with serving(_handlers) as port:
        config = f'[routes]\n"/" = "http://127.0.0.1:{port}"\n'
        with running(tmp_path_factory.mktemp("clients"), config) as daemon:
            yield daemon


@pytest.fixture
def client(door: Daemon) -> Iterator[socket.socket]:
    with connect(door.port) as sock:
        yield sock


def _record(door: Daemon, tag: bytes) -> dict[str, object]:
    return door.record(lambda record: record["url"].endswith(tag.decode()))


# clients that leave

LEAVE: list[Callable[[socket.socket], None]] = [socket.socket.close, reset]


@pytest.mark.parametrize("leave", LEAVE, ids=["close", "reset"])
@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        pytest.param(b"GET /ours?%d HTTP/1.1\r\n" + HOST + b"\r\n", b"", id="silent"),
        pytest.param(
            b"POST /ours?%d HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nbody", b"", id="silent after an upload"
        ),
        pytest.param(
            b"GET /ours?%d HTTP/1.1\r\n" + HOST + b"\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n", id="silent after 103"
        ),
        pytest.param(b"GET /ours?%d HTTP/1.1\r\n" + HOST + b"\r\n", b"HTTP/1.1 200 OK\r\n", id="in the head"),
        pytest.param(
            b"GET /ours?%d HTTP/1.1\r\n" + HOST + b"\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
            id="silent event stream",
        ),
        pytest.param(
            b"GET /ours?%d HTTP/1.1\r\n" + HOST + b"\r\n" + b"GET /ours?behind HTTP/1.1\r\n" + HOST + b"\r\n",
            b"",
            id="with a request behind",
        ),
        pytest.param(b"POST /ours?%d HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n123", b"", id="in its upload"),
    ],
)
def test_a_client_that_leaves_ends_the_upstream_at_once(
    door: Daemon, client: socket.socket, request_: bytes, answer: bytes, leave: Callable[[socket.socket], None]
) -> None:
    number = time.monotonic_ns()
    client.sendall(request_ % number)
    backend, _ = _accepted()
    with backend:
        if answer:
            backend.sendall(answer)
            time.sleep(0.05)
        leave(client)
        assert ended_within(backend, AT_ONCE)
    record = _record(door, b"?%d" % number)
    assert (record["aborted"], record["error"]) == ("client", None)


@pytest.mark.parametrize("leave", LEAVE, ids=["close", "reset"])
def test_a_client_that_leaves_while_the_backend_reads_nothing(
    door: Daemon, client: socket.socket, leave: Callable[[socket.socket], None]
) -> None:
    """It is not read from then, so that nobody is told of its end."""
    client.sendall(b"POST /ours?stuck HTTP/1.1\r\n" + HOST + b"Content-Length: 300000000\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        send_until_stuck(client, bytes(MEGABYTE), 300_000_000, patience=0.5)
        leave(client)
        began = time.monotonic()
        record = _record(door, b"?stuck")
        assert time.monotonic() - began < AT_ONCE
    assert record["aborted"] == "client"
    door.records.remove(record)


@pytest.mark.parametrize("leave", LEAVE, ids=["close", "reset"])
def test_a_client_that_reads_nothing_and_leaves(
    door: Daemon, client: socket.socket, leave: Callable[[socket.socket], None]
) -> None:
    client.sendall(b"GET /ours?unread HTTP/1.1\r\n" + HOST + b"\r\n")
    backend, _ = _accepted()
    with backend:
        backend.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n")
        send_until_stuck(backend, bytes(MEGABYTE), 300_000_000, patience=0.5)
        leave(client)
        assert ended_within(backend, AT_ONCE)


def test_a_client_that_leaves_its_websocket(door: Daemon, client: socket.socket) -> None:
    client.sendall(b"GET /ours HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        backend.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        read_head(client)
        reset(client)
        with pytest.raises(ConnectionResetError):
            backend.recv(1)


@_handler
def _rude(sock: socket.socket, data: bytes) -> None:
    """Says goodbye in a WebSocket, and closes without having read what came."""
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    sock.recv(1)
    sock.sendall(b"\x88\x02\x03\xe9")


def test_a_close_frame_before_a_reset_is_not_lost(door: Daemon) -> None:
    """Many times, since it is a race: the frame, and the failure of what is written meanwhile."""
    for _ in range(60):
        with connect(door.port) as sock:
            sock.sendall(b"GET /rude HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            seen = read_head(sock)
            with suppress(OSError):
                for _ in range(50):
                    sock.sendall(bytes(2000))
            assert seen.partition(b"\r\n\r\n")[2] + Reader(sock).rest() == b"\x88\x02\x03\xe9"


# clients that half-close


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"GET /ours HTTP/1.1\r\n" + HOST + b"\r\n", id="GET"),
        pytest.param(b"GET /ours HTTP/1.0\r\n" + HOST + b"\r\n", id="GET of HTTP/1.0"),
        pytest.param(b"POST /ours HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nbody", id="POST"),
        pytest.param(
            b"POST /ours HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            id="chunked",
        ),
    ],
)
def test_a_client_that_half_closes_is_answered(client: socket.socket, request_: bytes) -> None:
    """Also where the answer takes its time, longer than the looks whether the client is still there begin with."""
    client.sendall(request_)
    client.shutdown(socket.SHUT_WR)
    backend, _ = _accepted()
    with backend:
        assert not ended_within(backend, 0.6)
        backend.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nans")
        time.sleep(0.3)
        backend.sendall(b"wer")
        reader = Reader(client)
        assert reader.message().body == b"answer"
        assert reader.rest() == b""
        assert reader.end == "fin"


def test_all_that_was_asked_before_a_half_close_is_answered(client: socket.socket) -> None:
    client.sendall((b"GET /ours HTTP/1.1\r\n" + HOST + b"\r\n") * 3)
    client.shutdown(socket.SHUT_WR)
    reader = Reader(client)
    backend, data = _accepted()
    with backend:
        for number in range(3):
            data = data or read_head(backend)
            data = b""
            backend.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)
            assert reader.message().body == b"%d" % number
    assert reader.rest() == b""
    assert reader.end == "fin"


def test_half_a_request_before_a_half_close_is_for_nobody(client: socket.socket) -> None:
    client.sendall(b"GET /ours HTTP/1.1\r\nHost: loc")
    client.shutdown(socket.SHUT_WR)
    reader = Reader(client)
    assert reader.rest() == b""
    assert reader.end == "fin"


# answered before all is said


@_handler
def _refusing(sock: socket.socket, data: bytes) -> None:
    """As many servers do it: an answer when the head is there, and the connection closed with the upload unread."""
    sock.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big")


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_an_upload_that_is_refused_early(door: Daemon, chunked: bool) -> None:
    """Its answer comes before a reset, and must not be lost by it: many times, since it is a race."""
    framing = b"Transfer-Encoding: chunked\r\n" if chunked else b"Content-Length: 30000000\r\n"
    piece = b"10000\r\n" + bytes(65536) + b"\r\n" if chunked else bytes(65536)
    for _ in range(30):
        with connect(door.port) as sock:
            sock.sendall(b"POST /refusing HTTP/1.1\r\n" + HOST + framing + b"\r\n")
            with suppress(OSError):  # no more is taken; the answer has come
                for _ in range(30):
                    sock.sendall(piece)
            message = Reader(sock).message()
            assert (message.status, message.body) == (413, b"too big")


def test_an_early_answer_while_the_upload_is_stuck(client: socket.socket) -> None:
    client.sendall(b"POST /ours HTTP/1.1\r\n" + HOST + b"Content-Length: 300000000\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        send_until_stuck(client, bytes(MEGABYTE), 300_000_000, patience=0.5)
        backend.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\n\r\ntoo big")
        message = Reader(client).message()
        assert (message.status, message.body, message.fields["connection"]) == (413, b"too big", "close")
        assert ended_within(backend, AT_ONCE)


def test_an_early_answer_goes_on_while_the_upload_does(client: socket.socket) -> None:
    """A service that answers as it reads."""
    client.sendall(b"POST /ours HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        backend.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        seen = read_head(client).partition(b"\r\n\r\n")[2]
        for number in range(5):
            client.sendall(b"1\r\n%d\r\n" % number)
            assert read_exactly(backend, 6).endswith(b"%d\r\n" % number)
            backend.sendall(b"2\r\n%d!\r\n" % number)
            while b"%d!" % number not in seen:
                seen += client.recv(4096)
        client.sendall(b"0\r\n\r\n")
        assert read_exactly(backend, 5) == b"0\r\n\r\n"
        backend.sendall(b"0\r\n\r\n")
        while not seen.endswith(b"0\r\n\r\n"):
            seen += client.recv(4096)


@pytest.mark.parametrize("framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_a_spoilt_upload_does_not_write_into_an_early_answer(client: socket.socket, framing: bytes) -> None:
    """A 400 would stand in the midst of the body, and be taken for it."""
    client.sendall(b"POST /ours HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        begun = b"4\r\nhalf\r\n" if framing.endswith(b"chunked") else b"half"
        backend.sendall(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (framing, begun))
        seen = read_head(client)
        while b"half" not in seen:
            seen += client.recv(4096)
        client.sendall(b"not a size\r\n")
        reader = Reader(client)
        assert reader.rest() == b""
        assert reader.end in ("fin", "rst")
        assert ended_within(backend, AT_ONCE)


# Expect


def test_expect_is_relayed_and_the_upload_comes_when_it_is_wanted(client: socket.socket) -> None:
    client.sendall(b"PUT /ours HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    backend, data = _accepted()
    with backend:
        assert b"expect: 100-continue\r\n" in data.lower()
        backend.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert read_head(client) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert read_exactly(backend, 4) == b"body"
        backend.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        reader = Reader(client)
        assert reader.message().status == 201
        client.sendall(b"GET /ours HTTP/1.1\r\n" + HOST + b"\r\n")
        assert read_head(backend).startswith(b"GET ")
        backend.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert reader.message().status == 204


def test_expect_that_is_refused(client: socket.socket) -> None:
    """No body was sent, and none may be taken for a request."""
    client.sendall(b"PUT /ours HTTP/1.1\r\n" + HOST + b"Content-Length: 40\r\nExpect: 100-continue\r\n\r\n")
    backend, _ = _accepted()
    with backend:
        backend.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        reader = Reader(client)
        message = reader.message()
        assert (message.status, message.interim, message.fields["connection"]) == (413, [], "close")
        assert reader.rest() == b""


def test_any_other_expectation_fails_here(client: socket.socket) -> None:
    client.sendall(b"GET /ours HTTP/1.1\r\n" + HOST + b"Expect: more\r\n\r\n")
    message = Reader(client).message()
    assert message.status == 417
    assert json.loads(message.body)["error"]["hint"]
    assert _connections.empty()
