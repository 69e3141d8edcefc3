"""Where the lanes differ: each row of that section in docs/architecture.md, seen in both lanes.

What they have in common is shown by the tests that take the lane as a parameter.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.daemon import ROOT, Daemon, running
from tests.support.lanes import LANES, Lane, lane_config
from tests.support.raw import connect
from tests.support.reading import End, Message, Reader
from tests.support.scripted import Act, Backend

REQUEST = b"GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPLOAD = b"POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345"
EXPECTING = b"POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"
SOCKET = (
    b"GET /api HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
HEAD = b"HTTP/1.1 200 OK\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
GOODBYE = b"\x88\x02\x03\xe8"  # a close frame with 1000


@dataclass(frozen=True)
class Told:
    """What a client sees within a second: status, and whether the message is whole; how the connection ended."""

    status: int
    whole: bool
    end: End | None
    rest: bytes = b""
    interim: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """`name` is the row's first column."""

    name: str
    act: Act
    gateway: Told
    mitmproxy: Told
    request: bytes = REQUEST
    half_closes: bool = False


CUT = Told(200, False, "fin")
PAGE = Told(502, True, "fin")  # mitmproxy's own
WAITS = Told(0, False, "silence")

ROWS = [
    Row("a body that is cut, by its length", Act(HEAD + b"Content-Length: 10\r\n\r\n12345", then="kill"), CUT, PAGE),
    Row(
        "a body that is cut, chunked",
        Act(HEAD + b"Transfer-Encoding: chunked\r\n\r\na\r\n12345", then="kill"),
        CUT,
        PAGE,
    ),
    Row(
        "a reset within a body that the close ends",
        Act(HEAD + b"\r\n12345", then="kill", how="rst"),
        CUT,
        Told(200, True, "fin"),
    ),
    Row(
        "a final response before the request is whole",
        Act(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"),
        Told(413, True, "fin"),
        WAITS,
        request=UPLOAD,
    ),
    Row(
        "a backend that dies before the request is whole",
        Act(then="kill", body=5),
        Told(502, True, "fin"),
        WAITS,
        request=UPLOAD,
    ),
    Row(
        "103 Early Hints",
        Act(b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"Content-Length: 0\r\n\r\n"),
        Told(200, True, "silence", interim=(103,)),
        Told(0, False, "silence", interim=(103,)),
    ),
    Row(
        "`Expect: 100-continue` that the backend refuses",
        Act(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"),
        Told(417, True, "fin"),
        Told(0, False, "silence", interim=(100,)),
        request=EXPECTING,
    ),
    Row(
        "a client that half-closes",
        Act(HEAD + b"Content-Length: 2\r\n\r\nok", patience=0.5),
        Told(200, True, "fin"),
        Told(0, False, "fin"),
        half_closes=True,
    ),
    Row(
        "a WebSocket without a close frame at its end",
        Act(SWITCHED, then="kill"),
        Told(101, True, "fin"),
        Told(101, True, "fin", rest=GOODBYE),
        request=SOCKET,
    ),
    Row(
        "a WebSocket that is reset",
        Act(SWITCHED, then="kill", how="rst"),
        Told(101, True, "rst"),
        Told(101, True, "fin", rest=GOODBYE),
        request=SOCKET,
    ),
]


@dataclass
class Setting:
    """A daemon in one lane, and the backend before which it stands."""

    lane: Lane
    daemon: Daemon
    backend: Backend


@pytest.fixture(scope="module", params=LANES)
def setting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    lane: Lane = request.param
    folder, backend = tmp_path_factory.mktemp("lanes"), Backend()
    backend.start()
    config = f'{lane_config(folder, lane)}\n[routes]\n"/api" = "http://127.0.0.1:{backend.port}"\n'
    with running(folder, config) as daemon:
        yield Setting(lane, daemon, backend)
    backend.kill()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row(setting: Setting, row: Row) -> None:
    setting.backend.kill()
    setting.backend.start(row.act)
    with connect(setting.daemon.port) as sock:
        sock.sendall(row.request)
        if row.half_closes:
            sock.shutdown(socket.SHUT_WR)
        reader = Reader(sock, 1.0)
        message = reader.message()
        rest = reader.rest() if reader.end is None else b""
    assert _told(message, reader, rest) == (row.gateway if setting.lane == "gateway" else row.mitmproxy)


def _told(message: Message, reader: Reader, rest: bytes) -> Told:
    return Told(message.status, message.whole, reader.end, rest, tuple(message.interim))


def test_the_section_has_these_rows() -> None:
    section = _section(ROOT / "docs" / "architecture.md")
    for row in ROWS:
        assert f"| {row.name} |" in section


def _section(page: Path) -> str:
    return page.read_text().partition("## Where the lanes differ\n")[2].partition("\n## ")[0]
