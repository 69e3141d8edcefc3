"""Anchors and bundles of the Linux families, in a tree of their own; Debian's real ones in test_debian_store.py."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from devcors.system.trust.linux import LAYOUTS, Layout, LinuxStore, linux_stores
from devcors.system.trust.store import Done, Root, StoreError
from tests.support.trust_stores import Recording, new_root

FAMILIES = pytest.mark.parametrize("layout", LAYOUTS, ids=["fedora", "arch", "opensuse", "debian"])


class Machine:
    """A tree with a distribution's folders, and the command that makes its bundle."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        self.folder, self.layout = folder, layout
        self.anchors, self.bundle = folder / layout.anchors, folder / layout.bundle
        self.anchors.mkdir(parents=True)
        self.bundle.parent.mkdir(parents=True, exist_ok=True)
        # Debian's program is looked into, so it is a file
        self.program = folder / layout.refresh[0]
        self.program.write_text("--certsconf")
        self.status = 0
        self.configurations: list[str] = []
        self.commands = Recording(self.refresh, {layout.refresh[0]}, folder=folder)

    def refresh(self, command: Sequence[str]) -> Done:
        if "--certsconf" in command:
            self.configurations.append(Path(command[-1]).read_text())
        if self.status:
            return Done(self.status, "", "p11-kit: the folder cannot be written\n")
        files = sorted(self.anchors.iterdir())
        self.bundle.write_bytes(b"# others\n" + b"".join(file.read_bytes() for file in files))
        return Done(0, "", "")

    @property
    def store(self) -> LinuxStore:
        (store,) = linux_stores(self.commands, self.folder)
        return store


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return new_root(tmp_path / "ca")


@FAMILIES
def test_in_and_out_again(layout: Layout, tmp_path: Path, root: Root) -> None:
    machine = Machine(layout, tmp_path / "machine")
    store = machine.store
    assert store.name == f"system ({layout.refresh[0]})"
    assert not store.check(root)
    for _ in range(2):
        store.install(root)
        assert store.check(root)
    (anchor,) = machine.anchors.iterdir()
    assert anchor.suffix == layout.suffix
    assert stat.S_IMODE(anchor.stat().st_mode) == 0o644
    assert machine.commands.ran[0] == [str(machine.program), *layout.refresh[1:]]
    for _ in range(2):
        store.remove(root)
        assert not store.check(root)
    assert list(machine.anchors.iterdir()) == []
    assert machine.bundle.read_text() == "# others\n"
    assert len(machine.commands.ran) == 3  # a removal of what is not there does nothing


def test_debian_is_told_to_deselect_what_is_gone(tmp_path: Path, root: Root) -> None:
    machine = Machine(LAYOUTS[-1], tmp_path / "machine")
    (machine.folder / "etc/ca-certificates.conf").write_text("mozilla/A.crt")
    machine.store.install(root)
    machine.store.remove(root)
    assert machine.configurations == [f"mozilla/A.crt\n!{root.file_name}.crt\n"]
    # an anchor that was removed by hand leaves a link, and with it the hooks' copies
    (machine.bundle.parent / f"{root.file_name}.pem").symlink_to(machine.anchors / "gone.crt")
    machine.store.remove(root)
    assert len(machine.configurations) == 2
    machine.program.write_text("Alpine's, which looks for such links")
    machine.store.install(root)
    machine.store.remove(root)
    assert machine.commands.ran[-1] == [str(machine.program)]


@FAMILIES
def test_an_anchor_that_is_in_no_bundle_is_taken_away_too(layout: Layout, tmp_path: Path, root: Root) -> None:
    machine = Machine(layout, tmp_path / "machine")
    machine.status = 1
    with pytest.raises(StoreError, match="cannot be written") as refused:
        machine.store.install(root)
    assert refused.value.hint == (
        f"sudo install -D -m 0644 {root.path} {machine.anchors / root.file_name}{layout.suffix}"
        f" && sudo {' '.join(layout.refresh)}"
    )
    assert not machine.store.check(root)
    assert list(machine.anchors.iterdir())
    machine.status = 0
    machine.store.remove(root)
    assert list(machine.anchors.iterdir()) == []


def test_a_refresh_that_does_nothing_is_told(tmp_path: Path, root: Root) -> None:
    machine = Machine(LAYOUTS[0], tmp_path / "machine")
    machine.commands.answer = lambda _: Done(0, "", "")
    with pytest.raises(StoreError, match="did not put it into"):
        machine.store.install(root)
    machine.bundle.write_bytes(root.pem)
    with pytest.raises(StoreError, match="for another reason"):
        machine.store.remove(root)


def test_without_the_program_nothing_is_written(tmp_path: Path, root: Root) -> None:
    machine = Machine(LAYOUTS[0], tmp_path / "machine")
    store = machine.store
    machine.commands.programs.clear()
    with pytest.raises(StoreError, match="update-ca-trust is missing"):
        store.install(root)
    assert list(machine.anchors.iterdir()) == []


def test_without_rights_the_command_is_told(tmp_path: Path, root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(LAYOUTS[-1], tmp_path / "machine")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # a test that runs as root is refused nothing by a folder's mode
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(StoreError, match="Permission denied") as refused:
        machine.store.install(root)
    assert (refused.value.hint or "").startswith("sudo install -D -m 0644 ")
    monkeypatch.undo()
    machine.store.install(root)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreError, match="Permission denied") as refused:
        machine.store.remove(root)
    monkeypatch.undo()
    assert (refused.value.hint or "").startswith(f"sudo rm -f {machine.anchors}")


def test_an_unknown_system_has_no_store(tmp_path: Path) -> None:
    assert list(linux_stores(Recording(lambda _: Done(0, "", "")), tmp_path)) == []


def test_debian_without_its_folder_is_debian_still(tmp_path: Path, root: Root) -> None:
    machine = Machine(LAYOUTS[-1], tmp_path / "machine")
    machine.refresh([])
    machine.anchors.rmdir()
    machine.store.install(root)
    assert machine.store.check(root)
