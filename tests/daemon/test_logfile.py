"""The log of a background devcors: whole lines, rotated, private; and what becomes of it where writing fails."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from devcors.daemon.logfile import LogFile, generations, log_path, stamped


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "web.jsonl"


def add(log: LogFile, *lines: str) -> None:
    for line in lines:
        log.add(line)
    log.flush()


def test_lines_in_a_file_of_the_users_own(path: Path) -> None:
    log = LogFile(path)
    add(log)
    assert not path.exists()
    add(log, "one", "zw\u00f6lf", "\udcff")
    log.add("three")
    assert path.read_text() == "one\nzw\u00f6lf\n\\udcff\n"
    log.close()
    assert path.read_text().endswith("\nthree\n")
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    add(LogFile(path), "another run")
    assert path.read_text().endswith("three\nanother run\n")


def test_it_rotates_by_size_and_keeps_three_files(path: Path) -> None:
    log = LogFile(path, size=100)
    lines = [f"{number:029}" for number in range(12)]
    for line in lines:
        add(log, line)
    kept = [file.read_text().splitlines() for file in generations(path)]
    assert kept == [lines[3:6], lines[6:9], lines[9:]]
    assert sorted(path.parent.iterdir()) == sorted(generations(path))
    assert {stat.S_IMODE(file.stat().st_mode) for file in generations(path)} == {0o600}
    assert log.trouble is None


def test_a_batch_larger_than_a_file_is_not_torn(path: Path) -> None:
    log = LogFile(path, size=10)
    add(log, "a" * 50)
    add(log, "b" * 50)
    assert [file.read_text() for file in generations(path)[1:]] == ["a" * 50 + "\n", "b" * 50 + "\n"]


def test_the_folder_is_removed_meanwhile(path: Path) -> None:
    log = LogFile(path)
    add(log, "one")
    path.unlink()
    path.parent.rmdir()
    add(log, "two")
    assert path.read_text() == "two\n"
    path.rename(path.with_name("else"))
    add(log, "three")
    assert path.read_text() == "three\n"
    assert (log.lost, log.trouble) == (0, None)


def test_a_folder_that_cannot_be_made_costs_lines_and_says_so_later(path: Path) -> None:
    path.parent.write_text("a file is in the way")
    log = LogFile(path)
    add(log, "one", "two")
    add(log, "three")
    assert log.lost == 3
    assert log.trouble is not None
    assert "File exists" in log.trouble
    path.parent.unlink()
    add(log, "four")
    told, four = path.read_text().splitlines()
    assert json.loads(told)["message"].startswith("3 lines of this log are lost: ")
    assert (four, log.lost) == ("four", 3)
    add(log, "five")
    assert path.read_text().endswith("\nfour\nfive\n")


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "precious")
    log = LogFile(path)
    add(log, "one")
    assert log.lost == 1
    assert not (tmp_path / "precious").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a disk that is full soon")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("this root may not mount (a container without CAP_SYS_ADMIN)")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk_leaves_no_half_line_and_is_told_when_there_is_room(small_disk: Path) -> None:
    log = LogFile(small_disk / "logs" / "web.jsonl")
    add(log, "first")
    ballast = small_disk / "ballast"
    fill(ballast)
    line = "y" * 999
    add(log, *[line] * 8)  # begins in the block that "first" has
    add(log, *[line] * 8)
    assert (log.lost, log.trouble) == (16, "No space left on device")
    assert log.path.read_text() == "first\n"
    ballast.unlink()
    add(log, "last")
    first, told, last = log.path.read_text().splitlines()
    assert (first, last) == ("first", "last")
    assert json.loads(told)["message"] == "16 lines of this log are lost: No space left on device"


def test_what_programs_write_to_stderr_goes_in_too_and_follows_the_rotation(path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
from devcors.daemon.logfile import LogFile
log = LogFile(Path(sys.argv[1]), size=50, redirected=(2,))
log.add("a" * 40); log.flush()
os.write(2, b"raw one\\n")
log.add("b" * 40); log.flush()
log.redirect(1)
print("raw two", flush=True)
Path(sys.argv[1]).unlink()
log.add("c" * 40); log.flush()
raise RuntimeError("fault")
"""
    ran = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")
    assert generations(path)[1].read_text() == "a" * 40 + "\nraw one\n"
    lines = path.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("c" * 40, "RuntimeError: fault")


def test_each_config_has_a_log_of_its_own_with_a_name_to_recognise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVCORS_HOME", str(tmp_path))
    one = log_path("/a/shop/devcors.toml", "/a/shop")
    assert one.parent == tmp_path / "state" / "logs"
    assert one.name.startswith("shop-")
    others = [log_path("/b/shop/devcors.toml", "/b/shop"), log_path(None, "/a/shop"), log_path(None, "/")]
    assert len({one, *others}) == 4
    assert others[2].name.startswith("root-")
    assert log_path(None, "/x/" + "../\n\u00e4" * 30).name.isascii()
    assert not one.parent.exists()


def test_stamped_lines_are_json_with_a_time_like_a_records() -> None:
    told = json.loads(stamped(message="\u00e4\n"))
    assert told["message"] == "\u00e4\n"
    assert told["time"].endswith("Z")
    assert len(told["time"]) == len("2026-01-02T03:04:05.678Z")
