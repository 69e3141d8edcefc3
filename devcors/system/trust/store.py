"""What a trust store is, and what is put into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from devcors.errors import DevcorsError


class StoreError(DevcorsError):
    """A store could not be asked or changed; `hint` is the command that does it by hand, or what is missing."""


@dataclass(frozen=True, slots=True)
class Root:
    """A CA's certificate and the PEM file that holds it."""

    certificate: x509.Certificate
    path: Path

    @classmethod
    def read(cls, path: Path) -> Root:
        """Raises OSError and ValueError where there is no certificate."""
        return cls(x509.load_pem_x509_certificate(path.read_bytes()), path)

    @property
    def name(self) -> str:
        """Its common name, which holds a random number, so that no two authorities share one."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    @property
    def pem(self) -> bytes:
        """One PEM block."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def sha256(self) -> str:
        """Fingerprint, lower-case hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def sha1(self) -> str:
        """What macOS and Windows name certificates by: upper-case hex."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a name, no proof

    @property
    def file_name(self) -> str:
        """Without suffix; of its own for each authority, as several users may have theirs in the system's store."""
        return f"devcors-{self.sha256[:16]}"


class Store(Protocol):
    """One trust store. All three raise StoreError, and may be called again."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def place(self) -> str:
        """The file, folder or keychain."""

    def check(self, root: Root) -> bool:
        """Whether it is trusted there."""

    def install(self, root: Root) -> None:
        """Puts it there, trusted."""

    def remove(self, root: Root) -> None:
        """Takes it away, also where it lies there without being trusted."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def why(self) -> str:
        """The last thing that it said, for a message."""
        said = (self.err.strip() or self.out.strip()).splitlines()
        return said[-1].strip() if said else f"it ended with {self.status}"


class Commands(Protocol):
    """The programs of this machine."""

    def find(self, program: str) -> str | None:
        """Its path."""

    def run(self, command: Sequence[str], *, as_user: bool = False) -> Done:
        """Runs it to its end. `as_user`: with the rights of the user behind sudo. Raises StoreError if it cannot."""


def checked(done: Done, what: str, by_hand: str) -> Done:
    """Raises StoreError for a command that failed."""
    if done.status != 0:
        raise StoreError(f"{what}: {done.why}", hint=by_hand)
    return done
