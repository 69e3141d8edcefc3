"""`python -m benchmarks`: prints the table, and with --save writes latest.json and the picture."""

from __future__ import annotations

import signal
import sys
from dataclasses import asdict
from pathlib import Path

from .chart import chart
from .machine import describe, in_words
from .measures import DIRECT
from .options import parse
from .peers.choosing import PEERS, choose
from .report import report
from .run import execute
from .table import table

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
PICTURE = ROOT / "docs" / "images" / "bench.svg"


def main() -> None:
    """One run."""
    options = parse()
    # an exit, so that everything that was started is ended
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    machine = describe()
    chosen, missing = choose(options.peers)
    figures = execute(options, chosen)
    versions = {each.peer.name: each.found.version for each in chosen}
    print(f"\n{in_words(machine)}\n{', '.join(f'{name} {version}' for name, version in versions.items())}\n")
    order = [DIRECT, *(peer.name for peer in PEERS)]
    print(table(figures, order, missing))
    if options.save:
        RESULTS.parent.mkdir(exist_ok=True)
        asked = asdict(options)
        text = report(figures, machine=machine, options=asked, versions=versions, missing=missing)
        RESULTS.write_text(text, "utf-8")
        PICTURE.write_text(chart(figures, order[1:], in_words(machine)), "utf-8")
        print(f"\nwritten: {RESULTS.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
