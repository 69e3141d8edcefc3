"""Under sudo the browsers are those of the user who called it, and their files stay that user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcors.config.caller import as_calling_user
from devcors.system.trust.commands import MachineCommands
from devcors.system.trust.profiles import nss_databases
from devcors.system.trust.store import StoreError
from devcors.system.trust.trusting import trust, untrust
from tests.support.caller import GID, UID, behind_sudo
from tests.support.programs import needed


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with behind_sudo(monkeypatch) as folder:
        yield folder


def owners(folder: Path) -> set[tuple[int, int]]:
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in folder.rglob("*")}


def test_a_program_has_the_callers_rights_and_home(home: Path) -> None:
    commands = MachineCommands()
    script = ["/bin/sh", "-c", 'echo "$(id -u) $(id -g) $(id -G) $HOME"']
    assert commands.run(script, as_user=True).out == f"{UID} {GID} {GID} {home}\n"
    assert commands.run(script).out.startswith("0 ")


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(StoreError, match="cannot run"):
        MachineCommands().run(["/no/such/program"])


def test_browsers_databases_stay_the_callers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed("certutil")
    with as_calling_user():
        profile = home / ".mozilla/firefox/p"
        profile.mkdir(parents=True)
        (profile / "../profiles.ini").resolve().write_text("[Profile0]\nName=me\nIsRelative=1\nPath=p\n")
    MachineCommands().run(["certutil", "-N", "-d", f"sql:{profile}", "--empty-password"], as_user=True)
    (home / ".pki/nssdb").parent.mkdir()
    os.chown(home / ".pki", UID, GID)
    stores = list(nss_databases(home, MachineCommands()))
    assert "Firefox, me" in [store.name for store in stores]
    assert {outcome.state for outcome in trust(stores).outcomes} == {"trusted"}
    assert owners(home) == {(UID, GID)}
    (found,) = untrust(stores)
    assert {outcome.state for outcome in found.outcomes} == {"absent"}
    assert owners(home) == {(UID, GID)}
