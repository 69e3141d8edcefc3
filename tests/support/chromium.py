"""The Chromium that tests and benchmarks use, and how it is started: it asks for nothing but their pages."""

from __future__ import annotations

import os
import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The program, if this machine has one."""
    return os.environ.get("DEVCORS_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
