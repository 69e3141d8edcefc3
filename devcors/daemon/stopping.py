"""Ending a devcors that runs: gently, then by force, and never anybody else who got its pid."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from devcors.errors import SettingsError
from devcors.system.identity import Identity, is_alive, wait_ended

from .running import Running, withdraw

GRACE = 10.0  # seconds: its dev server has 7 of them
FORCED = 2.0

Ended = Literal["stopped", "killed", "gone"]


def stop(running: Running, grace: float = GRACE) -> Ended:
    """SIGTERM; SIGKILL where it has not ended after `grace` seconds. `gone`: it had ended already.

    Returns when it has ended and its file is gone. Raises SettingsError where it may not be signalled, or lives on.
    """
    ended: Ended = "stopped"
    if not _signal(running.process, signal.SIGTERM):
        ended = "gone"
    elif not wait_ended(running.process, grace):
        ended = "killed"
        _signal(running.process, getattr(signal, "SIGKILL", signal.SIGTERM))
        if not wait_ended(running.process, FORCED):
            hint = "it may hang in the kernel, on a disk or network drive that does not answer"
            raise SettingsError(f"devcors (pid {running.process.pid}) does not end, not even by force", hint=hint)
    with suppress(OSError):  # where it cannot be removed, every command sees that it is stale
        withdraw(running.process.pid)
    return ended


@dataclass(frozen=True)
class Outcome:
    """What became of one, in words."""

    running: Running
    text: str
    failed: bool = False


def stop_all(chosen: Sequence[Running], grace: float = GRACE) -> Iterator[Outcome]:
    """Ends all at the same time; never raises for one of them."""

    def end(running: Running) -> Outcome:
        try:
            ended = stop(running, grace)
        except SettingsError as error:
            return Outcome(running, f"{error.message}; {error.hint}", failed=True)
        texts = {
            "stopped": "stopped",
            "gone": "had ended already",
            "killed": f"killed, after {grace:.0f} s of no answer",
        }
        return Outcome(running, texts[ended])

    with ThreadPoolExecutor(max_workers=16) as threads:
        yield from threads.map(end, chosen)


def _signal(process: Identity, number: int) -> bool:
    """Whether that very process was there to get it."""
    try:
        if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
            alive = is_alive(process)
            if alive:
                os.kill(process.pid, number)
            return alive
        descriptor = os.pidfd_open(process.pid)
        try:
            # looked at after it is held: the pid cannot pass to another between look and signal
            alive = is_alive(process)
            if alive:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise SettingsError(
            f"devcors (pid {process.pid}) belongs to another user", hint=f"sudo kill {process.pid}"
        ) from None
    return alive
