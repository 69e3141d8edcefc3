"""The user's Root store, with a `certutil` that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.system.trust.store import Done, Root, StoreError
from devcors.system.trust.windows import WindowsRoot
from tests.support.trust_stores import Recording, WindowsCertutil, new_root

CERTUTIL = r"D:\Windows\System32\certutil.exe"


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return new_root(tmp_path / "ca")


def store_of(certutil: WindowsCertutil) -> tuple[WindowsRoot, Recording]:
    commands = Recording(certutil, {CERTUTIL})
    return WindowsRoot(commands, {"SystemRoot": r"D:\Windows"}), commands


@pytest.mark.parametrize("blanks", [False, True])
def test_in_and_out_again(root: Root, tmp_path: Path, blanks: bool) -> None:
    other = new_root(tmp_path / "other")
    certutil = WindowsCertutil({str(root.path): root}, blanks, held=[other])
    store, commands = store_of(certutil)
    assert not store.check(root)
    store.install(root)
    assert [CERTUTIL, "-user", "-addstore", "Root", str(root.path)] in commands.ran
    assert store.check(root)
    for _ in range(2):
        store.remove(root)
        assert not store.check(root)
    assert commands.ran.count([CERTUTIL, "-user", "-delstore", "Root", root.sha1]) == 1
    assert certutil.held == [other]


def test_a_person_who_says_no(root: Root) -> None:
    store, _ = store_of(WindowsCertutil({str(root.path): root}, refuses=True))
    with pytest.raises(StoreError, match="canceled by the user") as refused:
        store.install(root)
    assert refused.value.hint == f"certutil -user -addstore Root {root.path}"


def test_not_found_in_another_language_is_known_by_its_number(root: Root) -> None:
    store, commands = store_of(WindowsCertutil({}))
    commands.answer = lambda _: Done(0x80090011 - (1 << 32), "CertUtil: Das Objekt wurde nicht gefunden.", "")
    assert not store.check(root)
    commands.answer = lambda _: Done(0x80070005, "CertUtil: Zugriff verweigert", "")
    with pytest.raises(StoreError, match="Zugriff verweigert"):
        store.check(root)


def test_without_the_program(root: Root) -> None:
    with pytest.raises(StoreError, match="is missing"):
        WindowsRoot(Recording(WindowsCertutil({})), {}).check(root)
