"""`python -m tests.truth FILE.jsonl [--known FILE]`: the pure rules beside what real browsers did.

Rebuilds every step of every case from the case alone, asks the rules, and prints every disagreement and, for each
browser and field, how many comparisons agree. Exits 0 exactly when the disagreements are those of the known list, 1
when they are not, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from devcors.cors.profiles import BROWSERS

from .comparing import compare_requests
from .cookies import compare_cookies
from .known import Comparison, Known, outdated, read_known, unexplained
from .lab import Case


def comparisons(cases: Iterable[Case]) -> Iterator[Comparison]:
    """Everything that the cases let us compare, in their order."""
    for case in cases:
        for browser in (profile.name for profile in BROWSERS):
            for step, field, expected, got in compare_requests(case, browser):
                yield Comparison(case["id"], case["group"], browser, step, field, expected, got)
            for step, field, expected, got in compare_cookies(case, browser):
                yield Comparison(case["id"], case["group"], browser, step, field, expected, got)


def report(cases: Iterable[Case], known: list[Known]) -> int:
    """Prints what differs and the counts; the exit status."""
    agreed: Counter[tuple[str, str]] = Counter()
    made: Counter[tuple[str, str]] = Counter()
    differing = []
    for found in comparisons(cases):
        made[found.browser, found.field] += 1
        agreed[found.browser, found.field] += found.agrees
        if not found.agrees:
            differing.append(found)
            _print_disagreement(found, next((line for line in known if line.covers(found)), None))
    for browser, field in made:
        print(f"{browser} {field} {agreed[browser, field]}/{made[browser, field]}")
    return _status(unexplained(differing, known), outdated(differing, known))


def _print_disagreement(found: Comparison, known: Known | None) -> None:
    print(f"{found.case} {found.browser} step {found.step} {found.field}")
    print(f"    browser: {json.dumps(found.expected, ensure_ascii=False, default=str)}")
    print(f"    rules:   {json.dumps(found.got, ensure_ascii=False, default=str)}")
    if known is not None:
        print(f"    known:   {known.reason}")


def _status(unknown: list[Comparison], stale: list[Known]) -> int:
    for line in stale:
        print(f"error: the known list says that this differs, and it does not: {line}", file=sys.stderr)
    if unknown:
        print(f"error: {len(unknown)} disagreements are not in the known list", file=sys.stderr)
    return 1 if unknown or stale else 0


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description="the rules beside real browsers")
    parser.add_argument("file", type=Path, help="cases, one JSON object a line (the format of tests/oracle)")
    parser.add_argument("--known", type=Path, help="what is known to differ: GROUP-OR-ID BROWSER FIELD REASON")
    asked = parser.parse_args(arguments)
    try:
        known = read_known(asked.known) if asked.known else []
        cases = [json.loads(line) for line in asked.file.read_text().splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return report(cases, known)


if __name__ == "__main__":
    sys.exit(main())
