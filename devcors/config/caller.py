"""Who asked for this: under `sudo` the user who typed it, not root.

Known: sudo sets SUDO_UID and SUDO_GID, and on most systems HOME to root's. Wanted: one certificate authority a person,
whose files that person can use afterwards without sudo. So what is devcors' own is looked up in the calling user's
home, and is made with the calling user's rights: no file has to be given away, and no link of the user's leads root
astray.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Caller:
    """A user by numbers; `home` is the one of the user database."""

    uid: int
    gid: int
    home: Path


def calling_user(environ: Mapping[str, str] | None = None) -> Caller | None:
    """The user behind `sudo`; None where there is no sudo, or root used it."""
    # the real id: the effective one is the caller's already inside of as_calling_user
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return None
    return _named_by(os.environ if environ is None else environ)


def _named_by(environ: Mapping[str, str]) -> Caller | None:
    import pwd

    uid, gid = environ.get("SUDO_UID", ""), environ.get("SUDO_GID", "")
    if not (uid.isdecimal() and gid.isdecimal()) or int(uid) == 0:
        return None
    try:
        entry = pwd.getpwuid(int(uid))
    except KeyError:
        return None
    return Caller(int(uid), int(gid), Path(entry.pw_dir))


@contextmanager
def as_calling_user() -> Iterator[Caller | None]:
    """Files made in the block are the calling user's, with that user's rights. May be nested.

    The rights are the process's: no other thread may need root's meanwhile.
    """
    caller = calling_user()
    if caller is None or os.geteuid() != 0:  # nothing to give up, or given up by a block around this one
        yield caller
        return
    group = os.getegid()
    os.setegid(caller.gid)
    try:
        os.seteuid(caller.uid)
        try:
            yield caller
        finally:
            os.seteuid(0)
    finally:
        os.setegid(group)


def user_home() -> Path:
    """The home of whoever asked."""
    caller = calling_user()
    return caller.home if caller else Path.home()


def in_users_home(path: Path) -> Path:
    """A path below root's home, as it is below the calling user's; any other as it is."""
    caller = calling_user()
    home = Path.home()
    return caller.home / path.relative_to(home) if caller and path.is_relative_to(home) else path
