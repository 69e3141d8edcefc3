"""`devcors logs`: what a devcors has printed, printed again; from its log, or from itself where it has none."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from devcors.config.durations import parse_duration
from devcors.config.values import BadValue
from devcors.errors import UsageError
from devcors.system.identity import is_alive

from .asking import Admin, UnansweredError
from .choosing import Meant, choose, matching
from .logfile import generations, log_path
from .logreading import Entry, Reader, Wanted, entry_of
from .running import Running, all_running
from .terminal import Terminal

TICK = 0.1  # seconds between two looks
KEPT = 5_000  # exchanges that are asked for where all are wanted


def show_logs(meant: Meant, wanted: Wanted, terminal: Terminal, *, follow: bool) -> None:
    """Of the devcors that is meant: one that runs, or, by its log, the one that ran here last.

    Raises SettingsError where there is none, or it cannot be asked.
    """
    running = all_running()
    ended = log_path(meant.config, meant.folder)
    if meant.port is None and not matching(running, meant) and _is_there(ended):
        terminal.message(f"note: it does not run now; this is its log, {ended}", "yellow")
        show_log(ended, wanted, terminal)
        return
    chosen = choose(running, meant, strict=False)
    if chosen.log is None:
        show_kept(chosen, wanted, terminal, follow=follow)
    elif _is_there(Path(chosen.log)) or chosen.admin is None:
        if not _is_there(Path(chosen.log)):
            terminal.message("note: its log is not there; the next line makes it anew", "yellow")
        show_log(Path(chosen.log), wanted, terminal, goes_on=(lambda: is_alive(chosen.process)) if follow else None)
    else:
        terminal.message("note: its log is not there; this is what it keeps itself", "yellow")
        show_kept(chosen, wanted, terminal, follow=follow)


def since(text: str, now: float) -> float:
    """`5m` before `now`, or a date and time of this machine; in seconds since the epoch. Raises UsageError."""
    try:
        return now - parse_duration(text)
    except BadValue:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise UsageError(f"{text!r} is no time", hint="--since 5m, or --since 2026-01-02T03:04") from None


def show_log(path: Path, wanted: Wanted, terminal: Terminal, *, goes_on: Callable[[], bool] | None = None) -> None:
    """Prints what is wanted of a log; with `goes_on` also what comes, until that says no."""
    reader = Reader(path)
    try:
        found: Iterable[Entry] = filter(wanted.takes, map(entry_of, reader.more()))
        # no more than is wanted is held; without a count nothing is
        for entry in found if wanted.count is None else deque(found, maxlen=wanted.count):
            show(entry, terminal)
        terminal.flush()
        going = goes_on is not None
        while going:
            time.sleep(TICK)
            going = goes_on is not None and goes_on()  # before the look: what it wrote last is shown too
            for entry in filter(wanted.takes, map(entry_of, reader.more())):
                show(entry, terminal)
            terminal.flush()
    finally:
        reader.close()


def show_kept(running: Running, wanted: Wanted, terminal: Terminal, *, follow: bool) -> None:
    """The same from the exchanges that a devcors keeps in memory. Raises SettingsError where it cannot be asked."""
    admin = Admin(running)
    asked = {"records": 1, "route": wanted.filter.route, "blocked": 1 if wanted.filter.blocked else None}
    limit = KEPT if wanted.count is None or wanted.filter.since is not None else wanted.count
    page = admin.get("/api/exchanges", limit=max(limit, 1), **asked)
    for entry in deque(filter(wanted.takes, reversed(page["exchanges"])), maxlen=wanted.count):
        show(entry, terminal)
    terminal.flush()
    if not follow:
        return
    try:
        for name, told in admin.events("/api/stream", after=page["cursor"], **asked):
            if name == "exchanges":
                for entry in filter(wanted.takes, told["exchanges"]):
                    show(entry, terminal)
                if told["left_out"]:
                    terminal.left_out(told["left_out"])
                terminal.flush()
    except UnansweredError:
        if is_alive(running.process):
            raise


def show(entry: Entry, terminal: Terminal) -> None:
    """Prints an entry as the terminal that saw it would have."""
    if "method" in entry:
        try:
            terminal.record(entry)
        except (KeyError, TypeError, ValueError, AttributeError):  # another version's
            terminal.message(json.dumps(entry, ensure_ascii=False))
    elif "output" in entry:
        terminal.child_output(str(entry["output"]).encode())
    elif "message" in entry:
        terminal.message(str(entry["message"]), str(entry.get("style", "")))
    else:
        terminal.message(str(entry.get("raw", entry)))


def _is_there(log: Path) -> bool:
    return any(path.exists() for path in generations(log))
