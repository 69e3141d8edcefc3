"""The system's store on Linux: a folder of anchors, and a command that makes the bundles out of it.

Debian and its kin have update-ca-certificates(8), Fedora, RHEL and Arch update-ca-trust(8), openSUSE its own
update-ca-certificates; the folder tells which it is. Trusted is what stands in the bundle, which programs read: an
anchor that nobody made the bundle of does nothing yet.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .store import Commands, Root, StoreError, checked


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a family of distributions keeps what; paths from `/`."""

    anchors: str
    suffix: str
    refresh: tuple[str, ...]
    bundle: str


# the more special first: openSUSE and Arch may have the folders of others too
LAYOUTS = (
    Layout(
        "etc/pki/ca-trust/source/anchors", ".pem", ("update-ca-trust", "extract"), "etc/pki/tls/certs/ca-bundle.crt"
    ),
    Layout(
        "etc/ca-certificates/trust-source/anchors",
        ".pem",
        ("update-ca-trust", "extract"),
        "etc/ssl/certs/ca-certificates.crt",
    ),
    Layout("etc/pki/trust/anchors", ".pem", ("update-ca-certificates",), "etc/ssl/ca-bundle.pem"),
    Layout("usr/local/share/ca-certificates", ".crt", ("update-ca-certificates",), "etc/ssl/certs/ca-certificates.crt"),
)


def linux_stores(commands: Commands, machine: Path = Path("/")) -> Iterator[LinuxStore]:
    """The one of this machine; none where it keeps its roots in a way that is not known here."""
    for layout in LAYOUTS:
        # Debian makes the folder with the package, yet an administrator may have removed it while it was empty
        if (machine / layout.anchors).is_dir() or (
            layout.suffix == ".crt" and commands.find(layout.refresh[0]) and (machine / layout.bundle).is_file()
        ):
            yield LinuxStore(layout, commands, machine)
            return


class LinuxStore:
    """One folder of anchors."""

    def __init__(self, layout: Layout, commands: Commands, machine: Path = Path("/")) -> None:
        self._layout = layout
        self._commands = commands
        self._machine = machine
        self._folder = machine / layout.anchors
        self._bundle = machine / layout.bundle

    @property
    def name(self) -> str:
        """With the command that keeps it."""
        return f"system ({self._layout.refresh[0]})"

    @property
    def place(self) -> str:
        """The folder of anchors."""
        return str(self._folder)

    def check(self, root: Root) -> bool:
        """Whether the bundle holds it."""
        try:
            bundle = self._bundle.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreError(f"cannot read {self._bundle}: {error.strerror}") from None
        return b"".join(root.pem.split()) in b"".join(bundle.split())

    def install(self, root: Root) -> None:
        """An anchor that all can read, then the bundle."""
        file = self._anchor(root)
        by_hand = f"sudo install -D -m 0644 {_quoted(root.path)} {_quoted(file)} && {self._refresh_by_hand()}"
        self._needs_refresh(by_hand)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_readable(file, root.pem)
        except OSError as error:
            raise StoreError(f"cannot write {file}: {error.strerror}", hint=by_hand) from None
        self._refresh(by_hand)
        if not self.check(root):
            raise StoreError(f"{self._layout.refresh[0]} did not put it into {self._bundle}", hint=by_hand)

    def remove(self, root: Root) -> None:
        """The anchor, then the bundle."""
        file = self._anchor(root)
        by_hand = self._removal_by_hand(file)
        if not file.exists() and not self._link(root).is_symlink() and not self.check(root):
            return
        self._needs_refresh(by_hand)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot remove {file}: {error.strerror}", hint=by_hand) from None
        with self._told_to_deselect(root) as words:
            self._refresh(by_hand, *words)
        if self.check(root):
            raise StoreError(
                f"{self._bundle} holds it for another reason than {file}", hint=f"look into {self._folder}"
            )

    def _anchor(self, root: Root) -> Path:
        return self._folder / (root.file_name + self._layout.suffix)

    def _needs_refresh(self, by_hand: str) -> None:
        if self._commands.find(self._layout.refresh[0]) is None:
            raise StoreError(f"{self._layout.refresh[0]} is missing", hint=f"install ca-certificates, then {by_hand}")

    def _link(self, root: Root) -> Path:
        """What Debian's program makes beside its bundle, and leaves there when the anchor is removed by hand."""
        return self._bundle.parent / f"{root.file_name}.pem"

    @property
    def _deselects(self) -> bool:
        """Debian's and Ubuntu's program; Alpine's has the same name and folders, yet other options."""
        program = self._commands.find(self._layout.refresh[0])
        return self._layout.suffix == ".crt" and program is not None and b"--certsconf" in Path(program).read_bytes()

    @contextmanager
    def _told_to_deselect(self, root: Root) -> Iterator[tuple[str, ...]]:
        """Further words for the refresh that follows a removal.

        Debian's program overlooks an anchor that is simply gone: its link stays in /etc/ssl/certs, and its hooks are
        not told, so that Java's keystore keeps the certificate for ever. What the configuration deselects, it removes
        everywhere. So it is given a configuration with one line more.
        """
        if not self._deselects:
            yield ()
            return
        with tempfile.NamedTemporaryFile(prefix="devcors-", suffix=".conf") as configuration:
            with suppress(FileNotFoundError):
                configuration.write((self._machine / "etc/ca-certificates.conf").read_bytes())
            configuration.write(f"\n!{self._anchor(root).name}\n".encode())
            configuration.flush()
            yield ("--certsconf", configuration.name)

    def _refresh(self, by_hand: str, *further: str) -> None:
        program, *words = self._layout.refresh
        done = self._commands.run([self._commands.find(program) or program, *words, *further])
        checked(done, program, by_hand)

    def _removal_by_hand(self, file: Path) -> str:
        by_hand = f"sudo rm -f {_quoted(file)} && "
        if not self._deselects:
            return by_hand + self._refresh_by_hand()
        listing = f"(cat /etc/ca-certificates.conf; echo '!{file.name}') > $c"
        return f"{by_hand}c=$(mktemp) && {listing} && {self._refresh_by_hand()} --certsconf $c"

    def _refresh_by_hand(self) -> str:
        return "sudo " + " ".join(self._layout.refresh)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _write_readable(path: Path, data: bytes) -> None:
    """Mode 0644, whole or not at all: a half anchor would break the next refresh."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
