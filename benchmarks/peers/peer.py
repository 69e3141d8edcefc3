"""What a peer is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Ports(NamedTuple):
    """Where a peer listens (`second` for one that needs a port for each target) and the backends behind it."""

    listen: int
    second: int
    api: int
    streams: int


class Door(NamedTuple):
    """Where a client finds `/api` and `/stream`."""

    api: int
    streams: int


@dataclass(frozen=True)
class Command:
    """How it is started, in the folder that it was configured in."""

    line: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A peer that is on this machine."""

    version: str
    command: Callable[[Path, Ports], Command]


@dataclass(frozen=True)
class Missing:
    """A peer that is not, and how to get it."""

    reason: str


@dataclass(frozen=True)
class Peer:
    """`two_doors`: it has a port for each target, since it knows no routes."""

    name: str
    find: Callable[[], Found | Missing]
    two_doors: bool = False

    def door(self, ports: Ports) -> Door:
        """Where it is reached."""
        return Door(ports.listen, ports.second if self.two_doors else ports.listen)


def printed_version(*command: str) -> str:
    """The first version number that a program prints about itself."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = re.search(r"\d+\.\d+[\w.]*", ran.stdout + ran.stderr)
    return found[0] if found else "unknown"
