"""Which process, beyond its pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from devcors.system.identity import Identity, identity, is_alive, own_identity, wait_ended


def test_the_same_process_is_the_same() -> None:
    assert own_identity() == identity(os.getpid())
    assert own_identity().pid == os.getpid()
    assert is_alive(own_identity())
    assert not is_alive(Identity(os.getpid(), "another time"))
    assert identity(2**22 + 1) is None  # beyond the highest pid of Linux


def test_one_that_has_ended_is_not_alive_though_nobody_has_asked_for_its_status() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        found = identity(process.pid)
        assert found
        assert not wait_ended(found, 0.05)
        threading.Timer(0.2, process.kill).start()
        began = time.monotonic()
        assert wait_ended(found, 10)
        assert time.monotonic() - began < 5  # it does not sleep the time out
        assert identity(process.pid) is None  # a zombie
        assert process.wait() == -signal.SIGKILL
    assert wait_ended(found, 0)
