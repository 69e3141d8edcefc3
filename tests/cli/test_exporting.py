"""A file that is written whole or not at all, for this user's eyes only."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.cli.exporting import export, write_whole
from devcors.errors import DevcorsError, UsageError


def test_a_file_is_private_and_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "x.har"
    file.write_text("what was there, and longer")
    file.chmod(0o644)
    assert write_whole(file, [b"one ", b"two"]) == 7
    assert file.read_bytes() == b"one two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [file]


def test_what_was_there_stays_where_the_rest_does_not_come(tmp_path: Path) -> None:
    file = tmp_path / "x.har"
    file.write_text("before")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise DevcorsError("the daemon has gone")

    with pytest.raises(DevcorsError, match="has gone"):
        write_whole(file, broken())
    assert file.read_text() == "before"
    assert [*tmp_path.iterdir()] == [file]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DevcorsError, match="cannot be written: Not a directory"):
        write_whole(tmp_path / "file" / "x.har", [b""])
    with pytest.raises(DevcorsError, match="cannot be written: No such file"):
        write_whole(tmp_path / "nowhere" / "x.har", [b""])
    (tmp_path / "folder").mkdir()
    with pytest.raises(DevcorsError, match="cannot be written: Is a directory"):
        write_whole(tmp_path / "folder", [b""])


def test_a_dump_is_not_written_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UsageError, match="no text for a terminal"):
        export("mitm", None, None, None, with_secrets=False)
