"""devcors of this checkout, with the Python that runs the benchmark."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.backends.running import PYTHONPATH
from devcors import __version__

from .peer import Command, Found, Missing, Peer, Ports


def config(routes: Mapping[str, int]) -> str:
    """devcors.toml: patterns and the ports that they lead to."""
    lines = [f'"{pattern}" = "http://127.0.0.1:{port}"' for pattern, port in routes.items()]
    return "\n".join(["[routes]", *lines, ""])


def command(folder: Path, port: int, text: str) -> Command:
    """Of a devcors with this config. A line an exchange goes to the log, as it would to a terminal."""
    (folder / "devcors.toml").write_text(text)
    line = [sys.executable, "-m", "devcors", "up", "-c", "devcors.toml", "--port", str(port), "--strict-port"]
    return Command(line, {**PYTHONPATH, "DEVCORS_HOME": str(folder / "home"), "NO_COLOR": "1"})


def _command(folder: Path, ports: Ports) -> Command:
    return command(folder, ports.listen, config({"/api": ports.api, "/stream": ports.streams}))


def _find() -> Found | Missing:
    return Found(__version__, _command)


DEVCORS = Peer("devcors", _find)
