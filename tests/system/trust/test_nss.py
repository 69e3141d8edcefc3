"""NSS databases, with NSS' real certutil, in homes of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from devcors.system.trust.commands import MachineCommands
from devcors.system.trust.nss import NssDatabase
from devcors.system.trust.profiles import firefox_profiles, nss_databases
from devcors.system.trust.store import Done, Root, StoreError
from tests.support.programs import needed
from tests.support.trust_stores import Recording, new_root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return new_root(tmp_path / "ca")


def certutil(folder: Path, *words: str, **options: str) -> str:
    command = [needed("certutil"), words[0], "-d", f"sql:{folder}", *words[1:]]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout  # type: ignore[call-overload,no-any-return]


def database(folder: Path) -> Path:
    """An empty one, as a browser makes it."""
    folder.mkdir(parents=True)
    certutil(folder, "-N", "--empty-password")
    return folder


def store(folder: Path) -> NssDatabase:
    needed("certutil")
    return NssDatabase("browser", folder, MachineCommands())


def test_in_and_out_again(tmp_path: Path, root: Root) -> None:
    folder = database(tmp_path / "a profile")
    other = new_root(tmp_path / "other")
    store(folder).install(other)
    before = certutil(folder, "-L")
    assert not store(folder).check(root)
    for _ in range(2):
        store(folder).install(root)
        assert store(folder).check(root)
    certutil(folder, "-V", "-n", root.name, "-u", "L")  # NSS itself takes it for an issuer of server certificates
    assert certutil(folder, "-L").count("devcors development CA") == 2
    for _ in range(2):
        store(folder).remove(root)
        assert not store(folder).check(root)
    assert certutil(folder, "-L") == before
    assert store(folder).check(other)


def test_one_imported_by_hand_under_another_name(tmp_path: Path, root: Root) -> None:
    folder = database(tmp_path / "profile")
    certutil(folder, "-A", "-n", "my own Devcors thing", "-t", ",,", "-i", str(root.path))
    assert not store(folder).check(root)  # it lies there without a flag
    store(folder).install(root)
    assert store(folder).check(root)
    assert root.name not in certutil(folder, "-L")
    store(folder).remove(root)
    assert "Devcors" not in certutil(folder, "-L")


def test_a_database_that_was_made_for_it_goes_with_it(tmp_path: Path, root: Root) -> None:
    folder = tmp_path / ".pki/nssdb"
    assert not store(folder).check(root)
    store(folder).remove(root)
    assert not folder.exists()
    store(folder).install(root)
    assert store(folder).check(root)
    store(folder).remove(root)
    assert not folder.parent.exists()


def test_but_not_once_it_holds_something_else(tmp_path: Path, root: Root) -> None:
    folder, other = tmp_path / ".pki/nssdb", new_root(tmp_path / "other")
    store(folder).install(root)
    certutil(folder, "-A", "-n", "somebody else", "-t", "C,,", "-i", str(other.path))
    store(folder).remove(root)
    assert "somebody else" in certutil(folder, "-L")


def test_a_database_with_a_password_is_left_to_its_owner(tmp_path: Path, root: Root) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (tmp_path / "password").write_text("secret\n")
    certutil(folder, "-N", "-f", str(tmp_path / "password"))
    with pytest.raises(StoreError) as refused:
        store(folder).install(root)
    assert refused.value.hint == f"certutil -A -d sql:{folder} -n '{root.name}' -t C,, -i {root.path}"
    assert not store(folder).check(root)


@pytest.mark.parametrize(
    ("manager", "how"), [("apt", "sudo apt install libnss3-tools"), ("dnf", "sudo dnf install nss-tools")]
)
def test_without_certutil_both_steps_are_told(tmp_path: Path, root: Root, manager: str, how: str) -> None:
    (tmp_path / "cert9.db").touch()

    def nothing(_: Sequence[str]) -> Done:
        raise AssertionError

    missing = NssDatabase("browser", tmp_path, Recording(nothing, {manager}))
    for call in (missing.install, missing.check, missing.remove):
        with pytest.raises(StoreError, match="certutil is missing") as refused:
            call(root)
        assert (refused.value.hint or "").startswith(f"{how}, then certutil -")


PROFILES = """
[Install4F96D1932A9F858E]
Default=abc.default-release
Locked=1

[Profile1]
Name=default
IsRelative=1
Path=never.started
Default=1

[Profile0]
Name=50% off
IsRelative=1
Path=abc.default-release

[Profile2]
Name=elsewhere
IsRelative=0
Path={elsewhere}

[General]
StartWithLastProfile=1
Version=2
"""


def test_profiles_are_found_by_their_listing(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    for folder in (tmp_path / "abc.default-release", elsewhere, tmp_path / "not.listed"):
        folder.mkdir()
        (folder / "cert9.db").touch()
    (tmp_path / "profiles.ini").write_text(PROFILES.format(elsewhere=elsewhere))
    assert list(firefox_profiles(tmp_path)) == [
        ("50% off", tmp_path / "abc.default-release"),
        ("elsewhere", elsewhere),
    ]


def test_a_listing_that_cannot_be_read_lists_nothing(tmp_path: Path) -> None:
    assert list(firefox_profiles(tmp_path)) == []
    (tmp_path / "profiles.ini").write_text("no section\n")
    assert list(firefox_profiles(tmp_path)) == []


FOLDERS = {
    ".pki/nssdb": "Chromium, Chrome, Edge",
    "snap/chromium/current/.pki/nssdb": "chromium",
    ".var/app/org.chromium.Chromium/.pki/nssdb": "org.chromium.Chromium",
    ".mozilla/firefox/p": "Firefox, me",
    "snap/firefox/common/.mozilla/firefox/p": "Firefox, snap, me",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/p": "Firefox, flatpak, me",
}


def test_every_way_to_install_a_browser_is_looked_at(tmp_path: Path) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "cert9.db").touch()
        if folder.endswith("/p"):
            (tmp_path / folder).with_name("profiles.ini").write_text("[Profile0]\nName=me\nIsRelative=1\nPath=p\n")
    found = nss_databases(tmp_path, Recording(lambda _: Done(0, "", "")))
    assert {Path(each.place): each.name for each in found} == {
        tmp_path / where: what for where, what in FOLDERS.items()
    }


def test_a_chromium_that_never_ran_has_its_place_already(tmp_path: Path) -> None:
    commands = Recording(lambda _: Done(0, "", ""))
    assert list(nss_databases(tmp_path, commands)) == []
    commands.programs.add("google-chrome")
    assert [each.place for each in nss_databases(tmp_path, commands)] == [str(tmp_path / ".pki/nssdb")]
    (tmp_path / ".local/share/pki/nssdb").mkdir(parents=True)
    (tmp_path / ".local/share/pki/nssdb/cert9.db").touch()
    assert [each.place for each in nss_databases(tmp_path, commands)] == [str(tmp_path / ".local/share/pki/nssdb")]
