"""What the machine is, for whoever reads the figures elsewhere."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path
from typing import Any


def cores() -> int:
    """Those that this process may use, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_model() -> str:
    """As the system names it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            key, _, text = line.partition(":")
            if key.strip() == "model name":
                return text.strip()
    return platform.processor() or platform.machine()


def load_average() -> float | None:
    """Of the last minute, before the run: much above zero means that others work here too."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def describe() -> dict[str, Any]:
    """Goes into the report."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": cpu_model(),
        "cores": cores(),
        "load_before": load_average(),
        "python": platform.python_version(),
    }


def in_words(machine: dict[str, Any]) -> str:
    """One line of it."""
    load = machine["load_before"]
    busy = "" if load is None else f", load {load} before the run"
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['cpu']}, {machine['system'].split()[0]}, "
        f"Python {machine['python']}{busy}"
    )
