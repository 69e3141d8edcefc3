"""What can be said of the devcors of this user: what each tells of itself, and what can be seen where one does not."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcors.errors import DevcorsError, StartError

from .answering import expect_devcors
from .asking import Admin
from .running import Running, look, tidy

ANSWER = 4.0  # seconds, one of them for the targets


@dataclass(frozen=True)
class Standing:
    """One that is alive. told: the answer of GET /api/status, None where there is none, and `problem` says why."""

    running: Running
    told: Mapping[str, Any] | None
    problem: str | None
    log_trouble: str | None

    def to_json(self) -> dict[str, Any]:
        """What is known, in the form of GET /api/status, `null` where it is not; and `answers`, `problem`, `log`."""
        running, told = self.running, self.told or {}
        bare = {
            "version": None,
            "pid": running.process.pid,
            "config": running.config,
            "folder": running.folder,
            "started": running.started,
            "uptime_s": round(time.time() - running.started, 1),
            "front_door": None,
            "admin": running.admin,
            "memory_bytes": _memory(running.process.pid),
            "routes": None,
        }
        log = {"path": running.log, "trouble": self.log_trouble} if running.log else None
        own = {"port": running.port, "dashboard": running.dashboard, "answers": self.told is not None}
        return {**bare, **told, "log": told.get("log") or log, **own, "problem": self.problem}


@dataclass(frozen=True)
class Overview:
    """`gone` ended without a word; their files are removed with this look."""

    alive: list[Standing]
    gone: list[Running]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        gone = [
            {"pid": each.process.pid, "config": each.config, "folder": each.folder, "log": each.log}
            for each in self.gone
        ]
        return {"running": [each.to_json() for each in self.alive], "gone": gone}


def overview() -> Overview:
    """Asks all at the same time."""
    seen = look()
    with ThreadPoolExecutor(max_workers=16) as threads:
        alive = list(threads.map(_standing, seen.alive))
    tidy()
    return Overview(alive, seen.gone)


def _standing(running: Running) -> Standing:
    told, problem = None, None
    if running.admin is None:
        problem = _unasked(running, "it has no admin port (admin = false), so it tells no more")
    else:
        try:
            told = Admin(running, ANSWER).get("/api/status", probe=1)
        except DevcorsError as error:
            problem = _unasked(running, error.message)
    return Standing(running, told, problem, _log_trouble(running.log, told))


def _unasked(running: Running, why: str) -> str:
    """With what a look at the front door tells."""
    try:
        expect_devcors(running.host, running.port)
    except StartError as error:
        return f"{why}; and {error.message}"
    return f"{why}; its front door answers"


def _log_trouble(log: str | None, told: Mapping[str, Any] | None) -> str | None:
    """What it says of its log itself, else what can be seen of the file."""
    if log is None:
        return None
    said = (told or {}).get("log") or {}
    if said.get("trouble"):
        return f"{said['trouble']}: {said['lost']:,} lines are lost so far"
    if not Path(log).exists():
        return "the file was removed; the next line makes it anew"
    with suppress(OSError):
        if told is None and shutil.disk_usage(log).free == 0:
            return "its disk is full"
    return f"{said['lost']:,} lines were lost" if said.get("lost") else None


def _memory(pid: int) -> int | None:
    """Resident memory in bytes (Linux)."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None
