"""Reading a log, through its rotations: all of it, its last entries, those since a moment, and those still to come."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from devcors.traffic.filters import EVERYTHING, Filter

from .logfile import generations

Entry = Mapping[str, Any]
"""A record, or `{message}`, or `{output}`; `{raw}` is what a program wrote past the log's form."""


@dataclass(frozen=True)
class Wanted:
    """`count`: the last so many, None for all. With a filter for exchanges there is nothing but exchanges."""

    count: int | None = None
    filter: Filter = EVERYTHING

    def takes(self, entry: Entry) -> bool:
        """Whether it is to be shown."""
        if "method" in entry:
            with suppress(KeyError, TypeError, ValueError):
                return self.filter.takes_record(entry)
            return False
        chosen = self.filter
        if chosen.text or chosen.route is not None or chosen.blocked or chosen.cookies:
            return False
        return chosen.since is None or _moment(entry) >= chosen.since


def entry_of(line: str) -> Entry:
    """One line of a log."""
    with suppress(ValueError):
        read = json.loads(line)
        if isinstance(read, dict):
            return read
    return {"raw": line}


def _moment(entry: Entry) -> float:
    """Seconds since the epoch; what has no time is as old as it can be."""
    with suppress(KeyError, TypeError, ValueError):
        return datetime.fromisoformat(entry["time"]).timestamp()
    return 0.0


class Reader:
    """One log. `more` gives the whole lines that have come since the last call, at first all that there are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        # all that were read, while they are there: a file that is open keeps its number, so none is taken for another
        self._held: list[IO[bytes]] = []

    def more(self) -> Iterator[str]:
        """The rest of a file that was rotated comes first. Raises OSError where the log cannot be read."""
        newer = self._newer()
        if self._file is not None:
            yield from _lines(self._file)
        for file in newer:
            self._file = file
            yield from _lines(file)

    def _newer(self) -> list[IO[bytes]]:
        """The files that have not been read, the oldest first."""
        found: list[IO[bytes]] = []
        there = [self._file] if self._file else []
        # the newest first: a rotation in between shows one of them twice, and never hides one
        for path in reversed(generations(self._path)):
            with suppress(FileNotFoundError):
                file = path.open("rb")
                known = _among(file, [*self._held, *found])
                if known is None:
                    found.append(file)
                else:
                    there.append(known)
                    file.close()
        for gone in [file for file in self._held if file not in there]:
            gone.close()
        self._held = [file for file in self._held if file in there] + found
        return found[::-1]

    def close(self) -> None:
        """Gives up the files."""
        for file in self._held:
            file.close()
        self._held, self._file = [], None


def _among(file: IO[bytes], known: Sequence[IO[bytes]]) -> IO[bytes] | None:
    """The one that is the same file."""
    here = os.fstat(file.fileno())
    return next((each for each in known if os.path.samestat(here, os.fstat(each.fileno()))), None)


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Up to the last line end: what follows is still being written."""
    while True:
        start = file.tell()
        line = file.readline()
        if not line.endswith(b"\n"):
            file.seek(start)
            return
        yield line[:-1].decode("utf-8", "replace")


def last_words(path: Path, count: int = 10) -> list[str]:
    """The log's last lines as text, for whoever asks why a devcors ended; none where there is no log."""
    said: deque[str] = deque(maxlen=count)
    reader = Reader(path)
    with suppress(OSError):
        for line in reader.more():
            entry = entry_of(line)
            text = entry.get("message") or entry.get("output") or entry.get("raw") or ""
            said.extend(part for part in str(text).splitlines() if part.strip())
    reader.close()
    return list(said)
