"""Starts the backends."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import running, wait_answer
from tests.support.ports import free_port

from .answer import TARGET, nginx_config

ROOT = Path(__file__).parents[2]
PYTHONPATH = {"PYTHONPATH": str(ROOT)}


class Backends(NamedTuple):
    """Their ports."""

    api: int
    streams: int


@contextmanager
def backends(folder: Path) -> Iterator[Backends]:
    """Both, answering."""
    ports = Backends(free_port(), free_port())
    for name in ("small", "streams"):
        (folder / name).mkdir()
    with (
        running(_small(folder / "small", ports.api), folder / "small", PYTHONPATH) as small,
        running(_streams(ports.streams), folder / "streams", PYTHONPATH) as streams,
    ):
        wait_answer(small, ports.api, TARGET, folder / "small")
        wait_answer(streams, ports.streams, "/stream", folder / "streams")
        yield ports


def has_nginx() -> bool:
    """Else asyncio makes the small answers."""
    return shutil.which("nginx") is not None


def _small(folder: Path, port: int) -> list[str]:
    if nginx := shutil.which("nginx"):
        config = folder / "nginx.conf"
        config.write_text(nginx_config(str(folder), port))
        return [nginx, "-p", str(folder), "-c", str(config), "-e", "stderr"]
    return [sys.executable, "-m", "benchmarks.backends.small", str(port)]


def _streams(port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.backends.streams", str(port)]
