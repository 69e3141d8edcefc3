"""What every command does first: give back the system's proxy, where a devcors that has ended left it set."""

from __future__ import annotations

import os
import sys

from devcors.config.dirs import state_path


def restore_system_proxy() -> None:
    """One look at one file where all is well; everything else is imported only if it is there. Never fails."""
    if not (state_path() / "system-proxy.json").exists() or "_DEVCORS_COMPLETE" in os.environ:
        return
    from devcors.system.proxysettings.holding import tell_orphan

    tell_orphan(lambda text: print(text, file=sys.stderr))
