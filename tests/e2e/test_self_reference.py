"""devcors never dials itself: the front door is served in process, by whatever name a client asks a proxy for it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.proxy.ownership import names_of_machine
from tests.support.daemon import Daemon, running
from tests.support.ports import free_port
from tests.support.raw import connect, exchange, read_response
from tests.support.servers import Reply, Server, serve

SERVED = (
    "localhost",
    "LocalHost",
    "localhost.",
    "a.localhost",
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:0:0:1]",
)
REFUSED = ("0.0.0.0", "0", "[::]", "[::ffff:0.0.0.0]")


@pytest.fixture(scope="module")
def backend() -> Iterator[Server]:
    with serve(lambda _: Reply(body=b"backend")) as server:
        yield server


@pytest.fixture(scope="module", params=["gateway", "scripts"])
def daemon(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backend: Server
) -> Iterator[Daemon]:
    """Both lanes: with `scripts` everything is mitmproxy's."""
    folder, port = tmp_path_factory.mktemp("self"), free_port()
    (folder / "nothing.py").write_text("")
    config = f"""
        frontend = "{backend.url}"
        {'scripts = ["nothing.py"]' if request.param == "scripts" else ""}
        [routes]
        "/zero" = "http://0.0.0.0:{port}"
        "/number" = "http://2130706433:{port}"
        [server]
        listen = "localhost:{port}"
        [intercept]
        "loop.test" = {{ target = "http://localhost:{port}" }}
    """
    with running(folder, config, any_port=False) as running_daemon:
        yield running_daemon


def _through(daemon: Daemon, host: str, path: str) -> bytes:
    place = f"{host}:{daemon.port}"
    head = f"GET http://{place}{path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n"
    return exchange(daemon.port, head.encode())


@pytest.mark.parametrize("host", SERVED)
def test_by_absolute_form_it_is_served(daemon: Daemon, host: str) -> None:
    path = f"/absolute/{host}"
    assert _through(daemon, host, path).endswith(b"\r\n\r\nbackend")
    _passed_once(daemon, path)


@pytest.mark.parametrize("host", SERVED)
def test_by_connect_it_is_served(daemon: Daemon, host: str) -> None:
    path = f"/connect/{host}"
    with connect(daemon.port) as sock:
        sock.sendall(f"CONNECT {host}:{daemon.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert read_response(sock)[0] == 200
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{daemon.port}\r\n\r\n".encode())
        assert read_response(sock)[2] == b"backend"
    _passed_once(daemon, path)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("", 400),
        ("Host: x\r\nHost: x\r\n", 400),
        ("Host: x\r\nX: a\x01\r\n", 400),
        ("Host: x\r\nContent-Length: 2\r\n", 400),
        ("Host: x\r\nExpect: something\r\n", 417),
        ("Host: x\r\n" + "X: 1\r\n" * 200, 431),
    ],
    ids=["no Host", "two", "control", "body", "Expect", "many"],
)
def test_a_connect_is_checked_as_other_requests_are(daemon: Daemon, version: str, fields: str, status: int) -> None:
    """To the front door and to anybody else, before anything is dialed."""
    for place in (f"localhost:{daemon.port}", "elsewhere.invalid:443"):
        if not fields and version == "1.0":
            continue  # RFC 9112, section 3.2: it need not have one
        with connect(daemon.port) as sock:
            sock.sendall(f"CONNECT {place} HTTP/{version}\r\n{fields}\r\n".encode())
            assert read_response(sock)[0] == status


@pytest.mark.parametrize("host", REFUSED)
def test_the_unspecified_address_is_refused(daemon: Daemon, host: str) -> None:
    """It is no name by which the front door answers (a page of the web could use it); still, nothing is dialed."""
    path = f"/unspecified/{host}"
    assert _through(daemon, host, path).startswith(b"HTTP/1.1 403 ")
    _passed_once(daemon, path)


def _passed_once(daemon: Daemon, path: str) -> None:
    """A devcors that dials itself records the request twice."""
    daemon.record(lambda record: record["url"].endswith(path))
    time.sleep(0.05)
    assert len([record for record in daemon.records if record["url"].endswith(path)]) == 1


@pytest.mark.parametrize(("path", "status"), [("/zero", 508), ("/number", 508)])
def test_a_route_that_leads_back_is_a_loop(daemon: Daemon, path: str, status: int) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    answer = exchange(daemon.port, head.encode())
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert "devcors itself" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]
    _passed_once(daemon, path)


def test_an_intercepted_host_that_leads_back_is_a_loop(daemon: Daemon) -> None:
    answer = exchange(
        daemon.port, b"GET http://loop.test/back HTTP/1.1\r\nHost: loop.test\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 508 ")
    assert b"devcors itself" in answer
    _passed_once(daemon, "/back")


def test_listening_everywhere_it_knows_the_machine_by_name_and_address(tmp_path: Path, backend: Server) -> None:
    port = free_port()
    config = f"""
        frontend = "{backend.url}"
        [routes]
        "/machine" = "http://{socket.gethostname()}:{port}"
        [server]
        listen = "0.0.0.0:{port}"
    """
    name, *addresses = names_of_machine()
    with running(tmp_path, config, any_port=False) as everywhere:
        for address in {"127.0.0.1", "127.0.0.7", *(address for address in addresses if ":" not in address)}:
            assert _through(everywhere, address, f"/{address}").endswith(b"\r\n\r\nbackend")
            _passed_once(everywhere, f"/{address}")
        # by a name it would answer to anybody who makes that name point here; still, nothing is dialed
        assert _through(everywhere, name, "/named").startswith(b"HTTP/1.1 403 ")
        _passed_once(everywhere, "/named")
        head = b"GET /machine/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert exchange(everywhere.port, head).startswith(b"HTTP/1.1 508 ")
        _passed_once(everywhere, "/machine/x")
