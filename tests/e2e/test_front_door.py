"""`devcors up` in front of real servers: routes, refusals, faults. What a user of curl sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest

from tests.support.daemon import Daemon, running
from tests.support.lanes import LANES, Lane, lane_config
from tests.support.ports import free_port
from tests.support.raw import connect, exchange, read_response
from tests.support.servers import Reply, Seen, Server, self_made, serve

PAGE = "http://localhost:5173"


@pytest.fixture(scope="module", params=LANES)
def lane(request: pytest.FixtureRequest) -> Lane:
    """What holds here holds in both lanes. What does not: docs/architecture.md, "Where the lanes differ"."""
    return cast("Lane", request.param)


def _front(seen: Seen) -> Reply:
    return Reply(body=b"front " + seen.target.encode())


def _api(seen: Seen) -> Reply:
    path = seen.target.partition("?")[0]
    replies = {
        "/api/echo": Reply(body=json.dumps([seen.method, seen.target, seen.headers, seen.body.decode()]).encode()),
        "/api/moved": Reply(302, [("Location", f"http://{seen.header('host')}/api/new")], b""),
        "/api/empty": Reply(204, body=b""),
        "/v2/auth/login": Reply(200, [("Set-Cookie", "sid=s3cret; Domain=localhost; Path=/v2/auth; SameSite=None")]),
        "/api/error": Reply(500, body=b"boom"),
    }
    return replies.get(path, Reply(404, body=b"not here"))


@pytest.fixture(scope="module")
def api() -> Iterator[Server]:
    with serve(_api) as server:
        yield server


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, api: Server, lane: Lane) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("door")
    certificate = self_made(folder, "localhost", "127.0.0.1")
    with (
        serve(_front) as front,
        serve(_api, host="::1") as only_v6,
        serve(_api, tls=certificate.server_context()) as secure,
    ):
        config = f"""
            {lane_config(folder, lane)}
            frontend = "{front.url}"
            [routes]
            "/api" = {{ target = "{api.url}", cors = "inject" }}
            "/six" = {{ target = "http://localhost:{only_v6.port}", rewrite = "/api" }}
            "/auth" = {{ target = "{api.url}", rewrite = "/v2/auth" }}
            "/dead" = "http://localhost:{free_port()}"
            "/loop" = "http://localhost:2677"
            "/untrusted" = {{ target = "{secure.url}", rewrite = "/api" }}
            [routes."/trusted"]
            target = "https://127.0.0.1:{secure.port}"
            rewrite = "/api"
            verify = "{certificate.path}"
        """
        with running(folder, config) as daemon:
            yield daemon


def test_routes_end_at_a_segment(door: Daemon) -> None:
    with httpx.Client(base_url=door.url) as client:
        assert client.get("/").text == "front /"
        assert client.get("/apis").text == "front /apis"
        method, target, _, _ = client.get("/api/echo?q=1").json()
        assert (method, target) == ("GET", "/api/echo?q=1")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_and_bodies_pass(door: Daemon, method: str) -> None:
    seen = httpx.request(method, f"{door.url}/api/echo", content=b"body" if method != "GET" else None).json()
    assert seen[0] == method
    assert seen[3] == ("body" if method != "GET" else "")


def test_a_target_is_passed_as_it_was_written(door: Daemon, api: Server) -> None:
    target = "/api/a%2Fb/%C3%A4/x;y=1/%7e?q=%20&r=a+b"
    exchange(door.port, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert api.seen[-1].target == target


@pytest.mark.parametrize(
    "path", ["/api/../admin", "/api/%2e%2e/admin", "/api/..%2fadmin", "/api/..;/admin", "//api/echo", "/api/..\\x"]
)
def test_no_spelling_steps_out_of_a_route(door: Daemon, api: Server, path: str) -> None:
    before = len(api.seen)
    answer = exchange(door.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert len(api.seen) == before


def test_the_backend_sees_itself_as_host_and_origin(door: Daemon, api: Server) -> None:
    fields = {"Origin": door.url, "Referer": f"{door.url}/page"}
    seen = dict(httpx.get(f"{door.url}/api/echo", headers=fields).json()[2])
    assert seen["Host"] == f"localhost:{api.port}"
    assert seen["Origin"] == api.url
    assert seen["Referer"] == f"{api.url}/page"


def test_a_foreign_origin_stays(door: Daemon) -> None:
    seen = dict(httpx.get(f"{door.url}/api/echo", headers={"Origin": PAGE}).json()[2])
    assert seen["Origin"] == PAGE


def test_a_redirect_comes_back_through_the_front_door(door: Daemon) -> None:
    assert httpx.get(f"{door.url}/api/moved").headers["location"] == f"{door.url}/api/new"


def test_a_cookie_is_made_to_work_and_told(door: Daemon) -> None:
    answer = httpx.get(f"{door.url}/auth/login")
    assert answer.headers["set-cookie"] == "sid=s3cret; Domain=localhost; Path=/auth; SameSite=Lax"
    record = door.record(lambda record: record["url"].endswith("/auth/login"))
    (cookie,) = record["cookies"]
    assert cookie["name"] == "sid"
    assert len(cookie["rewritten"]) == 2
    assert cookie["chromium"]["accepted"]
    assert "s3cret" not in json.dumps(record)


def test_localhost_is_both_families(door: Daemon) -> None:
    assert httpx.get(f"{door.url}/six/echo").json()[1] == "/api/echo"


def test_a_dead_backend_is_told_at_once_and_readable(door: Daemon) -> None:
    answer = httpx.get(f"{door.url}/dead", headers={"Origin": PAGE, "Accept": "application/json"})
    assert answer.status_code == 502
    assert answer.headers["access-control-allow-origin"] == PAGE
    error = answer.json()["error"]
    assert (error["route"], error["cause"]) == ("/dead", "ECONNREFUSED")
    assert error["hint"]
    assert answer.elapsed.total_seconds() < 1
    page = httpx.get(f"{door.url}/dead", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "ECONNREFUSED" in page.text


def test_an_upload_to_a_dead_backend_is_answered(door: Daemon) -> None:
    answer = httpx.post(f"{door.url}/dead", content=b"x" * 3_000_000)
    assert answer.status_code == 502


def test_an_untrusted_certificate_names_verify(door: Daemon) -> None:
    error = httpx.get(f"{door.url}/untrusted/echo").json()["error"]
    assert error["status"] == 502
    assert "certificate" in error["message"]
    assert "verify" in error["hint"]


def test_a_certificate_file_is_trusted(door: Daemon) -> None:
    assert httpx.get(f"{door.url}/trusted/echo").status_code == 200


def test_a_foreign_host_is_refused(door: Daemon) -> None:
    for host in ("evil.test", "0.0.0.0", "localhost.evil.test"):
        answer = httpx.get(door.url, headers={"Host": host})
        assert answer.status_code == 403
        assert "allowed_hosts" in answer.json()["error"]["hint"]
    assert httpx.get(door.url, headers={"Host": "app.localhost"}).status_code == 200


@pytest.mark.parametrize(
    ("request_line_and_fields", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: user@localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 201 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 66_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ],
)
def test_refused_heads(door: Daemon, request_line_and_fields: bytes, status: int) -> None:
    with connect(door.port) as sock:
        sock.sendall(request_line_and_fields)
        assert read_response(sock)[0] == status


@pytest.mark.parametrize(
    ("request_line_and_fields", "begin"),
    [
        (b"\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nMax-Forwards: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nAllow:"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: \xff\xfe\r\n\r\n", b"HTTP/1.1 200 OK"),
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 400",
        ),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\n", b"HTTP/1.1 400"),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", b"HTTP/1.1 400"),
    ],
)
@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "byte by byte"])
def test_heads_whole_and_byte_by_byte(door: Daemon, request_line_and_fields: bytes, begin: bytes, pieces: bool) -> None:
    assert exchange(door.port, request_line_and_fields, pieces=pieces, timeout=0.5).startswith(begin)


def test_hop_by_hop_fields_stay_here(door: Daemon) -> None:
    fields = {"Connection": "X-Hop, Authorization", "X-Hop": "1", "Authorization": "a", "Proxy-Authorization": "b"}
    seen = {name.lower() for name, _ in httpx.get(f"{door.url}/api/echo", headers=fields).json()[2]}
    assert "authorization" in seen
    assert not seen & {"x-hop", "proxy-authorization", "connection"}


def test_records_of_an_exchange(door: Daemon, lane: Lane) -> None:
    httpx.post(f"{door.url}/api/echo?record", content=b"12345")
    record = door.record(lambda record: record["url"].endswith("?record"))
    assert record["method"] == "POST"
    assert record["route"] == "/api"
    assert record["status"] == 200
    assert record["request_bytes"] == 5
    assert record["response_bytes"] > 0
    assert record["lane"] == lane
    assert record["cors"] is None
    assert record["cookies"] == []
    assert record["duration_ms"] >= record["first_byte_ms"] >= 0


def test_no_route_lists_the_routes(tmp_path: Path, api: Server, lane: Lane) -> None:
    with running(tmp_path, f'{lane_config(tmp_path, lane)}\n[routes]\n"/api" = "{api.url}"\n') as daemon:
        answer = httpx.get(f"{daemon.url}/other")
        assert answer.status_code == 404
        assert answer.json()["error"]["routes"] == ["/api"]


def test_a_route_to_devcors_itself_is_a_loop(tmp_path: Path, lane: Lane) -> None:
    port = free_port()
    config = f'{lane_config(tmp_path, lane)}\n[routes]\n"/loop" = "http://localhost:{port}"\n"/v4" = "http://127.0.0.2:{port}"\n'
    with running(tmp_path, config, arguments=["--port", str(port)], any_port=False) as daemon:
        for path in ("/loop", "/v4"):
            answer = httpx.get(f"{daemon.url}{path}")
            assert answer.status_code == 508
            assert answer.json()["error"]["route"] == path
