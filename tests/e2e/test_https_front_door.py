"""TLS at the front door: `https = true` in the gateway's lane, `"h2"` in mitmproxy's, plain requests sent over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.support.daemon import Daemon, running
from tests.support.raw import exchange
from tests.support.servers import Reply, Seen, serve
from tests.support.streams import hang_up, streaming

pytestmark = pytest.mark.timeout(60)


def _echo(seen: Seen) -> Reply:
    return Reply(body=json.dumps([seen.method, seen.target, seen.headers, len(seen.body)]).encode())


@pytest.fixture(
    params=[("true", ""), ("true", "asyncio"), ('"h2"', "")], ids=["gateway", "gateway on asyncio", "mitmproxy"]
)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Daemon]:
    https, loop = request.param
    with serve(_echo) as api, streaming() as streams:
        config = f"""
            frontend = "{api.url}"
            [routes]
            "/s" = "http://localhost:{streams}"
            "/forwarded" = {{ target = "{api.url}", forwarded = true }}
            [server]
            https = {https}
            allowed_hosts = ["dev.example.test"]
        """
        with running(tmp_path, config, environ={"DEVCORS_LOOP": loop}) as daemon:
            yield daemon


def trusting(folder: Path) -> ssl.SSLContext:
    """Trusts devcors' authority, which is there as soon as the front door is."""
    return ssl.create_default_context(cafile=str(next(folder.rglob("devcors-ca.pem"))))


def _leaf(door: Daemon, folder: Path, name: str | None, address: str = "127.0.0.1") -> dict[str, object]:
    context = trusting(folder)
    context.check_hostname = name is not None
    with (
        socket.create_connection((address, door.port), 5) as sock,
        context.wrap_socket(sock, server_hostname=name) as secured,
    ):
        return dict(secured.getpeercert() or {})


def test_it_says_so_and_serves(door: Daemon, tmp_path: Path) -> None:
    assert door.url == f"https://localhost:{door.port}"
    with httpx.Client(verify=trusting(tmp_path), base_url=door.url) as client:
        assert client.get("/x?q").json()[:2] == ["GET", "/x?q"]
        assert client.post("/y", content=b"x" * 300_000).json()[3] == 300_000
        fields = dict(client.get("/forwarded").json()[2])
    assert (fields["X-Forwarded-Proto"], fields["X-Forwarded-Port"]) == ("https", str(door.port))
    record = door.record(lambda record: record["url"].endswith("/x?q"))
    assert record["url"].startswith("https://localhost:")
    assert record["status"] == 200


def test_a_leaf_has_the_one_name_that_was_asked_for(door: Daemon, tmp_path: Path) -> None:
    for name in ("localhost", "app.localhost", "dev.example.test"):
        assert _leaf(door, tmp_path, name)["subjectAltName"] == (("DNS", name),)
    assert _leaf(door, tmp_path, None)["subjectAltName"] == (("IP Address", "127.0.0.1"),)


def test_no_leaf_for_a_name_that_is_not_served(door: Daemon, tmp_path: Path) -> None:
    with pytest.raises((ssl.SSLError, OSError)):
        _leaf(door, tmp_path, "bank.example.com")


def test_a_plain_request_is_sent_over(door: Daemon) -> None:
    answer = exchange(door.port, f"PUT /a?b HTTP/1.1\r\nHost: localhost:{door.port}\r\n\r\n".encode(), timeout=1)
    assert answer.startswith(b"HTTP/1.1 308 ")
    assert f"Location: https://localhost:{door.port}/a?b\r\n".encode() in answer


def test_a_handshake_in_pieces(door: Daemon, tmp_path: Path) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(tmp_path).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", door.port), 5) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                for number, byte in enumerate(outgoing.read()):
                    sock.sendall(bytes([byte]))
                    if number < 4:  # each comes alone, before it can be told what this is
                        time.sleep(0.03)
                incoming.write(sock.recv(65536))
            else:
                break
        client.write(b"GET /pieces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        sock.sendall(outgoing.read())
        answer = b""
        while b"/pieces" not in answer:
            incoming.write(sock.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):  # what came may be several records, and each read gives one
                while b"/pieces" not in answer:
                    answer += client.read()
    assert answer.startswith(b"HTTP/1.1 200 ")


async def _talk(door: Daemon, context: ssl.SSLContext) -> str | bytes | None:
    request = HTTPRequest(f"wss://localhost:{door.port}/s/echo", ssl_options=context)
    client = await websocket_connect(request)
    await client.write_message("over TLS")
    said = await client.read_message()
    hang_up(client)
    return said


def test_a_socket_over_tls(door: Daemon, tmp_path: Path) -> None:
    assert asyncio.run(_talk(door, trusting(tmp_path))) == "over TLS"


def test_events_come_as_they_are_sent(door: Daemon, tmp_path: Path) -> None:
    with (
        httpx.Client(verify=trusting(tmp_path)) as client,
        client.stream("GET", f"{door.url}/s/events?count=0&every=0.05") as answer,
    ):
        pieces = answer.iter_raw()
        assert b"data:" in next(pieces)
        assert b"data:" in next(pieces)


def test_http_2_where_it_is_offered(tmp_path: Path) -> None:
    with serve(_echo) as api:
        config = f'[routes]\n"/api" = {{ target = "{api.url}", cors = "inject" }}\n[server]\nhttps = "h2"\n'
        with running(tmp_path, config) as daemon:
            context = trusting(tmp_path)
            context.set_alpn_protocols(["h2"])
            with (
                socket.create_connection(("127.0.0.1", daemon.port), 5) as sock,
                context.wrap_socket(sock, server_hostname="localhost") as secured,
            ):
                assert secured.selected_alpn_protocol() == "h2"


def test_turned_on_by_an_edit(tmp_path: Path) -> None:
    with serve(_echo) as api:
        text = f'frontend = "{api.url}"\n[server]\nhttps = %s\n'
        with running(tmp_path, text % "false") as daemon:
            assert httpx.get(f"{daemon.url}/x").status_code == 200
            (tmp_path / "devcors.toml").write_text(text % "true")
            daemon.message("https")
            assert httpx.get(f"{daemon.url}/x").status_code == 308
            answer = httpx.get(f"https://localhost:{daemon.port}/x", verify=trusting(tmp_path))
            assert answer.json()[1] == "/x"
