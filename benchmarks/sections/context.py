"""What every section gets: where to put figures, what is asked for, who takes part."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.backends.running import Backends
from benchmarks.figures import Figures, rotated
from benchmarks.measures import DIRECT
from benchmarks.options import Options
from benchmarks.peers.choosing import Chosen
from benchmarks.peers.peer import Door
from benchmarks.processes import BenchError


@dataclass
class Run:
    """One run of the benchmark. `folder` is temporary."""

    options: Options
    figures: Figures
    folder: Path
    behind: Backends
    chosen: list[Chosen]
    doors: Mapping[str, Door] = field(default_factory=dict)

    @property
    def direct(self) -> Door:
        """The backends themselves."""
        return Door(self.behind.api, self.behind.streams)

    def visits(self) -> Iterator[tuple[int, str, Door]]:
        """Every round visits every door, the backends' own among them; who comes first goes round."""
        everybody = [(DIRECT, self.direct), *self.doors.items()]
        for round_ in range(self.options.rounds):
            for name, door in rotated(everybody, round_):
                yield round_, name, door

    def has(self, name: str) -> bool:
        """Whether this peer takes part."""
        return any(chosen.peer.name == name for chosen in self.chosen)

    @contextmanager
    def attempt(self, measure: str, name: str) -> Iterator[None]:
        """What fails inside is told in the table; the run goes on."""
        try:
            yield
        except (BenchError, OSError, subprocess.TimeoutExpired) as error:
            self.figures.fail(measure, name, str(error) or type(error).__name__)

    def new_folder(self, name: str) -> Path:
        """Below the run's own."""
        folder = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        return folder


def say(text: str) -> None:
    """How far the run is; the table goes to stdout, this does not."""
    print(text, file=sys.stderr, flush=True)
