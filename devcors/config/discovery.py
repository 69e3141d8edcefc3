"""Which file is the configuration, and whether it may be read.

A config decides where a developer's requests and cookies go, so a file that another user of the machine has put in a
folder above is refused: the owner must be the user, root, or the user who called sudo.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from devcors.errors import ConfigError

from .problems import InvalidConfig, Problem

NAME = "devcors.toml"
LOCAL_NAME = "devcors.local.toml"


def find(named: Path | None, environ: Mapping[str, str], folder: Path, home: Path | None) -> Path | None:
    """The configuration's absolute path: `named` (`-c`), `DEVCORS_CONFIG`, or the nearest from `folder` up.

    The search ends with the folder that holds `.git`, or with `home`. None where nothing is named and nothing found;
    ConfigError where what is named is not there.
    """
    variable = environ.get("DEVCORS_CONFIG")
    if named is not None:
        return _existing(folder / named, "the file given with -c")
    if variable:
        return _existing(folder / variable, "the file that DEVCORS_CONFIG names")
    return next((above / NAME for above in searched(folder, home) if (above / NAME).is_file()), None)


def searched(folder: Path, home: Path | None) -> Iterator[Path]:
    """The folders that are looked into, the nearest first."""
    for above in (folder, *folder.parents):
        yield above
        if above == home or (above / ".git").exists():
            return


def _existing(path: Path, what: str) -> Path:
    if path.is_dir():
        raise ConfigError(f"{what} is a folder: {path}", hint=f"name the file: {path / NAME}")
    if not path.exists():
        raise ConfigError(
            f"{what} is not there: {path}",
            hint="check the path; without it, devcors.toml is searched for from here upwards",
        )
    return path


def read(path: Path, environ: Mapping[str, str], shown: str) -> str:
    """The file's text, line ends as `\\n`. ConfigError where it cannot be read or somebody else owns it."""
    return decoded(read_bytes(path, environ), shown)


def read_bytes(path: Path, environ: Mapping[str, str]) -> bytes:
    """The file's content, otherwise as `read`."""
    try:
        with path.open("rb") as file:
            # asked of the open file, so that it cannot be exchanged in between
            _check_owner(path, os.fstat(file.fileno()).st_uid, environ)
            return file.read()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", hint="check its permissions") from None


def decoded(raw: bytes, shown: str) -> str:
    """A file's content as text, line ends as `\\n`. Raises InvalidConfig where it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidConfig([_not_utf8(shown, raw, error.start)]) from None


def _not_utf8(shown: str, raw: bytes, offset: int) -> Problem:
    start = raw.rfind(b"\n", 0, offset) + 1
    column = len(raw[start:offset].decode("utf-8", "replace")) + 1
    line = raw[start:].partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    hint = "save the file as UTF-8"
    return Problem(shown, (), "this is not UTF-8", hint, raw.count(b"\n", 0, offset) + 1, column, 1, line)


def _check_owner(path: Path, owner: int, environ: Mapping[str, str]) -> None:
    if not hasattr(os, "geteuid"):  # Windows has access lists in place of owners
        return
    if owner not in allowed_owners(os.geteuid(), environ):
        raise ConfigError(
            f"{path} belongs to another user (id {owner}), who could send your requests anywhere",
            hint="if you trust what is in it, make a copy of your own",
        )


def allowed_owners(user: int, environ: Mapping[str, str]) -> frozenset[int]:
    """Whose files are read: the user's, root's, and with sudo those of the user who called it."""
    caller = environ.get("SUDO_UID", "")
    return frozenset({user, 0} | ({int(caller)} if user == 0 and caller.isdecimal() else set()))
