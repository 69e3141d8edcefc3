"""The two lanes of the front door, as a parameter of tests that hold for both."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Lane = Literal["gateway", "mitmproxy"]

LANES: tuple[Lane, ...] = ("gateway", "mitmproxy")


def lane_config(folder: Path, lane: Lane) -> str:
    """What sends everything through this lane: mitmproxy's is asked for by a script, if only an empty one.

    A line of devcors.toml, to stand before any table.
    """
    if lane == "gateway":
        return ""
    (folder / "noop.py").write_text("addons: list[object] = []\n")
    return 'scripts = ["noop.py"]'
