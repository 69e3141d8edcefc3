"""`python -m tests.compliance`: the catalogue against a devcors of its own, or another proxy.

Prints each violation with the bytes on both sides, then the table. Exits 0 when there is none, 1 when there are, 2 for
wrong usage.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

from .backend import Backend
from .case import Case
from .catalogue import CATALOGUE
from .naive_proxy import naive
from .peers import devcors, nginx, nginx_program, wait_for_port
from .reporting import table, told
from .running import run_all


def _arguments(line: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.compliance", description="raw HTTP/1.1 against a proxy")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--whole", action="store_true", help="send each message whole only")
    ways.add_argument("--bytes", action="store_true", help="send each message byte by byte only")
    parser.add_argument("-k", metavar="PART", action="append", default=[], help="cases whose id holds PART")
    parser.add_argument("--quick", action="store_true", help="without the slow cases")
    parser.add_argument("--list", action="store_true", help="print the cases and stop")
    parser.add_argument("--table", action="store_true", help="print the table only")
    proxy = parser.add_mutually_exclusive_group()
    proxy.add_argument("--nginx", action="store_true", help="against nginx, where it is installed")
    proxy.add_argument("--naive", action="store_true", help="against the control")
    proxy.add_argument("--command", help="against this command; {port} and {backend} are filled in")
    return parser.parse_args(line)


@contextmanager
def _proxy(asked: argparse.Namespace, folder: Path, backend: int) -> Iterator[tuple[str, int]]:
    if asked.naive:
        with naive(backend) as port:
            yield "the naive proxy", port
    elif asked.nginx:
        program = nginx_program()
        if program is None:
            sys.exit("error: nginx is not installed")
        with nginx(program, folder, backend) as port:
            yield "nginx", port
    elif asked.command:
        port = free_port()
        command = asked.command.replace("{port}", str(port)).replace("{backend}", str(backend))
        process = subprocess.Popen(shlex.split(command))
        try:
            wait_for_port(port, process)
            yield command, port
        finally:
            process.terminate()
            process.wait(10)
    else:
        with devcors(folder, backend) as daemon:
            yield "devcors", daemon.port


def _cases(asked: argparse.Namespace) -> list[Case]:
    return [
        case
        for case in CATALOGUE
        if all(part in case.id for part in asked.k)
        and not (asked.quick and case.slow)
        and not (case.own and (asked.nginx or asked.naive or asked.command))
    ]


def _ways(asked: argparse.Namespace) -> Sequence[bool]:
    return (False,) if asked.whole else (True,) if asked.bytes else (False, True)


def main(line: list[str] | None = None) -> int:
    """The command; the exit status."""
    asked = _arguments(line)
    cases = _cases(asked)
    if asked.list:
        for case in cases:
            print(f"{case.expect.value:<6}  {case.id}  ({case.source}: {case.why})")
        return 0
    backend = Backend()
    with tempfile.TemporaryDirectory() as folder, _proxy(asked, Path(folder), backend.port) as (name, port):
        begun = time.monotonic()
        results = run_all(cases, port, backend, ways=_ways(asked))
        lasted = time.monotonic() - begun
    backend.close()
    wrong = [result for result in results if result.violations]
    if not asked.table:
        print("\n\n".join(told(result) for result in wrong))
    for stray in backend.strays:
        print(f"the backend got bytes of no case: {stray[:200]!r}")
    print(f"\n{table(name, results)}\n  {lasted:.1f} s")
    return 1 if wrong or backend.strays else 0


if __name__ == "__main__":
    sys.exit(main())
