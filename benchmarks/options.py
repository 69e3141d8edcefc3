"""The command line of `python -m benchmarks`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .measures import SECTIONS
from .peers.choosing import PEERS

DEFAULT = tuple(section for section in SECTIONS if section != "page")


@dataclass(frozen=True)
class Options:
    """`seconds` is the length of one visit; `peers` empty means all."""

    sections: tuple[str, ...] = DEFAULT
    peers: tuple[str, ...] = ()
    rounds: int = 3
    seconds: float = 2.0
    long: bool = False
    save: bool = False

    @property
    def requests(self) -> int:
        """How many before memory is looked at again."""
        return 1_000_000 if self.long else 20_000

    @property
    def sockets(self) -> int:
        """How many are opened and closed before memory is looked at again."""
        return 10_000 if self.long else 500


def parse(words: Sequence[str] | None = None) -> Options:
    """Ends the program with status 2 and a message where they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="devcors and its peers in one run")
    parser.add_argument("--only", type=_names(SECTIONS), metavar="SECTIONS", help=f"of {', '.join(SECTIONS)}")
    names = tuple(peer.name for peer in PEERS)
    parser.add_argument("--peers", type=_names(names), default=(), help=f"of {', '.join(names)}")
    parser.add_argument("--rounds", type=_positive, default=3, help="visits of each peer (3)")
    parser.add_argument("--seconds", type=_positive, default=2, help="length of a visit, in whole seconds (2)")
    parser.add_argument("--page", action="store_true", help="also the page of 1,000 modules in Chromium")
    parser.add_argument("--long", action="store_true", help="memory after 1,000,000 requests and 10,000 WebSockets")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/latest.json and the picture")
    given = parser.parse_args(words)
    sections = given.only or (SECTIONS if given.page else DEFAULT)
    if given.page and "page" not in sections:
        sections = (*sections, "page")
    return Options(sections, given.peers, given.rounds, given.seconds, given.long, given.save)


def _names(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        given = tuple(name.strip() for name in text.split(",") if name.strip())
        if unknown := [name for name in given if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(known)}")
        return given

    return read


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number above 0 is wanted")
    return int(text)
