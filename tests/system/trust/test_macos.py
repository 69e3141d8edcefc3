"""The login keychain, with a `security` that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcors.system.trust.macos import LoginKeychain
from devcors.system.trust.store import Root, StoreError
from tests.support.trust_stores import Recording, Security, new_root

HOME = Path("/Users/a person")
KEYCHAIN = str(HOME / "Library/Keychains/login.keychain-db")


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return new_root(tmp_path / "ca")


def keychain(security: Security) -> tuple[LoginKeychain, Recording]:
    commands = Recording(security, {"/usr/bin/security"})
    return LoginKeychain(commands, HOME), commands


@pytest.mark.parametrize("none_status", [0, 1])
def test_in_and_out_again(root: Root, tmp_path: Path, none_status: int) -> None:
    other = new_root(tmp_path / "other")
    security = Security({str(root.path): root}, none_status, held=[other], settings=[other])
    store, commands = keychain(security)
    assert store.place == KEYCHAIN
    assert not store.check(root)
    store.install(root)
    assert ["/usr/bin/security", "add-trusted-cert", "-r", "trustRoot", "-k", KEYCHAIN, str(root.path)] in commands.ran
    assert store.check(root)
    for _ in range(2):
        store.remove(root)
        assert not store.check(root)
    assert security.held == [other]
    assert security.settings == [other]
    assert all(commands.as_user)  # root has another login keychain


def test_one_without_a_trust_setting_is_not_trusted_and_is_removed(root: Root) -> None:
    security = Security({str(root.path): root}, held=[root])
    store, _ = keychain(security)
    assert not store.check(root)
    store.remove(root)
    assert security.held == []


def test_a_person_who_says_no(root: Root) -> None:
    store, _ = keychain(Security({str(root.path): root}, refuses=True))
    with pytest.raises(StoreError, match="canceled by the user") as refused:
        store.install(root)
    assert refused.value.hint == f"security add-trusted-cert -r trustRoot -k '{KEYCHAIN}' {root.path}"


def test_without_the_program(root: Root) -> None:
    store = LoginKeychain(Recording(Security({})), HOME)
    with pytest.raises(StoreError, match="is missing"):
        store.check(root)
