"""Stock mitmdump as a reverse proxy, of the same environment."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

from .peer import Command, Found, Missing, Peer, Ports


def _find() -> Found | Missing:
    program = Path(sys.executable).with_name("mitmdump")
    if not program.exists():
        return Missing("not found (pip install mitmproxy)")

    def command(folder: Path, ports: Ports) -> Command:
        modes = [
            f"reverse:http://127.0.0.1:{ports.api}@127.0.0.1:{ports.listen}",
            f"reverse:http://127.0.0.1:{ports.streams}@127.0.0.1:{ports.second}",
        ]
        # without the last option it holds every body back until it has all of it; chunked ones it holds back even so
        options = ["-q", "--set", f"confdir={folder}", "--set", "stream_large_bodies=256k"]
        return Command([str(program), *(part for mode in modes for part in ("--mode", mode)), *options])

    return Found(importlib.metadata.version("mitmproxy"), command)


MITMDUMP = Peer("mitmdump", _find, two_doors=True)
