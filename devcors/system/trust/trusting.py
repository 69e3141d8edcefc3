"""`trust`, `untrust` and the question where: every store of this machine asked in turn, none kept from it by another.

An authority that was replaced (its folder removed, its time over) would stay trusted for ever. So the public half of
each that was ever trusted is kept beside, before the first store is changed, and `untrust` takes away all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from devcors.config.caller import as_calling_user, user_home
from devcors.config.dirs import TRUSTED, data_dir, private_dir, write_private
from devcors.proxy.authority import CERTIFICATE_FILE, CertificateAuthority

from .commands import MachineCommands
from .linux import linux_stores
from .macos import LoginKeychain
from .profiles import nss_databases
from .store import Commands, Root, Store, StoreError
from .windows import WindowsRoot

State = Literal["trusted", "absent", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one store; `state` as it stands afterwards, `hint` what to do by hand."""

    store: str
    place: str
    state: State
    changed: bool = False
    message: str | None = None
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "store": self.store,
            "place": self.place,
            "state": self.state,
            "changed": self.changed,
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """Where one authority is trusted; `current` unless another has taken its place."""

    root: Root
    current: bool
    outcomes: tuple[Outcome, ...]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.root.name,
            "certificate": str(self.root.path),
            "sha256": self.root.sha256,
            "valid_until": self.root.certificate.not_valid_after_utc.date().isoformat(),
            "current": self.current,
            "stores": [outcome.to_json() for outcome in self.outcomes],
        }


def stores_here(commands: Commands | None = None, platform: str = sys.platform) -> list[Store]:
    """The stores that this platform and this user have."""
    commands = commands or MachineCommands()
    if platform == "win32":
        return [WindowsRoot(commands)]
    if platform == "darwin":
        return [LoginKeychain(commands, user_home())]
    return [*linux_stores(commands), *nss_databases(user_home(), commands)]


def current_root() -> Root | None:
    """The authority's certificate, if there is one that can be read."""
    with suppress(OSError, ValueError):
        return Root.read(data_dir() / "ca" / CERTIFICATE_FILE)
    return None


def trust(stores: Sequence[Store]) -> Found:
    """Puts the authority into every store; makes it if there is none yet. Raises StartError if it cannot be used."""
    authority = CertificateAuthority.load_or_create(data_dir() / "ca")
    root = Root(authority.certificate, authority.path)
    _remember(root)
    return Found(root, True, tuple(_trusted(store, root) for store in stores))


def untrust(stores: Sequence[Store]) -> list[Found]:
    """Takes every authority that was ever trusted out of every store."""
    found = []
    for root, current in _roots():
        outcomes = tuple(_untrusted(store, root) for store in stores)
        if all(outcome.state == "absent" and outcome.message is None for outcome in outcomes):
            _forget(root)
        found.append(Found(root, current, outcomes))
    return found


def whereabouts(stores: Sequence[Store]) -> list[Found]:
    """Where each authority is trusted; nothing is changed or made. The current one comes first."""
    return [Found(root, current, tuple(_seen(store, root) for store in stores)) for root, current in _roots()]


def _seen(store: Store, root: Root) -> Outcome:
    try:
        state: State = "trusted" if store.check(root) else "absent"
    except StoreError as error:
        return Outcome(store.name, store.place, "unknown", message=error.message, hint=error.hint)
    return Outcome(store.name, store.place, state)


def _trusted(store: Store, root: Root) -> Outcome:
    before = _seen(store, root)
    if before.state == "trusted":
        return before
    try:
        store.install(root)
    except StoreError as error:
        return Outcome(store.name, store.place, before.state, message=error.message, hint=error.hint)
    return Outcome(store.name, store.place, "trusted", changed=True)


def _untrusted(store: Store, root: Root) -> Outcome:
    before = _seen(store, root)
    try:
        store.remove(root)  # also where it is not trusted: an anchor without a bundle, an entry without a flag
    except StoreError as error:
        return Outcome(store.name, store.place, before.state, message=error.message, hint=error.hint)
    return Outcome(store.name, store.place, "absent", changed=before.state == "trusted")


def _roots() -> Iterator[tuple[Root, bool]]:
    current = current_root()
    if current:
        yield current, True
    for root in _remembered():
        if current is None or root.sha256 != current.sha256:
            yield root, False


def _memory() -> Path:
    return data_dir() / TRUSTED


def _remembered() -> Iterator[Root]:
    for path in sorted(_memory().glob("*.pem")):
        with suppress(OSError, ValueError):
            yield Root.read(path)


def _remember(root: Root) -> None:
    write_private(private_dir(_memory()) / f"{root.file_name}.pem", root.pem)


def _forget(root: Root) -> None:
    with as_calling_user(), suppress(OSError):
        (_memory() / f"{root.file_name}.pem").unlink(missing_ok=True)
        _memory().rmdir()
