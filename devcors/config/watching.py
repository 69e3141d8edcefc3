"""Tells when the configuration has changed on disk, whatever way the editor saves.

Editors write in place, truncate and write, write another file and rename it, or delete and create. So the folders are
watched rather than the files, events only say that it is time to look, and what counts is the content: after 50 ms
without an event it is compared with what was there before, and only a real change is told.

Whoever writes in place empties the file first, and may be held up before the text follows: an empty file is taken for
half a save until it has stayed empty for a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from os import fsdecode
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET = 0.05  # seconds
LOOK = 0.05  # seconds between two looks of our own: some folders (network, containers) make no events, and watchdog
# holds one half of a rename back for half a second where it reads the halves apart

EMPTY = 1.0  # seconds after which an empty file is meant

# reading the file makes events too (opened, closed without writing), which would keep us awake
_WRITING = frozenset(("created", "modified", "deleted", "moved", "closed"))


class ConfigWatcher(FileSystemEventHandler):
    """Calls `on_change` after each change of the content of one of `files`, be they there or not.

    What is compared with is the content at the time the watcher is made: make it before the files are loaded, and no
    change is missed. Given a loop, the call is made in it; without one, in the watcher's own thread.
    """

    def __init__(
        self, files: Iterable[Path], on_change: Callable[[], object], loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        # a link is watched at both ends
        self._files = tuple(dict.fromkeys(path for file in files for path in (file.absolute(), file.resolve())))
        self._names = {path.name for path in self._files}
        self._on_change = on_change
        self._loop = loop
        self._wake = threading.Condition()
        self._last_event: float | None = None
        self._stopped = False
        self._known = self._content()
        self._emptied: float | None = None
        self._stamps = self._stat()
        self._observer = Observer()
        self._worker = threading.Thread(target=self._work, name="devcors-config", daemon=True)

    def start(self) -> None:
        """Begins to watch; a change since the watcher was made is told now. OSError where the system refuses."""
        for folder in dict.fromkeys(path.parent for path in self._files):
            if folder.is_dir():
                self._observer.schedule(self, str(folder))
        self._observer.start()
        self._worker.start()
        self._note()

    def stop(self) -> None:
        """Ends both threads; nothing is told afterwards. Not to be called by `on_change` in the watcher's thread."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._observer.stop()
        for thread in (self._observer, self._worker):
            if thread.is_alive():
                thread.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """watchdog's call, in its thread."""
        # by name alone: the folder is one of ours, and some systems report it by another of its paths
        touched = {Path(fsdecode(path)).name for path in (event.src_path, event.dest_path) if path}
        if event.event_type in _WRITING and touched & self._names:
            self._note()

    def _note(self) -> None:
        """It is time to look.

        Where that was known already, only a file that has changed since prolongs the wait (`_look`): events that
        watchdog held back may tell of a save that is long over.
        """
        with self._wake:
            self._last_event = self._last_event or time.monotonic()
            self._wake.notify()

    def _work(self) -> None:
        while self._wait_for_quiet():
            content = self._content()
            if self._is_half_saved(content):
                self._note()  # another look after the next quiet
            elif content != self._known:
                self._known = content
                self._tell()

    def _is_half_saved(self, content: tuple[bytes | None, ...]) -> bool:
        if not any(now == b"" != before for now, before in zip(content, self._known, strict=True)):
            self._emptied = None
            return False
        self._emptied = self._emptied or time.monotonic()
        return time.monotonic() - self._emptied < EMPTY

    def _wait_for_quiet(self) -> bool:
        """Until there were events and then none for a while; False once stopped."""
        with self._wake:
            while not self._stopped:
                self._look()
                left = LOOK if self._last_event is None else self._last_event + QUIET - time.monotonic()
                if left <= 0:
                    self._last_event = None
                    return True
                self._wake.wait(min(left, LOOK))
            return False

    def _look(self) -> None:
        """A change that no event has told of, yet or ever."""
        stamps = self._stat()
        if stamps != self._stamps:
            self._stamps, self._last_event = stamps, time.monotonic()

    def _tell(self) -> None:
        if self._loop is None:
            self._on_change()
            return
        with suppress(RuntimeError):  # the loop was closed while we looked
            self._loop.call_soon_threadsafe(self._on_change)

    def _stat(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._files)

    def _content(self) -> tuple[bytes | None, ...]:
        return tuple(_digest(path) for path in self._files)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(path: Path) -> bytes | None:
    """None where there is no file, b"" where it is empty."""
    try:
        text = path.read_bytes()
    except OSError:
        return None
    return text and hashlib.sha256(text).digest()
