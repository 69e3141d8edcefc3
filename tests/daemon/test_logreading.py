"""Reading a log while it is written, rotated and removed; and printing its entries as the terminal did."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.daemon.logfile import LogFile, generations, stamped
from devcors.daemon.logreading import Reader, Wanted, entry_of, last_words
from devcors.daemon.logshowing import show, show_log, since
from devcors.daemon.logterminal import LogTerminal
from devcors.daemon.terminal import Terminal
from devcors.errors import StartError, UsageError
from devcors.traffic.filters import Filter
from devcors.traffic.record import Exchange


def write(log: LogFile, *lines: str) -> None:
    for line in lines:
        log.add(line)
    log.flush()


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), max_size=20))
def test_a_reader_that_keeps_up_misses_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    """Whatever is written between two looks, up to a whole generation of the files."""
    log = LogFile(tmp_path_factory.mktemp("log") / "a.jsonl", size=60)
    reader = Reader(log.path)
    written: list[str] = []
    seen: list[str] = []
    unread = 0
    for number, (length, look) in enumerate(steps):
        line = f"{number:03}".ljust(length, "x")
        write(log, line)
        written.append(line)
        unread += len(line) + 1
        if look or unread > 60:
            seen += reader.more()
            unread = 0
    seen += reader.more()
    reader.close()
    log.close()
    assert seen == written


def test_all_files_the_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for number, file in enumerate(generations(path)):
        file.write_text(f"{number}\n")
    path.write_text("2\nnot whole yet")
    reader = Reader(path)
    assert list(reader.more()) == ["0", "1", "2"]
    with path.open("a") as newest:
        newest.write("\n")
    assert list(reader.more()) == ["not whole yet"]
    path.unlink()
    assert list(reader.more()) == []
    path.write_text("anew\n")
    assert list(reader.more()) == ["anew"]
    reader.close()
    assert list(Reader(tmp_path / "nowhere.jsonl").more()) == []


def exchange(number: int, route: str = "/api", started: float = 1000.0) -> Exchange:
    url = f"http://localhost/{number}"
    return Exchange(number, "gateway", "http", "GET", url, None, route, None, started, status=200, ended=started + 0.1)


def test_what_a_terminal_was_told_is_shown_alike(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.jsonl")
    seen, shown = io.StringIO(), io.StringIO()
    for terminal in (LogTerminal(log), Terminal(as_json=False, out=seen, err=seen)):
        terminal.message("  ➜  Local: http://localhost:2677/")
        terminal.child_output("VITE \x1b[32mready\x1b[0m ➜".encode()[:-1])
        terminal.child_output("➜".encode()[-1:] + b"\r\n")
        terminal.error(StartError("it broke", hint="mend it"))
        terminal.exchange(exchange(1))
        terminal.flush()
    show_log(log.path, Wanted(), Terminal(as_json=False, out=shown, err=shown))
    assert shown.getvalue() == seen.getvalue()
    assert "VITE \x1b[32mready\x1b[0m ➜" in seen.getvalue()
    assert last_words(log.path, 2) == ["error: it broke", "hint: mend it"]


def shown_of(path: Path, wanted: Wanted) -> list[str]:
    out = io.StringIO()
    show_log(path, wanted, Terminal(as_json=False, out=out, err=out))
    return out.getvalue().splitlines()


def test_only_what_is_wanted(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.jsonl")
    now = time.time()
    records = [exchange(1, started=now - 600), exchange(2, "/auth", now - 60), exchange(3, started=now)]
    write(
        log, *(json.dumps(each.to_json()) for each in records), stamped(message="reloaded"), "raw", '{"method": "GET"}'
    )
    assert len(shown_of(log.path, Wanted())) == 5  # what only looks like a record is none
    assert shown_of(log.path, Wanted(count=2)) == ["reloaded", "raw"]
    assert shown_of(log.path, Wanted(count=0)) == []
    recent = shown_of(log.path, Wanted(filter=Filter(since=now - 120)))
    assert [line.split()[2] for line in recent[:2]] == ["/2", "/3"]
    assert recent[2:] == ["reloaded"]  # of what has no time nobody knows how old it is
    assert [line.split()[2] for line in shown_of(log.path, Wanted(1, Filter(route="/api")))] == ["/3"]
    assert shown_of(log.path, Wanted(filter=Filter(blocked=True))) == []


def test_following_ends_when_the_writer_has_and_shows_its_last_words(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.jsonl")
    write(log, stamped(message="before"))
    out = io.StringIO()
    looks = 0

    def goes_on() -> bool:
        nonlocal looks
        looks += 1
        if looks == 2:
            write(log, stamped(message="last words"))
        return looks < 2

    show_log(log.path, Wanted(count=0), Terminal(as_json=False, out=out, err=out), goes_on=goes_on)
    assert out.getvalue() == "last words\n"


@pytest.mark.parametrize(
    "line", ["", "null", "[1]", "3", '{"a', "\ufffd", '{"time": 3}', '{"output": 3}', '{"message": null}']
)
def test_no_line_is_too_odd(line: str) -> None:
    entry = entry_of(line)
    assert isinstance(Wanted(filter=Filter(since=1.0)).takes(entry), bool)
    out = io.StringIO()
    show(entry, Terminal(as_json=False, out=out, err=out))
    show({"method": "GET", **entry}, Terminal(as_json=False, out=out, err=out))
    assert '"method": "GET"' in out.getvalue()


def test_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    assert since("5m", 1000.0) == 700.0
    assert since("90", 1000.0) == 910.0
    assert since("2026-01-02T03:04:05+00:00", 0.0) == 1767323045.0
    with pytest.raises(UsageError, match="'soon' is no time"):
        since("soon", 0.0)
