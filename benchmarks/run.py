"""One run: the backends, then each section that was asked for."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .backends.running import backends, has_nginx
from .figures import Figures
from .load.requests import check, has_wrk
from .options import Options
from .peers.choosing import Chosen, started
from .peers.peer import Door
from .processes import BenchError
from .sections import bodies, events, own, page, requests, start, verdicts, websockets
from .sections.context import Run, say

Section = Callable[[Run], None]

# these visit everybody in turn, so everybody is running
TOGETHER: dict[str, Section] = {
    "requests": requests.measure,
    "bodies": bodies.measure,
    "websockets": websockets.measure,
    "events": events.measure,
    "verdicts": verdicts.measure,
}
ALONE: dict[str, Section] = {
    "start": start.measure,
    "routes": own.measure_routes,
    "idle": own.measure_idle,
    "memory": own.measure_memory,
    "page": page.measure,
}


def execute(options: Options, chosen: list[Chosen]) -> Figures:
    """Everything that was asked for. What a peer cannot do is in the figures' failures."""
    _many_files()
    figures = Figures()
    _notes(figures)
    with tempfile.TemporaryDirectory(prefix="devcors-bench-") as name:
        for part in ("behind", "peers"):
            (Path(name) / part).mkdir()
        with backends(Path(name) / "behind") as behind:
            _sections(Run(options, figures, Path(name) / "peers", behind, chosen))
    return figures


def _sections(run: Run) -> None:
    asked = run.options.sections
    if "start" in asked:
        start.measure(run)
    together = [section for name, section in TOGETHER.items() if name in asked]
    if together:
        with _everybody(run) as run.doors:
            for section in together:
                section(run)
    for name, section in ALONE.items():
        if name in asked and name != "start" and (name == "page" or run.has("devcors")):
            section(run)


@contextmanager
def _everybody(run: Run) -> Iterator[dict[str, Door]]:
    """All peers that start, answering."""
    doors: dict[str, Door] = {}
    with ExitStack() as stack:
        for chosen in run.chosen:
            say(f"starting {chosen.peer.name} {chosen.found.version}")
            try:
                door = stack.enter_context(started(chosen, run.folder, run.behind)).door
                check(door.api)
                doors[chosen.peer.name] = door
            except BenchError as error:
                run.figures.note(f"{chosen.peer.name} did not start: {error}")
        yield doors


def _notes(figures: Figures) -> None:
    if not has_wrk():
        figures.note("no wrk here: a Python client made the requests, and is part of what was measured")
    if not has_nginx():
        figures.note("no nginx here: a Python backend made the small answers, and is part of what was measured")
    figures.note("vite as it comes: its proxy opens a new connection to the backend for each request")


def _many_files() -> None:
    """A thousand WebSockets are two thousand sockets in a proxy; programs that we start inherit our limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
