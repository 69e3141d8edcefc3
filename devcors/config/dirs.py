"""Where devcors keeps what is its own: the certificate authority, the state of a running one, the user's settings.

By the customs of each system (platformdirs), or all below `DEVCORS_HOME` where that is set. The folders hold a private
key and a token, so they are the user's alone: mode 0700, files 0600. Under sudo the user is the one who called it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

from devcors.errors import StartError

from .caller import as_calling_user, in_users_home

HINT = "set DEVCORS_HOME to a folder of your own that can be written"


TRUSTED = "trusted"
"""Below `data_dir`: the public half of each authority that is in a store. Each `trust` and `untrust` changes it."""


def data_dir() -> Path:
    """What lasts: the certificate authority lies in its `ca`. Raises StartError where it cannot be made."""
    return private_dir(_home("data") or in_users_home(platformdirs.user_data_path("devcors", appauthor=False)))


def state_dir() -> Path:
    """What a running devcors leaves for others to find. Raises StartError where it cannot be made."""
    return private_dir(state_path())


def state_path() -> Path:
    """Where `state_dir` is, or would be: for a look at what lies there, which makes nothing."""
    return _home("state") or in_users_home(platformdirs.user_state_path("devcors", appauthor=False))


def config_dir() -> Path:
    """What the user decided once for all projects. Raises StartError where it cannot be made."""
    return private_dir(_home("config") or in_users_home(platformdirs.user_config_path("devcors", appauthor=False)))


def write_private(path: Path, data: bytes) -> None:
    """Writes a file of mode 0600 whole or not at all, also when the machine stops in the middle. Raises StartError."""
    with as_calling_user():
        _write_private(path, data)


def _write_private(path: Path, data: bytes) -> None:
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise StartError(f"cannot write: {error.strerror}", where=str(path), hint=HINT) from error


def _sync_folder(folder: Path) -> None:
    """Makes the new name last too (POSIX says nothing of names when a file is synced); not everywhere possible."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _home(name: str) -> Path | None:
    home = os.environ.get("DEVCORS_HOME")
    return Path(home).expanduser().absolute() / name if home else None


def private_dir(folder: Path) -> Path:
    """Makes a folder that only the user can read, or makes it so. Raises StartError where that cannot be."""
    with as_calling_user():
        return _private_dir(folder)


def _private_dir(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if hasattr(os, "geteuid"):
            if found.st_uid != os.geteuid():
                raise StartError("this folder belongs to another user", where=str(folder), hint=HINT)
            if stat.S_IMODE(found.st_mode) & 0o077:
                folder.chmod(0o700)
    except OSError as error:
        raise StartError(f"cannot make this folder: {error.strerror}", where=str(folder), hint=HINT) from error
    return folder
