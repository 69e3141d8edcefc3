"""NSS databases, which Chromium and Firefox on Linux ask in place of the system: by NSS' own `certutil` (certutil(1)).

A certificate may lie there under any nickname: somebody may have imported it by hand. So it is looked up by what it is,
among the nicknames that hold "devcors". Trusted is what has `C` among its first trust flags: trusted to issue server
certificates.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from devcors.config.caller import as_calling_user

from .store import Commands, Done, Root, StoreError, checked

# "NICKNAME    C,,": the nickname may hold blanks, the three groups of flags may be empty
_ENTRY = re.compile(r"^(.*?)\s+([a-zA-Z]*),([a-zA-Z]*),([a-zA-Z]*)\s*$", re.MULTILINE)
_OURS = "devcors"
# says that the database was made here, so that untrust may take it away while nobody else has put anything into it
_MARK = ".made-by-devcors"
_FILES = ("cert9.db", "key4.db", "pkcs11.txt", _MARK)

_PACKAGES = {
    "apt": "sudo apt install libnss3-tools",
    "dnf": "sudo dnf install nss-tools",
    "pacman": "sudo pacman -S nss",
    "zypper": "sudo zypper install mozilla-nss-tools",
    "apk": "sudo apk add nss-tools",
    "brew": "brew install nss",
}


class NssDatabase:
    """One database: a folder with a cert9.db, or (Chromium before its first start) without one yet."""

    def __init__(self, name: str, folder: Path, commands: Commands) -> None:
        self._name = name
        self._folder = folder
        self._commands = commands

    @property
    def name(self) -> str:
        """The browser, and the profile of Firefox."""
        return self._name

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    def check(self, root: Root) -> bool:
        """Whether it is there with the flag of a trusted issuer."""
        return any("C" in flags for _, flags in self._entries(root))

    def install(self, root: Root) -> None:
        """Adds it, or gives the entry that is there the flag."""
        self._needs_certutil("-A", "-n", root.name, "-t", "C,,", "-i", str(root.path))
        if not self._made():
            self._make()
        # one that is there keeps its nickname whatever -n says, and -A would not change its flags on all versions
        for nickname, _ in self._entries(root):
            self._change("-M", "-n", nickname, "-t", "C,,")
            return
        self._change("-A", "-n", root.name, "-t", "C,,", "-i", str(root.path))

    def remove(self, root: Root) -> None:
        """Deletes every entry of it, and a database that was made for it and holds nothing else."""
        for nickname, _ in self._entries(root):
            self._change("-D", "-n", nickname)
        if (self._folder / _MARK).exists() and not self._holds_anything():
            self._unmake()

    def _made(self) -> bool:
        return (self._folder / "cert9.db").exists()

    def _make(self) -> None:
        try:
            with as_calling_user():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self._folder / _MARK).touch()
        except OSError as error:
            raise StoreError(f"cannot make {self._folder}: {error.strerror}") from None
        self._change("-N", "--empty-password")

    def _unmake(self) -> None:
        with as_calling_user(), suppress(OSError):  # what stays is an empty database
            for name in _FILES:
                (self._folder / name).unlink(missing_ok=True)
            self._folder.rmdir()
            self._folder.parent.rmdir()

    def _holds_anything(self) -> bool:
        certificates = _ENTRY.search(self._certutil("-L").out)
        return certificates is not None or self._certutil("-K").status == 0

    def _entries(self, root: Root) -> list[tuple[str, str]]:
        """Nickname and flags of each entry that is this certificate."""
        if not self._made():
            return []
        self._needs_certutil("-L")
        listing = checked(self._certutil("-L"), "certutil -L", self._by_hand("-L")).out
        return [found for found in _entries(listing) if self._is(root, found[0])]

    def _is(self, root: Root, nickname: str) -> bool:
        if _OURS not in nickname.lower():
            return False
        shown = self._certutil("-L", "-n", nickname, "-a").out
        return "".join(root.pem.decode().split()) in "".join(shown.split())

    def _change(self, *words: str) -> None:
        by_hand = self._by_hand(*words)
        checked(self._certutil(*words), f"certutil {words[0]}", by_hand)

    def _certutil(self, *words: str) -> Done:
        program = self._commands.find("certutil") or "certutil"
        return self._commands.run([program, words[0], "-d", f"sql:{self._folder}", *words[1:]], as_user=True)

    def _needs_certutil(self, *words: str) -> None:
        if self._commands.find("certutil") is None:
            tools = next((how for name, how in _PACKAGES.items() if self._commands.find(name)), "install NSS' tools")
            raise StoreError("certutil is missing", hint=f"{tools}, then {self._by_hand(*words)}")

    def _by_hand(self, *words: str) -> str:
        return shlex.join(["certutil", words[0], "-d", f"sql:{self._folder}", *words[1:]])


def _entries(listing: str) -> Iterator[tuple[str, str]]:
    """Nickname and server flags of each line of `certutil -L`; its headings have no commas at the end but one."""
    for nickname, server, _, _ in _ENTRY.findall(listing):
        if nickname.strip():
            yield nickname.strip(), server
