"""Edits of devcors.toml through the admin API of a real devcors: what is written, and above all what is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.admin import Admin
from tests.support.admin_stage import Running, a_devcors, page_and_api
from tests.support.daemon import running
from tests.support.ports import free_port
from tests.support.raw import connect
from tests.support.servers import Reply, Server, serve


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with page_and_api() as both:
        yield both


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
