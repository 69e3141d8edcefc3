"""The admin API of a real devcors, by one who may: what it tells, and what it changes."""

from __future__ import annotations

import gzip
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin import Admin
from tests.support.daemon import Daemon, free_port, made_authority, running
from tests.support.raw import connect, exchange
from tests.support.servers import Reply, Seen, Server, serve

CONFIG = """\
# mine
frontend = "{app}"  # the page
[routes]
"/api" = "{api}" # the API
"/gone" = {{ target = "http://localhost:{gone}", wait = "0s" }}
[intercept]
"api.example.test" = {{ target = "{api}", cors = "inject" }}
[server]
capture = 1000
"""
FOREIGN = "Origin: http://localhost:9999"


def api(seen: Seen) -> Reply:
    path = seen.target.partition("?")[0]
    if path == "/api/moved":
        return Reply(302, [("Location", "/api/item"), ("Access-Control-Allow-Origin", "http://localhost:9999")])
    if path == "/api/zipped":
        fields = [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")]
        return Reply(headers=fields, body=gzip.compress(b"unzipped"))
    if path == "/api/cookie":
        return Reply(headers=[("Set-Cookie", "sid=topsecret; SameSite=None"), ("Content-Type", "text/plain")])
    allow = [("Access-Control-Allow-Origin", "*")] if path == "/api/open" else []
    return Reply(headers=[("Content-Type", "application/json"), *allow], body=json.dumps(len(seen.body)).encode())


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with serve(lambda _: Reply(body=b"page")) as app, serve(api) as backend:
        yield app, backend


class Running:
    """A devcors, its API, its folder and what is behind it."""

    def __init__(self, daemon: Daemon, folder: Path, app: Server, backend: Server) -> None:
        self.daemon, self.folder, self.app, self.backend = daemon, folder, app, backend
        self.admin = Admin(folder, daemon)

    @property
    def file(self) -> Path:
        return self.folder / "devcors.toml"

    def send(self, line: str, *fields: str, body: str = "") -> int:
        """A request at the front door; the number of its record."""
        before = self.newest()
        head = "\r\n".join([f"{line} HTTP/1.1", f"Host: localhost:{self.daemon.port}", *fields, "Connection: close"])
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        assert exchange(self.daemon.port, f"{head}\r\n{length}\r\n{body}".encode())
        return self.until_newer(before)

    def newest(self) -> int:
        rows = self.admin.get("/api/exchanges?limit=1")["exchanges"]
        return int(rows[0]["id"]) if rows else 0

    def route(self, name: str) -> dict[str, Any]:
        return next(route for route in self.admin.get("/api/status")["routes"] if route["name"] == name)

    def until_newer(self, before: int) -> int:
        deadline = time.monotonic() + 5
        while (newest := self.newest()) <= before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return newest

    def put(self, text: str, tag: str | None = None) -> tuple[int, dict[str, object]]:
        tag = self.admin.get("/api/config")["etag"] if tag is None else tag
        answer = self.admin.ask("PUT", "/api/config", {"text": text, "etag": tag})
        return answer.status, answer.told


@contextmanager
def a_devcors(folder: Path, servers: tuple[Server, Server], before: str = "") -> Iterator[Running]:
    app, backend = servers
    made_authority(folder)
    (folder / "own.py").write_text("")
    with running(folder, before + CONFIG.format(app=app.url, api=backend.url, gone=free_port())) as daemon:
        yield Running(daemon, folder, app, backend)


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


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory, servers: tuple[Server, Server]) -> Iterator[Running]:
    with a_devcors(
        tmp_path_factory.mktemp("edited"), servers, 'scripts = ["own.py"]  # only I may change this\n'
    ) as live:
        yield live


@pytest.fixture
def editing(edited: Running) -> Iterator[Running]:
    """One whose config is put back."""
    text, port = edited.file.read_text(), edited.admin.port
    yield edited
    (edited.folder / "devcors.local.toml").unlink(missing_ok=True)
    os.chown(edited.file, os.geteuid(), os.getegid())
    edited.file.write_text(text)
    assert edited.admin.ask("POST", "/api/reload", {}).told["applied"]
    edited.admin.port = port


def test_rows_details_and_the_words_for_them(live: Running) -> None:
    first = live.send("GET /api/item?token=abc&q=1", FOREIGN, "Cookie: sid=topsecret")
    (row,) = live.admin.get("/api/exchanges")["exchanges"]
    assert row["path"] == "/api/item?token=[redacted]&q=1"
    assert (row["verdict"], row["route"], row["status"], row["cross_origin"]) == ("blocked", "/api", 200, True)
    told = live.admin.get(f"/api/exchanges/{first}")
    assert told["record"]["cors"]["chromium"]["messages"][0] == told["console"]["chromium"][0]
    assert "withholds it" in told["why"]
    assert "Access-Control-Allow-Origin" in told["why"]
    assert ["Cookie", "sid=[redacted]"] in told["request"]["received"]
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


def test_an_edit_is_checked_written_with_its_comments_and_served(editing: Running) -> None:
    with serve(lambda _: Reply(body=b"new")) as other:
        answer = editing.admin.ask("PATCH", "/api/routes", {"pattern": "/api", "target": other.url})
        assert (answer.status, answer.told["applied"]) == (200, True)
        assert f'"/api" = "{other.url}" # the API\n' in editing.file.read_text()
        assert "# only I may change this\n# mine\n" in editing.file.read_text()
        editing.send("GET /api/x")
        assert other.seen[-1].target == "/api/x"
    assert editing.admin.get("/api/config")["etag"] == answer.told["etag"]


BROKEN = [
    ('frontend = 3\n"', 2, None),
    ("frontend = 3\n", 1, "a URL or a table is wanted"),
    ('[routes]\n"/a" = "localhost:1"\n', 2, "is not a URL"),
    ('frontend = "http://localhost:1"\nunknown = 1\n', 2, "unknown key"),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda case: case[0])
def test_a_broken_edit_is_refused_at_its_line_and_nothing_is_written(
    editing: Running, broken: tuple[str, int, str | None]
) -> None:
    text, line, words = broken
    text = 'scripts = ["own.py"]\n' + text
    before = editing.file.stat()
    status, told = editing.put(text)
    assert status == 422
    problems = told["problems"]
    assert isinstance(problems, list)
    assert problems[0]["line"] == line + 1
    assert words is None or words in problems[0]["message"]
    assert problems == editing.admin.ask("POST", "/api/config/check", {"text": text}).told["problems"]
    assert (editing.file.stat().st_mtime_ns, editing.file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert not [path for path in editing.folder.iterdir() if path.name.startswith(".devcors")]


def test_scripts_cannot_be_changed_nor_put_where_they_lie_in_wait(editing: Running) -> None:
    text = editing.file.read_text()
    (editing.folder / "evil.py").write_text("")
    for other in (
        text.replace("own.py", "evil.py"),
        text.partition("\n")[2],
        f'{text}\n[profiles.later]\nscripts = ["evil.py"]\n',
        f'{text}\n[profiles.later]\n"scripts" = []\n',
    ):
        status, told = editing.put(other)
        assert status == 403
        assert "scripts" in str(told["error"])
    assert editing.file.read_text() == text


def test_an_edit_that_moves_the_admin_port_is_answered(editing: Running) -> None:
    port, moved = editing.admin.port, free_port()
    with editing.admin.stream() as events:
        status, told = editing.put(editing.file.read_text() + f"admin = {moved}\n")
        assert (status, told["applied"], told["changes"]) == (200, True, ["~ [server] admin"])
        assert next(events)[1]["config"] == "applied"  # the last that comes by this port
        assert next(events, None) is None
    editing.admin.port = moved
    assert editing.admin.get("/api/status")["admin"] == f"http://localhost:{moved}"
    with pytest.raises(ConnectionRefusedError):
        connect(port)


def test_an_edit_of_what_has_changed_meanwhile_is_refused(editing: Running) -> None:
    tag = editing.admin.get("/api/config")["etag"]
    text = editing.file.read_text()
    editing.file.write_text(f"{text}# theirs\n")
    assert editing.put(f"{text}# ours\n", tag)[0] == 409
    assert editing.file.read_text() == f"{text}# theirs\n"
    assert editing.put(f"{text}# ours\n")[0] == 200


def test_an_edit_that_another_file_overrides_is_refused(editing: Running, servers: tuple[Server, Server]) -> None:
    (editing.folder / "devcors.local.toml").write_text('[routes]\n"/api" = "http://localhost:1"\n')
    assert editing.admin.ask("POST", "/api/reload", {}).told["changes"] == ["~ /api -> http://localhost:1"]
    answer = editing.admin.ask("PATCH", "/api/routes", {"pattern": "/api", "target": "http://localhost:2"})
    assert answer.status == 409
    assert servers[1].url in editing.file.read_text()
    (route,) = [route for route in editing.admin.get("/api/status")["routes"] if route["name"] == "/api"]
    assert route["editable"] is False
    assert editing.admin.ask("PATCH", "/api/routes", {"pattern": "/none", "target": "http://localhost:2"}).status == 404
    assert editing.admin.ask("PATCH", "/api/routes", {"pattern": "/gone", "target": "localhost:2"}).status == 422
    assert editing.admin.ask("PATCH", "/api/routes", {"pattern": "/gone", "target": "http://${HOME}"}).status == 422


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_of_somebody_else_is_not_written(editing: Running) -> None:
    tag, text = editing.admin.get("/api/config")["etag"], editing.file.read_text()
    os.chown(editing.file, 61234, 61234)
    status, told = editing.put(f"{text}# ours\n", tag)
    assert status in (403, 422)
    assert "another user" in str(told["error"])
    assert editing.file.read_text() == text


def test_a_devcors_without_a_file_has_nothing_to_edit(tmp_path: Path, servers: tuple[Server, Server]) -> None:
    with running(tmp_path, arguments=["--route", f"/api={servers[1].url}"]) as daemon:
        admin = Admin(tmp_path, daemon)
        assert admin.get("/api/config")["editable"] is False
        assert admin.get("/api/status")["routes"][0]["editable"] is False
        assert admin.ask("PUT", "/api/config", {"text": "", "etag": ""}).status == 409
        assert admin.ask("PATCH", "/api/routes", {"pattern": "/api", "target": "http://localhost:1"}).status == 409


def test_a_reader_that_does_not_read_costs_no_memory_and_stops_nobody(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    with running(tmp_path, f'frontend = "{servers[0].url}"') as daemon:
        admin = Admin(tmp_path, daemon)
        with connect(admin.port) as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(
                f"GET /api/stream HTTP/1.1\r\nHost: localhost:{admin.port}\r\n"
                f"Authorization: Bearer {admin.token}\r\n\r\n".encode()
            )
            _flood(daemon.port, 6_000)
            before = daemon.memory()
            _flood(daemon.port, 6_000)
            assert admin.get("/api/status")["store"]["count"] == 5_000
            assert daemon.memory() - before < 30_000_000
            with admin.stream("?after=0") as events:
                name, told = next(events)
                # the newest of them, and how many more there were
                assert (name, len(told["exchanges"])) == ("exchanges", 1_000)
                assert told["left_out"] == told["cursor"] - 1_000


def _flood(port: int, count: int) -> None:
    """Requests that devcors answers itself, pipelined, from four connections."""
    request = f"TRACE /flood HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()

    def send(number: int) -> None:
        for _ in range(number // 100):
            with connect(port) as sock:
                last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
                sock.sendall(request * 99 + last)
                while sock.recv(1 << 16):
                    pass

    threads = [threading.Thread(target=send, args=(count // 4,)) for _ in range(4)]
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
