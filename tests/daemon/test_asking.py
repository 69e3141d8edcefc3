"""Asking a devcors that runs: what is sent, what an answer means, and what is said where none comes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from devcors.daemon.asking import Admin, UnansweredError
from devcors.daemon.running import Running
from devcors.errors import SettingsError
from devcors.system.identity import Identity
from tests.support.servers import Reply, Seen, Server, serve

EVENTS = (
    b': devcors\n\nevent: exchanges\ndata: {"cursor": 1,\ndata: "exchanges": []}\n\ndata: 3\n\nevent: cut off\ndata: 4'
)


def answer(seen: Seen) -> Reply:
    if seen.target.startswith("/api/stream"):
        return Reply(200, [("Content-Type", "text/event-stream")], EVENTS)
    if seen.target == "/api/refused":
        return Reply(409, [], b'{"error": "not now", "status": 409, "hint": "later"}')
    if seen.target == "/api/stranger":
        return Reply(404, [], b"<html>")
    return Reply(200, [], json.dumps({"target": seen.target}).encode())


def running(port: int | None) -> Running:
    admin = f"http://localhost:{port}" if port else None
    return Running(Identity(7, "x"), "127.0.0.1", 2677, None, admin, token="secret")


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(answer) as there:
        yield there


def test_the_token_goes_along_and_no_proxy_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    admin = Admin(running(server.port))
    assert admin.get("/api/exchanges", route="/a b", blocked=None, limit=2) == {
        "target": "/api/exchanges?route=%2Fa+b&limit=2"
    }
    assert admin.post("/api/reload") == {"target": "/api/reload"}
    assert b"".join(admin.download("/api/export.har")) == b'{"target": "/api/export.har"}'
    posted = server.seen[1]
    assert (posted.method, posted.body) == ("POST", b"{}")
    assert [dict(seen.headers)["Authorization"] for seen in server.seen] == ["Bearer secret"] * 3
    assert dict(posted.headers)["Content-Type"] == "application/json"


def test_events_end_with_the_stream_and_a_torn_one_is_none(server: Server) -> None:
    told = list(Admin(running(server.port)).events("/api/stream", after=3))
    assert told == [("exchanges", {"cursor": 1, "exchanges": []}), ("message", 3)]


def test_an_error_is_told_in_its_own_words(server: Server) -> None:
    admin = Admin(running(server.port))
    with pytest.raises(SettingsError, match="not now") as caught:
        admin.get("/api/refused")
    assert caught.value.hint == "later"
    with pytest.raises(UnansweredError, match=r"is not this devcors \(status 404\)"):
        admin.get("/api/stranger")


def test_no_answer() -> None:
    with pytest.raises(UnansweredError, match=r"the devcors on port 2677 \(pid 7\) has no admin port"):
        Admin(running(None)).get("/api/status")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnansweredError, match="does not answer at its admin port within 0 s"):
            Admin(running(port), timeout=0.2).get("/api/status")
    with pytest.raises(UnansweredError, match="does not answer at its admin port: Connection refused") as caught:
        Admin(running(port)).get("/api/status")
    assert "devcors down" in (caught.value.hint or "")
