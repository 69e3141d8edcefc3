"""All peers, and which of them a run has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.backends.answer import TARGET
from benchmarks.backends.running import Backends
from benchmarks.processes import running, wait_answer
from tests.support.ports import free_port

from .devcors import DEVCORS
from .mitmdump import MITMDUMP
from .npm import MIDDLEWARE, VITE_PROXY, WEBPACK
from .peer import Command, Door, Found, Missing, Peer, Ports
from .servers import CADDY, HAPROXY, NGINX

PEERS: tuple[Peer, ...] = (DEVCORS, VITE_PROXY, MIDDLEWARE, WEBPACK, NGINX, HAPROXY, CADDY, MITMDUMP)


class Chosen(NamedTuple):
    """A peer that takes part."""

    peer: Peer
    found: Found


class Running(NamedTuple):
    """A peer that answers. `session` names its processes."""

    door: Door
    session: int


def choose(names: Sequence[str]) -> tuple[list[Chosen], dict[str, str]]:
    """Those of `names` (all where empty) that are on this machine, and why the others are not measured."""
    chosen, missing = [], {}
    for peer in PEERS:
        if names and peer.name not in names:
            missing[peer.name] = "not asked for"
            continue
        found = peer.find()
        if isinstance(found, Missing):
            missing[peer.name] = found.reason
        else:
            chosen.append(Chosen(peer, found))
    return chosen, missing


@contextmanager
def started(chosen: Chosen, folder: Path, behind: Backends) -> Iterator[Running]:
    """In a folder of its own below `folder`, from when it answers. Raises BenchError where it never does."""
    home = folder / f"{chosen.peer.name}-{len(list(folder.iterdir()))}"
    home.mkdir()
    listen, second = free_port(), free_port()
    ports = Ports(listen, second, behind.api, behind.streams)
    with answering(chosen.found.command(home, ports), home, listen, TARGET) as session:
        yield Running(chosen.peer.door(ports), session)


@contextmanager
def answering(command: Command, folder: Path, port: int, target: str) -> Iterator[int]:
    """The program, from when a request through it is answered; its session."""
    with running(command.line, folder, command.environ) as process:
        wait_answer(process, port, target, folder)
        yield process.pid
