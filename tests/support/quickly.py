"""devcors commands as processes of their own, without the second that each takes to import: forked off one that has.

`python -m tests.support.quickly` reads requests, one JSON object a line, and answers each with one. A child is a real
process with the real command in it: it has a session, a pid and signals of its own, and can be killed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import devcors.cli.main
import devcors.daemon.around
import devcors.daemon.session


def start(words: list[str], folder: str, environ: dict[str, str], errors: str) -> int:
    """The pid of a new child."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    quiet, said = os.open(os.devnull, os.O_RDWR), os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for target, source in ((0, quiet), (1, quiet), (2, said)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    code = 1
    try:
        sys.argv = ["devcors", *words]
        if environ.get("BROKEN"):
            break_when_told()
        devcors.cli.main.run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def break_when_told() -> None:
    """The real command, in which one method fails when the file `go` is there."""
    import asyncio

    from devcors.daemon.session import Session

    async def broken(*_: Any) -> None:
        told = Path("go")
        await asyncio.to_thread(wait_for, told)
        raise RuntimeError("broken on purpose")

    Session._start_dev_server = broken  # type: ignore[method-assign, assignment]


def wait_for(file: Path) -> None:
    """Until it is there."""
    while not file.exists():
        time.sleep(0.01)


def main() -> None:
    """Until the requests end."""
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = start(**asked)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
