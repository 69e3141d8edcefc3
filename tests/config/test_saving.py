"""Writing over somebody's file: its form is kept, and nothing is lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from devcors.config import saving
from devcors.config.saving import ChangedError, NotWritableError, save, stored
from devcors.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "devcors.toml"
    path.write_text("a = 1\n")
    return path


def tag(path: Path) -> str:
    return stored(path, {}).tag


def alone(path: Path) -> bool:
    """Nothing of ours is left beside it."""
    return [one.name for one in path.parent.iterdir() if not one.is_symlink()] == [path.name]


def test_the_new_text_under_the_same_name(file: Path) -> None:
    assert save(file, "b = 2\n", tag(file)) == tag(file)
    assert stored(file, {}).text == "b = 2\n"
    assert alone(file)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o755])
def test_its_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    save(file, "b = 2\n", tag(file))
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"a = 1\n", b"b = 2\n"), (b"a = 1\r\n", b"b = 2\r\n"), (b"\xef\xbb\xbfa = 1\r\n", b"\xef\xbb\xbfb = 2\r\n")],
)
def test_its_line_ends_and_mark_stay(file: Path, before: bytes, after: bytes) -> None:
    file.write_bytes(before)
    assert stored(file, {}).text == "a = 1\n"
    save(file, "b = 2\n", tag(file))
    assert file.read_bytes() == after
    save(file, "b = 2\r\n", tag(file))
    assert file.read_bytes() == after


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.toml"
    target.write_text("a = 1\n")
    (tmp_path / "middle").symlink_to("elsewhere/real.toml")
    link = tmp_path / "devcors.toml"
    link.symlink_to(tmp_path / "middle")
    save(link, "b = 2\n", tag(link))
    assert link.is_symlink()
    assert target.read_text() == "b = 2\n"
    assert alone(target)


def test_links_in_a_circle_and_files_that_are_gone(tmp_path: Path) -> None:
    link = tmp_path / "devcors.toml"
    link.symlink_to(link)
    for path in (link, tmp_path / "none.toml"):
        with pytest.raises(ChangedError):
            save(path, "b = 2\n", "")


def test_another_text_than_the_one_looked_at(file: Path) -> None:
    old = tag(file)
    file.write_text("theirs = 1\n")
    with pytest.raises(ChangedError, match="meanwhile"):
        save(file, "ours = 1\n", old)
    assert file.read_text() == "theirs = 1\n"


def test_a_save_of_somebody_else_while_we_write_wins(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync(descriptor: int) -> None:
        file.write_text("theirs = 1\n")

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(ChangedError):
        save(file, "ours = 1\n", tag(file))
    assert file.read_text() == "theirs = 1\n"
    assert alone(file)


def test_a_full_disk_leaves_the_old_text(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(ConfigError, match="No space left"):
        save(file, "ours = 1\n", tag(file))
    assert file.read_text() == "a = 1\n"
    assert alone(file)


def test_a_file_that_is_read_only_is_not_exchanged(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(NotWritableError, match="read-only"):
        save(file, "b = 2\n", tag(file))


def test_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "devcors.toml")
    with pytest.raises(NotWritableError, match="no regular file"):
        saving.refuse_foreign(tmp_path / "devcors.toml", tmp_path / "devcors.toml")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
class TestOwners:
    def test_a_file_of_somebody_else(self, file: Path) -> None:
        old = tag(file)
        os.chown(file, 61234, 61234)
        with pytest.raises(NotWritableError, match="another user"):
            save(file, "b = 2\n", old)

    def test_a_link_of_somebody_else_to_a_file_of_ours(self, file: Path) -> None:
        link = file.parent / "link.toml"
        link.symlink_to(file)
        os.lchown(link, 61234, 61234)
        with pytest.raises(NotWritableError, match="another user"):
            save(link, "b = 2\n", tag(file))
        assert file.read_text() == "a = 1\n"

    def test_under_sudo_it_stays_the_callers(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUDO_UID", "61234")
        os.chown(file, 61234, 61235)
        save(file, "b = 2\n", stored(file, os.environ).tag)
        found = file.stat()
        assert (found.st_uid, found.st_gid, file.read_text()) == (61234, 61235, "b = 2\n")
