"""The log of a devcors in the background: JSON lines in a file that rotates. Writing it never stops serving.

Known: disks fill up, folders are removed, and nobody sits before a daemon to see it fail. Wanted: what can be written
is; a line is there whole or not at all; what was lost is counted, and said in the log when writing works again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from devcors.config.caller import as_calling_user
from devcors.config.dirs import private_dir, state_path
from devcors.errors import StartError

SIZE = 10 * 1024 * 1024  # bytes of one file
FILES = 3  # the one that is written, and NAME.1 and NAME.2, which are older


def log_path(config: str | None, folder: str) -> Path:
    """Where the devcors of that config (or, without one, of that folder) logs; makes nothing.

    >>> log_path("/home/me/shop/devcors.toml", "/home/me/shop").name
    'shop-07947fa2.jsonl'
    """
    name = re.sub(r"[^\w.-]+", "-", Path(folder).name, flags=re.ASCII).strip("-.") or "root"
    key = hashlib.sha256(os.fsencode(config or f"{folder}/")).hexdigest()
    return state_path() / "logs" / f"{name[:40]}-{key[:8]}.jsonl"


def generations(path: Path, files: int = FILES) -> list[Path]:
    """The files of a log, the oldest first; any may be absent."""
    return [*(path.with_name(f"{path.name}.{number}") for number in range(files - 1, 0, -1)), path]


def stamped(**fields: Any) -> str:
    """A line of the log that is not an exchange's."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": moment, **fields}, ensure_ascii=False)


class LogFile:
    """Lines are added, and written by `flush`. `redirected`: descriptors that lead into the file too (stderr).

    `trouble` says why the last lines could not be written, None where all is well; `lost` counts lines since the start.
    """

    def __init__(self, path: Path, *, size: int = SIZE, files: int = FILES, redirected: tuple[int, ...] = ()) -> None:
        self.path = path
        self.trouble: str | None = None
        self.lost = 0
        self._size = size
        self._files = files
        self._redirected = redirected
        self._waiting: list[bytes] = []
        self._unsaid = 0
        self._descriptor: int | None = None

    def add(self, line: str) -> None:
        """To be written; `line` has no line end."""
        self._waiting.append(line.encode("utf-8", "backslashreplace") + b"\n")

    def flush(self) -> None:
        """Writes what was added. Never raises."""
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        if self._unsaid:
            text = f"{self._unsaid:,} lines of this log are lost: {self.trouble}"
            lines.insert(0, stamped(message=text, style="yellow").encode() + b"\n")
        try:
            self._write(b"".join(lines))
        except (OSError, StartError) as error:
            count = len(lines) - bool(self._unsaid)
            self.lost, self._unsaid = self.lost + count, self._unsaid + count
            self.trouble = (error.strerror if isinstance(error, OSError) else error.message) or str(error)
        else:
            self.trouble, self._unsaid = None, 0

    def standing(self) -> dict[str, Any]:
        """For `status`."""
        return {"path": str(self.path), "lost": self.lost, "trouble": self.trouble}

    def redirect(self, descriptor: int) -> None:
        """From now on, what is written there goes into the log as it is."""
        self._redirected = (*self._redirected, descriptor)
        self._lead(self._descriptor)

    def close(self) -> None:
        """Writes what waits. The redirected descriptors stay."""
        self.flush()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, data: bytes) -> None:
        descriptor = self._opened()
        before = os.fstat(descriptor).st_size
        if before and before + len(data) > self._size:
            descriptor, before = self._rotated(), 0
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, before)  # half a line would spoil the next one too
            raise

    def _opened(self) -> int:
        """The descriptor of what stands at the path now: anybody may have removed it."""
        if self._descriptor is not None:
            with suppress(OSError):
                if os.path.samestat(self.path.stat(), os.fstat(self._descriptor)):
                    return self._descriptor
        return self._open()

    def _release(self) -> None:
        if self._descriptor is not None:
            self._lead(None)
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        self._release()
        private_dir(self.path.parent)
        # no link is followed: the folder is ours alone, and nothing in it is one
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with as_calling_user():
            self._descriptor = os.open(self.path, flags, 0o600)
        self._lead(self._descriptor)
        return self._descriptor

    def _rotated(self) -> int:
        self._release()  # Windows renames no file that is open
        older = generations(self.path, self._files)
        for oldest, newer in pairwise(older):
            with suppress(FileNotFoundError):
                newer.replace(oldest)
        return self._open()

    def _lead(self, descriptor: int | None) -> None:
        """None is nowhere: a removed file's blocks are only given back when nobody has it open any more."""
        target = os.open(os.devnull, os.O_WRONLY) if descriptor is None else descriptor
        for redirected in self._redirected:
            os.dup2(target, redirected)
        if descriptor is None:
            os.close(target)
