"""`python -m tests.differential CASE…` asks Chromium about single cases and prints where the rules say something else.

A case is JSON, or a file of it, one case a line. `--cases 5000 --seed 7` makes other ones than CI has.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from .making import cases
from .reducing import compared, disagreements, reduced, report
from .setting import straight


def main() -> int:
    """0 where rules and browser agree, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("case", nargs="*", help="a case as JSON, or a file of cases, one a line")
    parser.add_argument("--cases", type=int, default=1000, help="how many to make where none is given")
    parser.add_argument("--seed", type=int, help="make others than CI does")
    given = parser.parse_args()
    asked = [case for argument in given.case for case in _read(argument)] or cases(given.cases, given.seed)
    with tempfile.TemporaryDirectory() as folder, straight(Path(folder)) as browser:
        found = [(case, lines) for case, said in list(browser.ask(asked)) if (lines := list(compared(case, said)))]
        for case, lines in found:
            print(report(case, lines))
            small = reduced(case, lambda smaller: bool(disagreements(smaller, browser)))
            print("smaller:", report(small, disagreements(small, browser)))
    print(f"{len(asked)} cases, {len(found)} disagreements")
    return 1 if found else 0


def _read(argument: str) -> list[dict[str, Any]]:
    text = argument if argument.startswith("{") else Path(argument).read_text()
    return [json.loads(line) for line in text.splitlines() if line]


if __name__ == "__main__":
    sys.exit(main())
