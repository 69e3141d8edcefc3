"""The admin API of a real devcors, by one who may: what it tells, and replays."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin import Admin
from tests.support.admin_stage import FOREIGN, Running, a_devcors, page_and_api
from tests.support.daemon import made_authority, running
from tests.support.raw import connect, exchange
from tests.support.servers import Server


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with page_and_api() as both:
        yield both


@pytest.fixture(scope="module", params=["", 'scripts = ["own.py"]\n'], ids=["gateway", "mitmproxy"])
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: tuple[Server, Server]
) -> Iterator[Running]:
    """With `scripts` every request is mitmproxy's lane's."""
    with a_devcors(tmp_path_factory.mktemp("seen"), servers, request.param) as live:
        yield live


@pytest.fixture
def live(seen: Running) -> Running:
    """One whose list is empty."""
    seen.admin.ask("POST", "/api/clear", {})
    return seen


def test_rows_details_and_the_words_for_them(live: Running) -> None:
    first = live.send("GET /api/item?token=abc&q=1", FOREIGN, "Cookie: sid=topsecret")
    (row,) = live.admin.get("/api/exchanges")["exchanges"]
    assert row["path"] == "/api/item?token=[redacted]&q=1"
    assert (row["verdict"], row["route"], row["status"], row["cross_origin"]) == ("blocked", "/api", 200, True)
    told = live.admin.get(f"/api/exchanges/{first}")
    assert told["record"]["cors"]["chromium"]["messages"][0] == told["console"]["chromium"][0]
    assert "withholds it" in told["why"]
    assert "Access-Control-Allow-Origin" in told["why"]
    received, sent = told["request"]["received"], told["request"]["sent"]
    assert ["Cookie", "sid=[redacted]"] in received
    assert ["Cookie", "sid=[redacted]"] in sent
    assert dict(received)["Host"] != dict(sent)["Host"] == told["record"]["target"].split("/")[2]
    assert {fix["server"] for fix in told["fixes"]} >= {"express", "django", "nginx"}
    assert all("http://localhost:9999" in fix["text"].replace("\\", "") for fix in told["fixes"])
    assert told["bodies"]["response"] == {"size": 1, "kept": 1, "media_type": "application/json"}
    assert "topsecret" not in json.dumps(told)
    assert "abc" not in json.dumps(told)
    cookie = live.send("GET /api/cookie")
    told = live.admin.get(f"/api/exchanges/{cookie}")
    assert ["Set-Cookie", "sid=[redacted]; SameSite=None"] in told["response"]["received"]
    assert ["Set-Cookie", "sid=[redacted]; SameSite=Lax"] in told["response"]["sent"]


def test_bodies_are_shown_decoded_and_without_secrets(live: Running) -> None:
    number = live.send("POST /api/zipped", "Content-Type: application/json", body='{"password":"topsecret","a":[1]}')
    told = live.admin.get(f"/api/exchanges/{number}/body/request")
    assert (told["size"], told["kept"], told["truncated"]) == (32, 32, False)
    assert json.loads(told["text"]) == {"password": "[redacted]", "a": [1]}
    assert "topsecret" in live.admin.get(f"/api/exchanges/{number}/body/request?secrets=1")["text"]
    told = live.admin.get(f"/api/exchanges/{number}/body/response")
    assert (told["encoding"], told["media_type"], told["text"]) == ("gzip", "text/plain", "unzipped")


def test_files_hold_the_kept_exchanges_without_secrets(live: Running) -> None:
    live.send("GET /api/item?token=topsecret", "Cookie: sid=topsecret", FOREIGN)
    live.send("GET /b")
    assert [entry["request"]["method"] for entry in live.admin.get("/api/export.har")["log"]["entries"]] == ["GET"] * 2
    assert len(live.admin.get("/api/export.har?blocked=1")["log"]["entries"]) == 1
    for secrets in (0, 1):
        for kind in ("har", "mitm"):
            with live.admin.connection() as connection:
                connection.request("GET", f"/api/export.{kind}?secrets={secrets}", headers=live.admin.authorization())
                data = connection.getresponse().read()
            assert (b"topsecret" in data) == bool(secrets)
            assert b"/api/item" in data


def test_filters_and_pages(live: Running) -> None:
    numbers = [live.send("GET /api/a", FOREIGN), live.send("GET /api/open", FOREIGN), live.send("GET /b")]

    def ask(query: str) -> list[int]:
        return [row["id"] for row in live.admin.get(f"/api/exchanges?{query}")["exchanges"]]

    assert ask("") == numbers[::-1]
    assert ask("blocked=1") == numbers[:1]
    assert ask("route=%2Fapi") == numbers[1::-1]
    (record,) = live.admin.get("/api/exchanges?records=1&blocked=1")["exchanges"]
    assert record == live.admin.get(f"/api/exchanges/{numbers[0]}")["record"]
    assert ask("text=OPEN+get") == numbers[1:2]
    assert ask(f"before={numbers[2]}&limit=1") == numbers[1:2]
    assert live.admin.get("/api/exchanges?limit=2")["older"] is True
    assert live.admin.get("/api/exchanges?limit=3")["older"] is False


def test_a_chain_is_told_as_one(live: Running) -> None:
    preflight = live.send("OPTIONS /api/moved", FOREIGN, "Access-Control-Request-Method: PUT")
    moved = live.send("PUT /api/moved", FOREIGN, body="x")
    item = live.send("GET /api/item", FOREIGN)
    for number in (preflight, moved, item):
        chain = [row["id"] for row in live.admin.get(f"/api/exchanges/{number}")["timeline"]]
        assert number in chain
        assert chain == sorted(chain)
    assert [row["id"] for row in live.admin.get(f"/api/exchanges/{item}")["timeline"]][-2:] == [moved, item]


def test_the_status_counts_and_knows_whose_target_answers(live: Running) -> None:
    before, gone = live.route("/api")["requests"], live.route("/gone")["errors"]
    live.send("GET /api/a", FOREIGN)
    live.send("GET /gone/a")
    told = live.admin.get("/api/status")
    routes = {route["name"]: route for route in told["routes"]}
    assert routes["/api"]["requests"] == before + 1
    assert (routes["/api"]["blocked"], routes["/api"]["health"]["state"]) == (1, "up")
    assert (routes["/gone"]["errors"], routes["/gone"]["health"]["error"]) == (gone + 1, "ECONNREFUSED")
    assert all(route["editable"] for route in routes.values())
    assert told["intercept"][0]["name"] == "api.example.test"
    assert told["config"] == str(live.file)
    assert told["memory_bytes"] > 10_000_000
    told = live.admin.get("/api/status?probe=1")
    assert {route["name"]: route["health"]["state"] for route in told["routes"]} == {
        "/api": "up",
        "/gone": "down",
        "frontend": "up",
    }


def test_the_stream_tells_rows_as_they_come_and_what_was_changed(live: Running) -> None:
    live.send("GET /api/before")
    text = live.file.read_text()
    with live.admin.stream() as events:
        sent = [live.send("GET /api/a", FOREIGN), live.send("GET /b")]
        rows = [row["id"] for row in _rows(events, 2)]
        assert rows == sent
        live.file.write_text(live.file.read_text() + '\n"x" = 1\n')
        name, told = next(events)
        assert (name, told["config"]) == ("status", "refused")
        assert told["problems"][0]["line"]
        live.admin.ask("POST", "/api/clear", {})
        assert next(events)[1]["cleared"] is True
        live.file.write_text(text)
        assert next(events)[1]["config"] == "applied"
    assert live.admin.get("/api/exchanges")["exchanges"] == []


def test_a_stream_goes_on_from_a_cursor_and_filters(live: Running) -> None:
    cursor = live.admin.get("/api/exchanges")["cursor"]
    live.send("GET /b")
    blocked = live.send("GET /api/a", FOREIGN)
    with live.admin.stream(f"?after={cursor}&blocked=1") as events:
        assert [row["id"] for row in _rows(events, 1)] == [blocked]


def test_pause_keeps_none_and_a_replay_says_so(live: Running) -> None:
    number = live.send("GET /b")
    assert live.admin.ask("POST", "/api/pause", {"paused": True}).told == {"paused": True}
    exchange(
        live.daemon.port, f"GET /c HTTP/1.1\r\nHost: localhost:{live.daemon.port}\r\nConnection: close\r\n\r\n".encode()
    )
    assert live.admin.ask("POST", f"/api/exchanges/{number}/replay", {}).status == 409
    assert [row["id"] for row in live.admin.get("/api/exchanges")["exchanges"]] == [number]
    assert live.admin.ask("POST", "/api/pause", {"paused": "no"}).status == 422
    live.admin.ask("POST", "/api/pause", {"paused": False})


def test_a_replay_is_the_same_request_once_more(live: Running) -> None:
    number = live.send("POST /api/item", FOREIGN, "Cookie: sid=topsecret", "X-Mine: 1", body="hello")
    count = len(live.backend.seen)
    answer = live.admin.ask("POST", f"/api/exchanges/{number}/replay", {})
    assert answer.status == 200
    assert answer.told["id"] == live.newest() > number
    first, again = live.backend.seen[count - 1], live.backend.seen[count]
    assert (again.method, again.target, again.body) == (first.method, first.target, b"hello")
    for name in ("Cookie", "X-Mine", "Origin", "Host"):
        assert again.header(name) == first.header(name)
    assert live.admin.get(f"/api/exchanges/{answer.told['id']}")["row"]["verdict"] == "blocked"


def test_a_replay_needs_the_whole_body(live: Running) -> None:
    number = live.send("POST /api/item", body="x" * 1001)
    answer = live.admin.ask("POST", f"/api/exchanges/{number}/replay", {})
    assert answer.status == 409
    assert "1000 of 1001 bytes" in answer.told["error"]


def test_a_replay_through_the_proxy_goes_the_way_that_the_browser_came(live: Running) -> None:
    before = live.newest()
    url = "http://api.example.test/api/open"
    head = f"GET {url} HTTP/1.1\r\nHost: api.example.test\r\n{FOREIGN}\r\nConnection: close\r\n\r\n"
    assert b"200" in exchange(live.daemon.port, head.encode())
    number = live.until_newer(before)
    answer = live.admin.ask("POST", f"/api/exchanges/{number}/replay", {})
    assert answer.told["id"] == live.newest() > number
    told = live.admin.get(f"/api/exchanges/{answer.told['id']}")
    assert (told["row"]["url"], told["row"]["route"], told["row"]["status"]) == (url, "api.example.test", 200)


def test_a_replay_over_tls_at_the_front_door_and_through_a_tunnel(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    context = ssl.create_default_context(cafile=str(made_authority(tmp_path)))
    config = f"""frontend = "{servers[0].url}"
        [intercept]
        "api.example.test" = {{ target = "{servers[1].url}" }}
        [server]
        https = true
    """
    with running(tmp_path, config) as daemon:
        live = Running(daemon, tmp_path, *servers)
        for host, path in (("localhost", "/b"), ("api.example.test", "/api/open")):
            before = live.newest()
            with connect(daemon.port) as sock:
                if host != "localhost":
                    sock.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
                    assert b" 200 " in sock.recv(4096)
                with context.wrap_socket(sock, server_hostname=host) as secure:
                    at = f"{host}:{daemon.port}" if host == "localhost" else host
                    secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n".encode())
                    while secure.recv(4096):
                        pass
            number = live.until_newer(before)
            answer = live.admin.ask("POST", f"/api/exchanges/{number}/replay", {})
            assert answer.told["id"] == live.newest() > number
            rows = [live.admin.get(f"/api/exchanges/{one}")["row"] for one in (number, answer.told["id"])]
            assert rows[0]["url"] == rows[1]["url"]
            assert rows[0]["url"].startswith("https://")
            assert rows[1]["status"] == 200


def test_a_reader_that_does_not_read_is_told_how_much_it_missed_and_nothing_is_queued_for_it(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    with running(tmp_path, f'frontend = "{servers[0].url}"') as daemon:
        admin = Admin(tmp_path, daemon)
        with admin.stream(window=65_536) as slow, admin.stream() as quick:
            quick_rows, missed, slow_rows, left_out = 0, 0, 0, 0
            for flood in range(1, 9):  # the quick one reads in between, and never has to wait for a batch's worth
                _flood(daemon.port, 400)
                while quick_rows + missed < 400 * flood:
                    _, told = next(quick)
                    quick_rows, missed = quick_rows + len(told["exchanges"]), missed + told["left_out"]
            before = daemon.memory()
            assert (quick_rows, missed) == (3_200, 0)
            # what the system holds between the two, and the newest of what came after that; 10 MB came
            while slow_rows + left_out < 3_200:
                _, told = next(slow)
                slow_rows, left_out = slow_rows + len(told["exchanges"]), left_out + told["left_out"]
            assert left_out > 0
            assert slow_rows + left_out == 3_200
            assert daemon.memory() - before < 20_000_000


def _flood(port: int, count: int) -> None:
    """Requests that devcors answers itself, pipelined, from two connections."""
    request = f"TRACE /{'flood' * 400} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()

    def send(number: int) -> None:
        for _ in range(number // 100):
            with connect(port) as sock:
                last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
                sock.sendall(request * 99 + last)
                while sock.recv(1 << 16):
                    pass

    threads = [threading.Thread(target=send, args=(count // 2,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _rows(events: Iterator[tuple[str, dict[str, list[dict[str, object]]]]], count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    while len(rows) < count:
        name, told = next(events)
        assert name == "exchanges"
        rows += told["exchanges"]
    return rows
