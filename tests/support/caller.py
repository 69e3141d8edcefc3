"""A user who calls devcors by sudo; only root can play this."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

UID, GID = 61234, 61235


@contextmanager
def behind_sudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's home, which goes when the block ends."""
    if os.geteuid() != 0:
        message = "only root can act for another user"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with tempfile.TemporaryDirectory(prefix="devcors-caller-") as name:  # pytest's own folder is closed to others
        folder = Path(name)
        os.chown(folder, UID, GID)
        monkeypatch.setattr(pwd, "getpwuid", lambda uid: {UID: SimpleNamespace(pw_dir=name)}[uid])
        monkeypatch.setenv("SUDO_UID", str(UID))
        monkeypatch.setenv("SUDO_GID", str(GID))
        for variable in ("DEVCORS_HOME", "XDG_DATA_HOME"):
            monkeypatch.delenv(variable, raising=False)
        yield folder
