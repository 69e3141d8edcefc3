"""Which devcors run."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from devcors.config.dirs import state_dir
from devcors.daemon.running import Run, Running, Seen, all_running, announce, find_running, look, tidy, withdraw
from devcors.errors import SettingsError
from devcors.system.identity import Identity, identity, own_identity


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))


def here(port: int, process: Identity | None = None) -> Running:
    return Running(process or own_identity(), "127.0.0.1", port, f"http://127.0.0.1:{port + 1}/proxy.pac?x")


def test_announced_and_withdrawn() -> None:
    announce(here(1))
    announce(here(2677))  # moved
    assert all_running() == [here(2677)]
    assert find_running(None) == find_running(2677) == here(2677)
    with pytest.raises(SettingsError, match="no devcors runs on port 1"):
        find_running(1)
    withdraw(own_identity().pid)
    with pytest.raises(SettingsError, match="no devcors runs"):
        find_running(None)


def test_several_are_told_apart_by_port() -> None:
    parent = identity(1)
    assert parent
    announce(here(2677))
    announce(here(3000, parent))
    assert find_running(3000) == here(3000, parent)
    with pytest.raises(SettingsError, match=r"several devcors run, on the ports (2677, 3000|3000, 2677)"):
        find_running(None)


def test_what_a_killed_one_left_is_told_and_then_removed() -> None:
    own = own_identity()
    gone = [here(2677, Identity(2**22 + 1, "long ago")), here(2679, Identity(1, "of an earlier boot"))]
    for running in (*gone, here(2681, own)):
        announce(running)
    folder = state_dir() / "running"
    (folder / "7.json").write_text("broken")
    seen = look()
    assert seen.alive == all_running() == [here(2681, own)]
    assert sorted(seen.gone, key=lambda running: running.port) == gone
    tidy()
    assert [file.name for file in folder.iterdir()] == [f"{own.pid}.json"]


def test_a_look_makes_no_folder(tmp_path: Path) -> None:
    assert look() == Seen([], [])
    tidy()
    assert not any(tmp_path.iterdir())


def test_the_file_is_the_users_alone_and_the_token_stays_out_of_what_is_printed() -> None:
    run = Run("/web", 1.5, config="/web/devcors.toml")
    running = Running(own_identity(), "127.0.0.1", 2677, None, token=run.token)
    announce(running)
    folder = state_dir() / "running"
    (file,) = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    assert len(run.token) >= 43  # 32 bytes
    assert Run("/web", 1.5).token != run.token
    assert run.token not in repr(run) + repr(running)
    assert json.loads(file.read_text())["token"] == run.token


def test_what_another_version_wrote_is_read() -> None:
    announce(here(2677))
    (file,) = (state_dir() / "running").iterdir()
    file.write_text(json.dumps({**json.loads(file.read_text()), "colour": "blue"}))
    assert all_running() == [here(2677)]
