"""Under sudo, devcors' files are those of the user who called it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.config.caller import as_calling_user, calling_user, in_users_home, user_home
from devcors.config.dirs import data_dir
from devcors.proxy.authority import CertificateAuthority
from tests.support.caller import GID, UID, behind_sudo


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with behind_sudo(monkeypatch) as folder:
        yield folder


def test_the_authority_is_the_callers(home: Path) -> None:
    folder = data_dir()
    assert folder.is_relative_to(home)
    authority = CertificateAuthority.load_or_create(folder / "ca")
    made = [path for path in home.rglob("*") if path != home]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(UID, GID)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}
    assert authority.path in made
    assert (os.geteuid(), os.getegid()) == (0, os.getgid())
    # and is found again by that user without sudo
    assert CertificateAuthority.load_or_create(data_dir() / "ca").certificate == authority.certificate


def test_a_link_leads_only_where_the_caller_may_go(home: Path) -> None:
    """A folder of root's behind a link in the user's home: the user's rights end there."""
    with tempfile.TemporaryDirectory(prefix="devcors-root-") as other:
        (home / ".local").symlink_to(other)
        with pytest.raises(Exception, match="Permission denied"):
            data_dir()
        assert list(Path(other).iterdir()) == []


def test_rights_come_back_after_a_failure(home: Path) -> None:
    def fail() -> None:
        with as_calling_user():
            with as_calling_user() as caller:
                assert caller is not None
            assert (os.geteuid(), os.getegid()) == (UID, GID)
            assert user_home() == home
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert os.geteuid() == 0


def test_where_the_home_is(home: Path) -> None:
    assert user_home() == home
    assert in_users_home(Path.home() / ".config") == home / ".config"
    assert in_users_home(Path("/elsewhere")) == Path("/elsewhere")


@pytest.mark.parametrize("uid", ["", "0", "x", "61239"])
def test_without_a_caller_all_is_as_ever(home: Path, monkeypatch: pytest.MonkeyPatch, uid: str) -> None:
    monkeypatch.setenv("SUDO_UID", uid)
    assert calling_user() is None
    assert user_home() == Path.home()
    with as_calling_user() as caller:
        assert caller is None
        assert os.geteuid() == 0


def test_who_is_not_root_was_not_called_by_sudo(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: UID)
    assert calling_user() is None
