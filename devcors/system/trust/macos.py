"""macOS: the user's login keychain, by `security` (security(1)).

Known: a certificate in a keychain is not trusted by that; a trust setting makes it so. `dump-trust-settings` lists the
names of those that have one ("Cert 0: NAME"), with or without settings below it: an empty list means trusted for
everything (SecTrustSettingsSetTrustSettings). macOS asks the user for a password or finger before each change.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from .store import Commands, Done, Root, StoreError, checked

_SECURITY = "/usr/bin/security"


class LoginKeychain:
    """Trusted for this user, in every program that asks the system: Safari, Chrome, Firefox, curl, Go."""

    name = "login keychain"

    def __init__(self, commands: Commands, home: Path) -> None:
        self._commands = commands
        self._keychain = home / "Library/Keychains/login.keychain-db"

    @property
    def place(self) -> str:
        """The keychain's file."""
        return str(self._keychain)

    def check(self, root: Root) -> bool:
        """Whether it is in the keychain and has a trust setting of the user's."""
        if not self._holds(root):
            return False
        # without any setting it ends with 1 on some versions and with 0 on others: the listing says it
        listing = self._security("dump-trust-settings").out
        return root.name in re.findall(r"^Cert \d+: (.*?)\s*$", listing, re.MULTILINE)

    def install(self, root: Root) -> None:
        """Into the keychain, and trusted as a root."""
        words = ("add-trusted-cert", "-r", "trustRoot", "-k", self.place, str(root.path))
        checked(self._security(*words), "security add-trusted-cert", _by_hand(*words))

    def remove(self, root: Root) -> None:
        """The trust setting, then the certificate."""
        untrust = ("remove-trusted-cert", str(root.path))
        delete = ("delete-certificate", "-Z", root.sha1, self.place)
        by_hand = f"{_by_hand(*untrust)}; {_by_hand(*delete)}"
        if self.check(root):
            checked(self._security(*untrust), "security remove-trusted-cert", by_hand)
        if self._holds(root):
            checked(self._security(*delete), "security delete-certificate", by_hand)

    def _holds(self, root: Root) -> bool:
        found = self._security("find-certificate", "-a", "-c", root.name, "-p", self.place)
        return "".join(root.pem.decode().split()) in "".join(found.out.split())

    def _security(self, *words: str) -> Done:
        if self._commands.find(_SECURITY) is None:
            raise StoreError(f"{_SECURITY} is missing")
        return self._commands.run([_SECURITY, *words], as_user=True)


def _by_hand(*words: str) -> str:
    return shlex.join(["security", *words])
