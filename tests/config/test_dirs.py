"""devcors' own folders and files are the user's alone, and a file is there whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from devcors.config.dirs import config_dir, data_dir, state_dir, write_private
from devcors.errors import StartError

KINDS = pytest.mark.parametrize("folder", [data_dir, state_dir, config_dir])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@KINDS
def test_everything_lies_below_devcors_home(
    folder: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "home"))
    made = folder()
    assert made.parent == tmp_path / "home"
    assert mode(made) == 0o700


def test_a_relative_home_does_not_move_with_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEVCORS_HOME", "home")
    assert data_dir() == tmp_path / "home" / "data"


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the XDG folders")
def test_without_it_they_lie_where_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVCORS_HOME", "")
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert data_dir() == tmp_path / "XDG_DATA_HOME" / "devcors"
    assert state_dir() == tmp_path / "XDG_STATE_HOME" / "devcors"
    assert config_dir() == tmp_path / "XDG_CONFIG_HOME" / "devcors"


@KINDS
def test_an_open_folder_is_closed_to_others(
    folder: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))
    folder().chmod(0o755)
    assert mode(folder()) == 0o700


def test_another_users_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))
    data_dir()
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(StartError, match="another user") as refused:
        data_dir()
    assert "DEVCORS_HOME" in str(refused.value.hint)


def test_a_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path / "file"))
    with pytest.raises(StartError, match=r"file/data: cannot make this folder"):
        data_dir()


def test_a_file_is_private_also_where_it_was_open_before(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    write_private(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StartError, match="No space left on device"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot write"):
        write_private(tmp_path / "missing" / "key", b"")
