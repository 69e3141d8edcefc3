"""devcors as a process of its own, forked off one that has imported it: a start costs no second of processor time.

`python -m tests.support.forking FD` is that one. It takes requests from the socket FD: a JSON object, with descriptors
for the child's stdout and stderr, and one to which the exit status is written. A child is a real process with the real
command in it: it has a session, a pid and signals of its own, and can be killed.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parents[2]
_LONGEST = 1 << 20


class Forked:
    """As much of `subprocess.Popen` as tests ask of a devcors."""

    def __init__(self, pid: int, status: int, stdout: IO[str] | None, stderr: IO[str]) -> None:
        self.pid = pid
        self.stdout, self.stderr = stdout, stderr
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """The exit status, the signal's number below zero; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("devcors", timeout or 0.0)
            self.returncode = int(os.read(self._status, 16))
            os.close(self._status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To the process alone."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class _Server:
    """The process that forks, started with the first request of this process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket = ours
        atexit.register(self.close)

    def start(self, request: Mapping[str, object], descriptors: Sequence[int]) -> int:
        socket.send_fds(self._socket, [json.dumps(request).encode()], list(descriptors))
        return int(self._socket.recv(_LONGEST))

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


_servers: list[_Server] = []


def forked(words: Sequence[str], folder: Path, environ: Mapping[str, str], stdout: int | None = None) -> Forked:
    """`devcors WORDS` in a folder; its stdout goes to a pipe unless a descriptor is given."""
    if not _servers:
        _servers.append(_Server())
    errors, said = os.pipe()
    ended, status = os.pipe()
    records, printed = (None, stdout) if stdout is not None else os.pipe()
    request = {"words": list(words), "folder": str(folder), "environ": dict(environ)}
    try:
        pid = _servers[0].start(request, [printed, said, status])
    finally:
        for end in (said, status, *(() if stdout is not None else (printed,))):
            os.close(end)
    out = None if records is None else os.fdopen(records, encoding="utf-8")
    return Forked(pid, ended, out, os.fdopen(errors, encoding="utf-8"))


# the process that forks


def become(words: list[str], folder: str, environ: dict[str, str], printed: int, said: int) -> NoReturn:
    """This process, just forked, is a devcors from now on."""
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environ)
        for target, source in ((0, os.open(os.devnull, os.O_RDWR)), (1, printed), (2, said)):
            os.dup2(source, target)
            os.close(source)
        sys.stdin = os.fdopen(0)
        # at once, as with PYTHONUNBUFFERED
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(os.fdopen(end, "wb", 0), "utf-8", write_through=True) for end in (1, 2)
        )
        sys.argv = ["devcors", *words]
        import devcors
        from devcors.cli.main import run

        devcors.LOADED = time.monotonic()
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve(requests: socket.socket) -> None:
    children: dict[int, int] = {}
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno())
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            woken.recv(1024)
            _tell_ended(children)
        if requests in ready:
            data, descriptors, _, _ = socket.recv_fds(requests, _LONGEST, 3)
            if not data:
                return
            printed, said, status = descriptors
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for opened in (requests, woken, wakes):
                    opened.close()
                for other in (status, *children.values()):
                    os.close(other)
                become(**json.loads(data), printed=printed, said=said)
            os.close(printed)
            os.close(said)
            children[pid] = status
            requests.send(str(pid).encode())


def _tell_ended(children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        told = children.pop(pid)
        # whoever asked may be gone
        with contextlib.suppress(BrokenPipeError):
            os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(told)


def main() -> None:
    """Until the requests end."""
    import devcors.cli.main
    import devcors.daemon.around
    import devcors.daemon.session  # noqa: F401 - so that no child need import it

    with socket.socket(fileno=int(sys.argv[1])) as requests:
        _serve(requests)


if __name__ == "__main__":
    main()
