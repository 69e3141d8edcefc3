"""Stand-ins for the programs that keep other systems' trust stores: they record what they are told, and answer in the
formats that the systems' manuals and sources show.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devcors.proxy.authority import CertificateAuthority
from devcors.system.trust.store import Done, Root, StoreError

HASHED = Path("/etc/ssl/certs")
FOLDERS = (HASHED, Path("/usr/local/share/ca-certificates"), Path("/etc/ca-certificates"))
JAVA = Path("/etc/ssl/certs/java/cacerts")


def new_root(folder: Path) -> Root:
    """A real authority's certificate."""
    authority = CertificateAuthority.load_or_create(folder)
    return Root(authority.certificate, authority.path)


class Shelf:
    """A store in memory that may refuse."""

    def __init__(self, name: str) -> None:
        self.name = self.place = name
        self.held: set[str] = set()
        self.refuses: set[str] = set()

    def check(self, root: Root) -> bool:
        self._may("check")
        return root.sha256 in self.held

    def install(self, root: Root) -> None:
        self._may("install")
        self.held.add(root.sha256)

    def remove(self, root: Root) -> None:
        self._may("remove")
        self.held.discard(root.sha256)

    def _may(self, what: str) -> None:
        if what in self.refuses:
            raise StoreError(f"no {what}", hint="do it by hand")


@dataclass
class Recording:
    """Commands that are answered by a function; `programs` are what is installed."""

    answer: Callable[[Sequence[str]], Done]
    programs: set[str] = field(default_factory=set)
    ran: list[list[str]] = field(default_factory=list)
    as_user: list[bool] = field(default_factory=list)
    folder: Path = Path()  # where the programs lie

    def find(self, program: str) -> str | None:
        return str(self.folder / program) if program in self.programs else None

    def run(self, command: Sequence[str], *, as_user: bool = False) -> Done:
        self.ran.append(list(command))
        self.as_user.append(as_user)
        return self.answer(command)


@dataclass
class Security:
    """macOS' `security`: security(1) and SecurityTool's sources (trust_settings_impl, display of trust settings).

    `dump-trust-settings` prints, for the user's domain:

        Number of trusted certs = 1
        Cert 0: NAME
           Number of trust settings : 0

    and without any "SecTrustSettingsCopyCertificates: No Trust Settings were found." on stderr, with a status of 0 or
    1 by version. `find-certificate -a -c NAME -p` prints PEM; -c takes a part of a common name.
    """

    roots: dict[str, Root]  # by path: what files can be named
    none_status: int = 1
    refuses: bool = False
    held: list[Root] = field(default_factory=list)
    settings: list[Root] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> Done:
        assert command[0] == "/usr/bin/security"
        return {
            "add-trusted-cert": self.add,
            "remove-trusted-cert": self.remove,
            "delete-certificate": self.delete,
            "find-certificate": self.find,
            "dump-trust-settings": self.dump,
        }[command[1]](list(command[2:]))

    def add(self, words: list[str]) -> Done:
        assert words[:3] == ["-r", "trustRoot", "-k"]
        if self.refuses:
            error = "SecTrustSettingsSetTrustSettings: The authorization was canceled by the user.\n"
            return Done(1, "", error)
        root = self.roots[words[4]]
        self.held.append(root)
        self.settings.append(root)
        return Done(0, "", "")

    def remove(self, words: list[str]) -> Done:
        root = self.roots[words[0]]
        if root not in self.settings:
            return Done(1, "", "SecTrustSettingsRemoveTrustSettings: The specified item could not be found.\n")
        self.settings.remove(root)
        return Done(0, "", "")

    def delete(self, words: list[str]) -> Done:
        assert words[0] == "-Z"
        found = [root for root in self.held if root.sha1 == words[1]]
        if not found:
            return Done(1, "", f'Unable to delete certificate matching "{words[1]}"')
        self.held.remove(found[0])
        return Done(0, "", "")

    def find(self, words: list[str]) -> Done:
        assert words[:2] == ["-a", "-c"]
        assert words[3] == "-p"
        return Done(0, "".join(root.pem.decode() for root in self.held if words[2] in root.name), "")

    def dump(self, words: list[str]) -> Done:
        assert words == []
        if not self.settings:
            return Done(self.none_status, "", "SecTrustSettingsCopyCertificates: No Trust Settings were found.\n")
        listing = f"Number of trusted certs = {len(self.settings)}\n"
        for number, root in enumerate(self.settings):
            listing += f"Cert {number}: {root.name}\n   Number of trust settings : 0\n"
        return Done(0, listing, "")


@dataclass
class WindowsCertutil:
    """Windows' `certutil` (Microsoft Learn, "certutil"): -store shows "Cert Hash(sha1): …", older ones with blanks.

    What is not there is status 0x80090011 (NTE_NOT_FOUND), named so in the output, whatever the language.
    """

    roots: dict[str, Root]
    blanks: bool = False
    refuses: bool = False
    held: list[Root] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> Done:
        assert command[0] == r"D:\Windows\System32\certutil.exe"
        assert command[1] == "-user"
        assert command[3] == "Root"
        return {"-store": self.store, "-addstore": self.add, "-delstore": self.delete}[command[2]](command[4])

    def store(self, certificate: str) -> Done:
        for root in self.held:
            if root.sha1 == certificate:
                shown = root.sha1.lower()
                if self.blanks:
                    shown = " ".join(shown[at : at + 2] for at in range(0, 40, 2))
                text = (
                    f'Root "Trusted Root"\n================ Certificate 0 ================\nCert Hash(sha1): {shown}\n'
                )
                return Done(0, text + "CertUtil: -store command completed successfully.\n", "")
        text = (
            "CertUtil: -store command FAILED: 0x80090011 (-2146893807 NTE_NOT_FOUND)\nCertUtil: Object was not found.\n"
        )
        return Done(0x80090011, text, "")

    def add(self, path: str) -> Done:
        if self.refuses:
            text = "CertUtil: -addstore command FAILED: 0x800704c7 (WIN32: 1223 ERROR_CANCELLED)\n"
            return Done(0x800704C7, text + "CertUtil: The operation was canceled by the user.\n", "")
        self.held.append(self.roots[path])
        return Done(0, 'Root "Trusted Root"\nCertUtil: -addstore command completed successfully.\n', "")

    def delete(self, certificate: str) -> Done:
        self.held = [root for root in self.held if root.sha1 != certificate]
        return Done(0, "CertUtil: -delstore command completed successfully.\n", "")


def system_store_state() -> dict[Path, str]:
    """Debian's store: files by mode and content, links by where they lead; Java's keystore holds times of its own."""
    found = {}
    for folder in FOLDERS:
        for path in folder.rglob("*"):
            if path.is_symlink():
                found[path] = f"-> {path.readlink()}"
            elif path.is_file() and path != JAVA:
                found[path] = f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    found[Path("/etc/ca-certificates.conf")] = Path("/etc/ca-certificates.conf").read_text()
    return found


@contextmanager
def system_store_held() -> Iterator[None]:
    """For a test that changes this machine's own store: skips it, unless that was asked for; no other test of any run
    changes the store meanwhile.
    """
    _system_store_allowed()
    with (Path(tempfile.gettempdir()) / "devcors-system-store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system_store_allowed() -> None:
    if not (os.environ.get("CI") or os.environ.get("DEVCORS_TEST_SYSTEM_STORE")):
        pytest.skip("it would change this machine's trust store: set DEVCORS_TEST_SYSTEM_STORE=1 to allow it")
    if os.geteuid() != 0:
        message = "the system's trust store can only be changed by root"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
