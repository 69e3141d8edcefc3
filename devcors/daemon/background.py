"""`devcors up -d`: starts a devcors that outlives its terminal, and returns when it serves or has said why it does not.

The child leads a session of its own (setsid(2)), so that no hang-up reaches it. Until it serves, what it says comes
back through a pipe, its stdout; from then on, all goes into its log.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from devcors import __version__
from devcors.config.dirs import HINT, private_dir, state_dir
from devcors.errors import DevcorsError, StartError
from devcors.system.locking import lock

from .logfile import LogFile, log_path
from .logreading import last_words
from .logterminal import LogTerminal, Tell
from .running import Running, look, place_of, running_for, runs_already, tidy
from .session import UpOptions, load_config, run_session

PATIENCE = 30.0  # seconds until it serves
_ANSWER = 3.0

# no module of the folder that we happen to be in is imported in the place of Python's own or of ours
_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from devcors.daemon.background import serve
sys.exit(serve(sys.argv[2]))
"""


def start(options: UpOptions, tell: Tell) -> Running:
    """Returns the one that serves now; `tell` gets what it says meanwhile.

    Raises StartError where it does not come to that, or one runs for that config already; then nothing is left.
    """
    loaded = load_config(options)  # a config that is refused is refused here, with nothing started
    config, folder = place_of(loaded.files[0] if loaded.files else None, loaded.folder)
    private_dir(state_dir() / "running")
    _tell_gone(config, folder, tell)
    tidy()
    if (other := running_for(config, folder)) is not None:
        raise runs_already(other)
    log = log_path(config, folder)
    process = _spawn(options, config, folder, log)
    try:
        running = _until_ready(process, log, tell)
    except BaseException:  # Ctrl-C too: nobody would know of it
        process.kill()
        process.wait()
        raise
    process.returncode = 0  # it outlives this process, so that nobody shall wait for it or complain that it runs
    return running


def _tell_gone(config: str | None, folder: str, tell: Tell) -> None:
    for gone in look().gone:
        if (gone.config, gone.folder) == (config, folder):
            tell(f"note: the devcors that ran here before (pid {gone.process.pid}) was killed, or the machine was", "")


def _spawn(options: UpOptions, config: str | None, folder: str, log: Path) -> subprocess.Popen[bytes]:
    wanted = {**asdict(options), "config": options.config and str(options.config.absolute())}
    text = json.dumps({"log": str(log), "config": config, "folder": folder, "options": wanted})
    root = Path(__file__).parents[2]
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(  # noqa: S603 - this Python, our own words
        [sys.executable, "-P", "-c", _PROGRAM, str(root), text],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **detached,
    )


def _until_ready(process: subprocess.Popen[bytes], log: Path, tell: Tell) -> Running:
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(PATIENCE, give_up)
    timer.start()
    assert process.stdout is not None
    try:
        with process.stdout:
            for line in process.stdout:
                news = json.loads(line)
                if "message" in news:
                    tell(news["message"], news["style"])
                elif "error" in news:
                    raise StartError(news["error"], hint=news["hint"], where=news["where"])
                else:
                    return _serving(process.pid)
        status = process.wait()
    finally:
        timer.cancel()
    for text in last_words(log):
        tell(text, "dim")
    why = f"did not serve within {PATIENCE:.0f} s" if late.is_set() else f"ended with status {status} before it served"
    raise StartError(f"devcors {why}", hint=f"the whole log: {log}")


def _serving(pid: int) -> Running:
    """Raises StartError where the front door does not answer after all."""
    running = next((each for each in look().alive if each.process.pid == pid), None)
    if running is None:
        raise StartError("devcors said that it serves, and is gone", hint="devcors logs")
    host = running.host.strip("[]")
    try:
        socket.create_connection((host, running.port), timeout=_ANSWER).close()
    except OSError as error:
        raise StartError(f"port {running.port} does not answer: {error.strerror}", hint="devcors logs") from None
    return running


class _Parent:
    """Whoever started this one, at the other end of its stdout, until it serves; then it is not spoken to again."""

    def __init__(self, terminal: LogTerminal, config: str | None, folder: str) -> None:
        self.log = terminal.log
        self._terminal = terminal
        self._config = config
        self._folder = folder
        terminal.tell = lambda text, style: self._say(message=text, style=style)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Of two that are started at once for a config, the second finds the first."""
        with ExitStack() as held:
            try:
                held.enter_context(lock(state_dir() / "starting.lock"))
            except OSError as error:
                raise StartError(f"cannot write: {error.strerror}", where=str(state_dir()), hint=HINT) from error
            if (other := running_for(self._config, self._folder)) is not None:
                raise runs_already(other)
            yield

    def announced(self, failure: StartError | None) -> None:
        """In the background, one that no command could find or end must not run."""
        if failure is not None:
            raise failure

    def ready(self) -> None:
        """It serves."""
        self._say(ready=True)
        self._leave()

    def failed(self, error: DevcorsError) -> None:
        """It does not."""
        self._terminal.tell = None
        self._terminal.error(error)
        self._say(error=error.message, hint=error.hint, where=error.where)
        self._leave()

    def _say(self, **news: Any) -> None:
        with suppress(OSError):  # it may have been ended meanwhile
            os.write(1, json.dumps(news).encode() + b"\n")

    def _leave(self) -> None:
        self._terminal.tell = None
        self._terminal.log.redirect(1)


def serve(text: str) -> int:
    """The child's whole life; its exit status."""
    wanted = json.loads(text)
    named = wanted["options"].pop("config")
    options = UpOptions(config=named and Path(named), **wanted["options"])
    terminal = LogTerminal(LogFile(Path(wanted["log"]), redirected=(2,)))
    parent = _Parent(terminal, wanted["config"], wanted["folder"])
    terminal.message(f"devcors {__version__} in the background, pid {os.getpid()}", "dim")
    try:
        return run_session(options, terminal, parent)
    except DevcorsError as error:
        parent.failed(error)
        return error.exit_code
    finally:
        terminal.log.close()
