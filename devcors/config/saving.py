"""Writing a configuration that people edit too: whole or not at all, and only over the text that was looked at.

Known: editors write to the same file, links lead to it from elsewhere, and its owner, mode, line ends and byte order
mark are somebody's choice. Wanted: a new text under the same name, with all of that kept; refused where the file is not
ours to write, or holds something else by now.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from devcors.errors import ConfigError

from .discovery import decoded, read_bytes

_BOM = b"\xef\xbb\xbf"
MAX_SIZE = 512 * 1024
"""Bytes of a file that is edited through the network."""


class NotWritableError(ConfigError):
    """The file is not ours to write."""


class ChangedError(ConfigError):
    """The file holds another text than the one that was edited."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's text, line ends as `\\n`, and a tag that is another one for every other content."""

    text: str
    tag: str


def stored(path: Path, environ: Mapping[str, str]) -> Stored:
    """What is in the file. Raises ConfigError where it cannot be read or belongs to somebody else, as the loader."""
    raw = read_bytes(path, environ)
    # of the bytes, so that a change of the line ends is one too
    return Stored(decoded(raw, str(path)), _tag(raw))


def save(path: Path, text: str, tag: str) -> str:
    """Writes the text over the content that `tag` names; returns the new tag.

    A link stays, and what it leads to is written. Raises NotWritableError, ChangedError, or ConfigError where the
    system refuses.
    """
    try:
        file = path.resolve(strict=True)
        refuse_foreign(path, file)
        before = file.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle (Python 3.11, 3.12)
        raise ChangedError("the file is gone or cannot be read", hint="load it again") from error
    _refuse_changed(before, tag)
    data = _in_form_of(before, text)
    try:
        _replace(file, data, before)
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", where=str(file), hint="nothing was changed") from error
    return _tag(data)


def refuse_foreign(path: Path, file: Path) -> None:
    """Raises NotWritableError unless the file, and the link that leads to it, are the user's own; OSError as `stat`."""
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise NotWritableError(f"{path} is no regular file", hint="edit it where it comes from")
    if not found.st_mode & stat.S_IWUSR or not os.access(file, os.W_OK):
        raise NotWritableError(f"{path} is read-only", hint="make it writable, or edit it by other means")
    if not hasattr(os, "geteuid"):  # Windows has access lists in place of owners
        return
    for one, owner in ((file, found.st_uid), (path, path.lstat().st_uid)):
        if owner not in _own_users():
            raise NotWritableError(
                f"{one} belongs to another user (id {owner})", hint="make a copy of your own and edit that"
            )


def _refuse_changed(now: bytes, tag: str) -> None:
    if _tag(now) != tag:
        raise ChangedError("the file was changed meanwhile", hint="load it again and repeat the edit")


def _own_users() -> set[int]:
    """Narrower than whose files are read: root's file in a folder of the user's is not the user's to exchange."""
    caller = os.environ.get("SUDO_UID", "")
    user = os.geteuid()
    return {user, int(caller)} if user == 0 and caller.isdecimal() else {user}


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _in_form_of(before: bytes, text: str) -> bytes:
    """The text as bytes, with the line ends and the byte order mark that the file had."""
    data = text.replace("\r\n", "\n").encode()
    if b"\r\n" in before:
        data = data.replace(b"\n", b"\r\n")
    return _BOM + data if before.startswith(_BOM) else data


def _replace(file: Path, data: bytes, before: bytes) -> None:
    """A new file beside the old one takes its name: a reader sees one or the other, also after a crash."""
    found = file.stat()
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(data)
            if hasattr(os, "fchown"):
                if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
                    with suppress(PermissionError):  # a group that the user is not in
                        os.fchown(new.fileno(), found.st_uid, found.st_gid)
                os.fchmod(new.fileno(), stat.S_IMODE(found.st_mode))  # after chown, which clears bits
            new.flush()
            os.fsync(new.fileno())
        # an editor that saved since we looked wins; between this line and the next nobody can be kept out
        _refuse_changed(file.read_bytes(), _tag(before))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
