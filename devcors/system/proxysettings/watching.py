"""The watchdog: a process in a session of its own that outlives a devcors that is killed, and gives back for it.

It is started before the first change, and ends when the journal has. It needs nothing of devcors but the journal.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from devcors.errors import DevcorsError, SettingsError
from devcors.system.identity import Identity, is_alive, wait_ended

from . import journal as journals
from .steps import VARIABLE

_TICK = 0.25  # seconds between two looks at the journal
_READY = b"ready\n"
# no module of the folder that we happen to be in is imported in the place of Python's own or of ours
_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from devcors.system.proxysettings.watching import watch
from devcors.system.identity import Identity
watch(Identity(int(sys.argv[2]), sys.argv[3]))
"""


def start_watchdog(owner: Identity) -> None:
    """Returns when it watches. Raises SettingsError."""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-P", "-c", _PROGRAM, str(root), str(owner.pid), owner.started]
    process = subprocess.Popen(  # noqa: S603 - this Python, our own words
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root.anchor,
        env={name: text for name, text in os.environ.items() if name != VARIABLE},
        start_new_session=True,
    )
    process.returncode = 0  # it outlives this process, so that nobody shall wait for it or complain that it runs
    assert process.stdout is not None
    with process.stdout:
        if process.stdout.readline() != _READY:
            raise SettingsError("the watchdog of the system's proxy setting does not start")


def watch(owner: Identity) -> None:
    """The watchdog's whole life."""
    from .holding import restore_orphan

    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGINT)):
        signal.signal(number, signal.SIG_IGN)  # it ends when there is nothing left to watch
    os.write(1, _READY)
    os.close(1)
    while True:
        ended = wait_ended(owner, _TICK)
        try:
            journal = journals.read()
            if journal is None or journal.owner != owner:
                return
            if ended or not journal.whole:
                restore_orphan(wait=ended)
            if ended and not is_alive(owner):
                return
        except DevcorsError:
            return  # nobody to tell: the journal stays for the next command
