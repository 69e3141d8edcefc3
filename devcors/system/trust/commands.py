"""The real programs of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from devcors.config.caller import calling_user

from .store import Done, StoreError

# a keychain or a Windows dialog waits for a person
PATIENCE = 300.0

_ADMINISTRATORS = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin"))


class MachineCommands:
    """Runs programs without a shell and without a terminal: none may ask for a password there, where it would hang."""

    def find(self, program: str) -> str | None:
        """Also in the folders that only an administrator's PATH holds."""
        return shutil.which(program) or (shutil.which(program, path=_ADMINISTRATORS) if os.name == "posix" else None)

    def run(self, command: Sequence[str], *, as_user: bool = False) -> Done:
        """See Commands."""
        caller = calling_user() if as_user else None
        environ = {**os.environ, "LC_ALL": "C"}
        rights: dict[str, Any] = {}
        if caller:
            environ["HOME"] = str(caller.home)
            rights = {"user": caller.uid, "group": caller.gid, "extra_groups": []}
        try:
            done = subprocess.run(  # noqa: S603 - words of our own, no shell
                list(command),
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
                start_new_session=os.name == "posix",
                cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the working folder may be closed to the calling user
                **rights,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(f"cannot run {command[0]}: {error}") from None
        return Done(done.returncode, done.stdout, done.stderr)
