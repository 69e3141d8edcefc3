"""The gateway lane under streams: memory bounded, each piece on at once, clients that leave, many at once."""

from __future__ import annotations

import json
import queue
import resource
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.daemon import Daemon, running
from tests.support.pieces import (
    MEGABYTE,
    Serve,
    drain,
    ended_within,
    read_exactly,
    read_head,
    send_until_stuck,
    serving,
)
from tests.support.raw import connect
from tests.support.reading import Reader

SIZE = 300 * 1000 * 1000
CHUNK = b"10000\r\n" + b"\0" * 65536 + b"\r\n"
CHUNKS = SIZE // 65536
GROWTH = 8 * MEGABYTE
BETWEEN = 24 * MEGABYTE
"""Bytes: more than what two connections' system buffers take, so that what is beyond is in nobody's memory."""
HUNDRED = 100_000

_handlers: dict[str, Serve] = {}
_connections: queue.Queue[tuple[socket.socket, bytes]] = queue.Queue()
_go_on = threading.Event()
_everybody = threading.Barrier(600)


def _handler(serve: Serve) -> Serve:
    _handlers[serve.__name__.strip("_")] = serve
    return serve


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # what a shell usually gives, for the daemon to make do with; this process plays both sides and takes what it may
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, limits[0]), limits[1]))
    with serving(_handlers) as port, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        config = f"""
            [routes]
            "/" = "http://127.0.0.1:{port}"
            "/idle" = {{ target = "http://127.0.0.1:{port}", rewrite = "", timeout = {{ idle = "400ms" }} }}
            "/full" = {{ target = "http://127.0.0.1:{full.getsockname()[1]}", timeout = {{ connect = "300ms" }} }}
            [server]
            capture = 0  # what is kept to be looked at has a bound of its own
        """
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        with running(tmp_path_factory.mktemp("gateway"), config) as daemon:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
            _warm_up(daemon)
            yield daemon
        for filler in fillers:
            filler.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def _warm_up(daemon: Daemon) -> None:
    """What a first stream costs once."""
    for _ in range(3):
        with connect(daemon.port) as sock:
            sock.sendall(_get("down"))
            drain(sock, 20 * MEGABYTE)
        with connect(daemon.port) as sock:
            sock.sendall(_get("up", f"Content-Length: {20 * MEGABYTE}\r\n", "POST"))
            for _ in range(20):
                sock.sendall(bytes(MEGABYTE))
            assert Reader(sock).message().status == 200


def _get(name: str, fields: str = "", method: str = "GET") -> bytes:
    return f"{method} /{name} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    _go_on.clear()
    while not _connections.empty():
        _connections.get()[0].close()


# memory


@_handler
def _down(sock: socket.socket, data: bytes) -> None:
    if b"?chunked" in data:
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for _ in range(CHUNKS):
            sock.sendall(CHUNK)
        sock.sendall(b"0\r\n\r\n")
    else:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % SIZE)
        for _ in range(SIZE // HUNDRED):
            sock.sendall(bytes(HUNDRED))


def _most(daemon: Daemon, seconds: float) -> int:
    """The most resident memory in that time."""
    most, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        most = max(most, daemon.memory())
        time.sleep(0.02)
    return most


@pytest.mark.parametrize("framing", ["", "?chunked"], ids=["length", "chunked"])
def test_a_reader_that_reads_nothing(door: Daemon, framing: str) -> None:
    before = door.memory()
    with connect(door.port) as sock:
        sock.sendall(_get(f"down{framing}"))
        assert _most(door, 1.5) - before < GROWTH
        body = len(read_head(sock).partition(b"\r\n\r\n")[2])
        if framing:  # framed anew, in chunks of other sizes
            body += drain(sock, CHUNKS * 65536 - body)
            tail = sock.recv(MEGABYTE)
            while not tail.endswith(b"\r\n0\r\n\r\n"):
                tail = tail[-7:] + read_exactly(sock, 1)
        else:
            assert body + drain(sock, SIZE - body) == SIZE
    assert door.memory() - before < GROWTH


@_handler
def _up(sock: socket.socket, data: bytes) -> None:
    head, _, body = data.partition(b"\r\n\r\n")
    if b"?later" in head:
        assert _go_on.wait(20)
    size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    received = len(body) + drain(sock, size - len(body))
    _answer(sock, b"%d" % received, b"Connection: close\r\n")


@_handler
def _upchunked(sock: socket.socket, data: bytes) -> None:
    assert _go_on.wait(20)
    received, tail = len(data), data[-5:]
    while not tail.endswith(b"\r\n0\r\n\r\n"[-5:]):
        piece = sock.recv(MEGABYTE)
        received, tail = received + len(piece), (tail + piece)[-5:]
    _answer(sock, b"%d" % received, b"Connection: close\r\n")


def test_a_backend_that_reads_nothing(door: Daemon) -> None:
    before = door.memory()
    with connect(door.port) as sock:
        sock.sendall(_get("up?later", f"Content-Length: {SIZE}\r\n", "POST"))
        piece = bytes(MEGABYTE)
        sent = send_until_stuck(sock, piece, SIZE)
        assert sent < BETWEEN
        assert _most(door, 0.5) - before < GROWTH
        _go_on.set()
        while sent < SIZE:
            sent += sock.send(piece[: SIZE - sent])
        message = Reader(sock).message()
        assert (message.status, int(message.body)) == (200, SIZE)
    assert door.memory() - before < GROWTH


def test_a_backend_that_reads_no_chunks(door: Daemon) -> None:
    before = door.memory()
    with connect(door.port) as sock:
        sock.sendall(_get("upchunked", "Transfer-Encoding: chunked\r\n", "POST"))
        most = CHUNKS * len(CHUNK)
        sent = send_until_stuck(sock, CHUNK, most)
        assert sent < BETWEEN
        assert _most(door, 0.5) - before < GROWTH
        _go_on.set()
        while sent < most:
            sent += sock.send(CHUNK[sent % len(CHUNK) :])
        sock.sendall(b"0\r\n\r\n")
        message = Reader(sock).message()
        assert message.status == 200
        assert int(message.body) > CHUNKS * 65536
    assert door.memory() - before < GROWTH


def _answer(sock: socket.socket, body: bytes, fields: bytes = b"") -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), fields, body))


@_handler
def _hundred(sock: socket.socket, data: bytes) -> bytes | None:
    head, _, rest = data.partition(b"\r\n\r\n")
    if b"?close" in head:
        _answer(sock, bytes(HUNDRED), b"Connection: close\r\n")
        return None
    _answer(sock, bytes(HUNDRED))
    return rest


@pytest.mark.parametrize("way", ["?kept", "?close"])
def test_pipelined_requests_of_a_reader_that_reads_nothing(door: Daemon, way: str) -> None:
    """The window is the connection's: a response that fits in does not open it for the next one."""
    before, number = door.memory(), 1500
    with connect(door.port) as sock:
        sock.sendall(_get(f"hundred{way}") * number)
        assert _most(door, 1.5) - before < GROWTH
        reader = Reader(sock)
        for _ in range(number):
            message = reader.message()
            assert (message.status, len(message.body)) == (200, HUNDRED)
    assert door.memory() - before < GROWTH


def test_answers_of_devcors_own_to_a_reader_that_reads_nothing(door: Daemon) -> None:
    before = door.memory()
    request = b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"
    with connect(door.port) as sock:
        sent = send_until_stuck(sock, request * 1000, 20 * MEGABYTE, patience=0.5)
        assert sent < 20 * MEGABYTE
        assert _most(door, 0.3) - before < GROWTH
        reader = Reader(sock)
        for _ in range(sent // len(request)):
            assert reader.message().status == 403
    # no look at the memory after: by now the journal holds thousands of records


# each piece at once

PIECES = [b"data: %d\n\n" % number for number in range(20)]


@_handler
def _events(sock: socket.socket, data: bytes) -> None:
    chunked = b"?chunked" in data
    framing = b"Transfer-Encoding: chunked\r\n" if chunked else b""
    if b"?length" in data:
        framing = b"Content-Length: %d\r\n" % sum(map(len, PIECES))
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n%b\r\n" % framing)
    for piece in PIECES:
        assert _go_on.wait(5)
        _go_on.clear()
        sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
    if chunked:
        sock.sendall(b"0\r\n\r\n")


@pytest.mark.parametrize("framing", ["?chunked", "?close", "?length"])
def test_each_event_arrives_before_the_next_is_sent(door: Daemon, framing: str) -> None:
    with connect(door.port) as sock:
        sock.sendall(_get(f"events{framing}"))
        seen = read_head(sock).partition(b"\r\n\r\n")[2]
        for piece in PIECES:
            assert piece not in seen
            _go_on.set()
            while piece not in seen:
                seen += sock.recv(4096)


@_handler
def _ours(sock: socket.socket, data: bytes) -> None:
    """The test itself is the backend."""
    _connections.put((sock.dup(), data))


def _accepted() -> tuple[socket.socket, bytes]:
    """The connection that the daemon made for a request to `/ours`, and what was read of it."""
    sock, data = _connections.get(timeout=5)
    sock.settimeout(10)
    return sock, data


def test_each_piece_of_an_upload_arrives_before_the_next_is_sent(door: Daemon) -> None:
    with connect(door.port) as sock:
        sock.sendall(_get("ours", "Transfer-Encoding: chunked\r\n", "POST"))
        backend, seen = _accepted()
        with backend:
            for piece in PIECES:
                sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                while piece not in seen:
                    seen += backend.recv(4096)
            sock.sendall(b"0\r\nX-Last: 1\r\n\r\n")
            while not seen.endswith(b"0\r\nX-Last: 1\r\n\r\n"):
                seen += backend.recv(4096)
            backend.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert Reader(sock).message().status == 204


def test_a_trickle_both_ways(door: Daemon) -> None:
    """Byte by byte, head and body."""
    with connect(door.port) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = _get("ours", "Transfer-Encoding: chunked\r\n", "PUT") + b"4;x=1\r\nbody\r\n0\r\nX-Last: 1\r\n\r\n"
        _trickle(sock, request)
        backend, seen = _accepted()
        with backend:
            backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not seen.endswith(b"0\r\nX-Last: 1\r\n\r\n"):
                seen += backend.recv(4096)
            assert _body_of_chunks(seen.partition(b"\r\n\r\n")[2]) == b"body"
            answer = (
                b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            _trickle(backend, answer + b"3;y\r\nyes\r\n3\r\n!!!\r\n0\r\nX-Sum: 6\r\n\r\n")
            message = Reader(sock).message()
        assert (message.interim, message.status, message.body, message.whole) == ([103], 200, b"yes!!!", True)


def _trickle(sock: socket.socket, data: bytes) -> None:
    for at in range(len(data)):
        sock.sendall(data[at : at + 1])
        time.sleep(0.001)


def _body_of_chunks(data: bytes) -> bytes:
    out = b""
    while size := int(data.partition(b"\r\n")[0], 16):
        data = data.partition(b"\r\n")[2]
        out, data = out + data[:size], data[size + 2 :]
    return out


def test_a_slow_reader_is_not_a_silent_backend(door: Daemon) -> None:
    """`timeout.idle` is the backend's silence; one that is not read from cannot speak."""
    with connect(door.port) as sock:
        sock.sendall(_get("idle/down"))
        time.sleep(1.2)
        head = read_head(sock)
        body = len(head.partition(b"\r\n\r\n")[2])
        assert body + drain(sock, SIZE - body) == SIZE


def test_timers_name_themselves(door: Daemon) -> None:
    for path, timer in (("idle/ours", "timeout.idle = 0.4s"), ("full", "timeout.connect = 0.3s")):
        with connect(door.port) as sock:
            sock.sendall(_get(path))
            message = Reader(sock).message()
            assert message.status == 504
            error = json.loads(message.body)["error"]
            assert timer in error["message"]
            assert error["route"] == f"/{path.split('/')[0]}"
    backend, _ = _accepted()
    with backend:
        assert ended_within(backend, 1)


def test_no_timer_ends_a_silent_upgrade_nor_an_event_stream_that_speaks(door: Daemon) -> None:
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"
    with connect(door.port) as sock:
        sock.sendall(_get("idle/ours", upgrade))
        backend, _ = _accepted()
        with backend:
            backend.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            read_head(sock)
            time.sleep(0.8)
            backend.sendall(b"late")
            assert read_exactly(sock, 4) == b"late"
    with connect(door.port) as sock:
        sock.sendall(_get("idle/ours"))
        backend, _ = _accepted()
        with backend:
            backend.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
            for piece in (b"1", b"2", b"3", b"4", b"5", b"6"):
                time.sleep(0.2)
                backend.sendall(piece)
            assert Reader(sock).message().body == b"123456"


# many


@_handler
def _numbered(sock: socket.socket, data: bytes) -> bytes | None:
    head, _, rest = data.partition(b"\r\n\r\n")
    _answer(sock, head.partition(b"?")[2].split(b" ")[0])
    return rest


def test_ten_thousand_pipelined_requests(door: Daemon) -> None:
    number = 10_000
    with connect(door.port) as sock:

        def send() -> None:
            sock.sendall(b"".join(_get(f"numbered?{index}") for index in range(number)))

        sender = threading.Thread(target=send)
        sender.start()
        reader = Reader(sock)
        for index in range(number):
            assert reader.message().body == b"%d" % index
        sender.join()


@_handler
def _together(sock: socket.socket, data: bytes) -> bytes | None:
    _everybody.wait(20)
    return _numbered(sock, data)


def test_six_hundred_kept_alive_connections_at_once(door: Daemon) -> None:
    """All are in flight at the same time, twice: the backend answers none before it has them all.

    These are more sockets than a shell's usual limit allows a process to have open.
    """
    readers = []
    for _ in range(_everybody.parties):
        sock = connect(door.port)
        readers.append((sock, Reader(sock, 20)))
    for turn in "ab":
        for number, (sock, _) in enumerate(readers):
            sock.sendall(_get(f"together?{turn}{number}"))
        for number, (_, reader) in enumerate(readers):
            message = reader.message()
            assert (message.status, message.body) == (200, f"{turn}{number}".encode())
    for sock, _ in readers:
        sock.close()
