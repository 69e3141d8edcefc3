"""Debian's real store: what `trust` did to it, `untrust` takes back to the last file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devcors.system.trust.commands import MachineCommands
from devcors.system.trust.linux import LAYOUTS, LinuxStore, linux_stores
from devcors.system.trust.store import Root, StoreError
from tests.support.programs import needed
from tests.support.trust_stores import HASHED, JAVA, new_root, system_store_held, system_store_state


@pytest.fixture
def store() -> Iterator[LinuxStore]:
    needed("update-ca-certificates")
    with system_store_held():
        (found,) = linux_stores(MachineCommands())
        assert found.place == f"/{LAYOUTS[-1].anchors}"
        yield found


@pytest.fixture
def root(tmp_path: Path, store: LinuxStore) -> Iterator[Root]:
    root = new_root(tmp_path / "ca")
    try:
        yield root
    finally:
        store.remove(root)


def trusted_by_openssl(root: Root) -> bool:
    """By the bundle and by the folder of hashed links, both of which programs use."""
    file, folder = HASHED / "ca-certificates.crt", HASHED
    environ = {name: text for name, text in os.environ.items() if not name.startswith("SSL_CERT_")}
    ways = (["-no-CApath", "-CAfile", str(file)], ["-no-CAfile", "-CApath", str(folder)])
    answers = {
        subprocess.run(
            [needed("openssl"), "verify", *way, str(root.path)], capture_output=True, check=False, env=environ
        ).returncode
        for way in ways
    }
    assert len(answers) == 1
    return answers == {0}


def test_in_and_out_again_without_a_trace(store: LinuxStore, root: Root) -> None:
    subprocess.run(["update-ca-certificates"], check=True, capture_output=True)  # what an administrator left to do
    before = system_store_state()
    assert not trusted_by_openssl(root)
    for _ in range(2):
        store.install(root)
    assert store.check(root)
    assert trusted_by_openssl(root)
    assert system_store_state() != before
    for _ in range(2):
        store.remove(root)
    assert not store.check(root)
    assert not trusted_by_openssl(root)
    assert system_store_state() == before
    if JAVA.exists():
        assert root.name.encode() not in JAVA.read_bytes()


def test_the_commands_to_run_by_hand_do_the_same(
    store: LinuxStore, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without rights devcors prints them; here they are run, as root needs no sudo."""
    subprocess.run(["update-ca-certificates"], check=True, capture_output=True)
    before = system_store_state()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    def by_hand(call: Callable[[Root], None], refused: str) -> None:
        monkeypatch.setattr(refused, refuse)
        with pytest.raises(StoreError) as error:
            call(root)
        monkeypatch.undo()
        script = (error.value.hint or "").replace("sudo ", "")
        subprocess.run(["sh", "-ec", script], check=True, capture_output=True)

    by_hand(store.install, "tempfile.mkstemp")
    assert store.check(root)
    assert trusted_by_openssl(root)
    by_hand(store.remove, "pathlib.Path.unlink")
    assert not store.check(root)
    assert system_store_state() == before
    if JAVA.exists():
        assert root.name.encode() not in JAVA.read_bytes()
