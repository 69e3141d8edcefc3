"""Running a desktop's own tool; tests put a recording fake in its place."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Protocol

from devcors.errors import SettingsError

_PATIENCE = 10.0  # seconds; a tool that waits for a session bus that is not there would wait for ever


class Run(Protocol):
    """`run(["gsettings", "get", …])` is what it prints. Raises SettingsError where it fails."""

    def __call__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> str: ...


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
    """Really runs it, with `environ` beside what is in the environment."""
    try:
        done = subprocess.run(  # noqa: S603 - the words are ours or the setting's own, and no shell reads them
            list(command),
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SettingsError(f"{command[0]} failed: {said[-1] if said else f'status {done.returncode}'}")
    return done.stdout
