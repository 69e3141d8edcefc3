"""What we changed of the system's proxy setting, written down before the first change and synced to the disk.

As long as the file is there, something may have to be taken back: by its owner, by the watchdog, or by the next
devcors command. Whoever changes the setting or the file holds the lock, which the system releases for the dead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from devcors.config.dirs import state_dir, state_path, write_private
from devcors.errors import SettingsError
from devcors.system.identity import Identity
from devcors.system.locking import lock

from .values import Values

_NAME = "system-proxy.json"


@dataclass(frozen=True)
class Journal:
    """`owner` is the devcors that the setting points to: when it has ended, the setting is to be taken back.

    `ours` are the states that we set, the last one last. `whole` is false while somebody is at work: found so without
    anybody who holds the lock, the work was broken off.
    """

    desktop: str
    before: Values
    ours: tuple[Values, ...]
    owner: Identity
    told: str
    whole: bool = False


def journal_file() -> Path:
    """Where it is, if it is."""
    return state_path() / _NAME


def read() -> Journal | None:
    """None where there is none. Raises SettingsError for one that cannot be understood."""
    try:
        raw = json.loads(journal_file().read_text("utf-8"))
        return Journal(
            desktop=raw["desktop"],
            before=dict(raw["before"]),
            ours=tuple(map(dict, raw["ours"])),
            owner=Identity(*raw["owner"]),
            told=raw["told"],
            whole=raw["whole"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"cannot be read: {error}",
            where=str(journal_file()),
            hint="look at the system's proxy setting, then remove this file",
        ) from error


def write(journal: Journal) -> None:
    """Whole or not at all, and synced. Raises StartError."""
    write_private(state_dir() / _NAME, json.dumps(asdict(journal), indent=1).encode())


def remove() -> None:
    """All is taken back. The name's end is synced too: after a power cut nothing is taken back twice."""
    file = journal_file()
    file.unlink(missing_ok=True)
    with suppress(OSError):  # Windows opens no folders
        descriptor = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(*, wait: bool = True) -> Iterator[bool]:
    """One at a time; without `wait` the block gets False where somebody else is at work."""
    with lock(state_dir() / "system-proxy.lock", wait=wait) as held:
        yield held
