"""Windows: the user's Root store, by Windows' own `certutil`. Windows shows a dialog before each change.

Its messages are in the user's language; what is not are hashes and error numbers, so only these are looked at.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from .store import Commands, Done, Root, StoreError, checked

_NOT_FOUND = "0x80090011"  # NTE_NOT_FOUND


class WindowsRoot:
    """Trusted for this user, in Edge, Chrome, Firefox, curl, Go and everything else that asks Windows."""

    name = "Windows, current user"
    place = r"Cert:\CurrentUser\Root"

    def __init__(self, commands: Commands, environ: Mapping[str, str] = os.environ) -> None:
        self._commands = commands
        # not by PATH: NSS has a program of the same name
        self._certutil = environ.get("SystemRoot", r"C:\Windows") + r"\System32\certutil.exe"

    def check(self, root: Root) -> bool:
        """Whether the store shows a certificate of this hash."""
        done = self._run("-store", "Root", root.sha1)
        if done.status == 0:
            # older versions put blanks between the bytes
            return root.sha1.lower() in "".join(done.out.split()).lower()
        if _NOT_FOUND in done.out + done.err or _is_not_found(done.status):
            return False
        raise StoreError(f"certutil -store: {done.why}", hint=_by_hand("-store", "Root", root.sha1))

    def install(self, root: Root) -> None:
        """Adds it; Windows asks."""
        words = ("-addstore", "Root", str(root.path))
        checked(self._run(*words), "certutil -addstore", _by_hand(*words))

    def remove(self, root: Root) -> None:
        """Deletes it; Windows asks."""
        words = ("-delstore", "Root", root.sha1)
        if self.check(root):
            checked(self._run(*words), "certutil -delstore", _by_hand(*words))

    def _run(self, *words: str) -> Done:
        if self._commands.find(self._certutil) is None:
            raise StoreError(f"{self._certutil} is missing")
        return self._commands.run([self._certutil, "-user", *words])


def _is_not_found(status: int) -> bool:
    return status & 0xFFFFFFFF == int(_NOT_FOUND, 16)


def _by_hand(*words: str) -> str:
    return subprocess.list2cmdline(["certutil", "-user", *words])
