"""Which devcors run on this machine: a file for each, which it writes when it listens and removes when it ends."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from secrets import token_urlsafe

from devcors.config.dirs import private_dir, state_dir, state_path, write_private
from devcors.errors import SettingsError, StartError
from devcors.system.identity import Identity, is_alive


@dataclass(frozen=True)
class Run:
    """What does not change from start to end. `token` opens the admin port, so the file is the user's alone.

    config: path of the main file, None without one. folder: what its paths are relative to. started: seconds since the
    epoch. log: path of the log file, None in the foreground.
    """

    folder: str
    started: float
    config: str | None = None
    log: str | None = None
    token: str = field(default_factory=lambda: token_urlsafe(32), repr=False)


def place_of(main: Path | None, folder: Path) -> tuple[str | None, str]:
    """A run's config and folder as they are written down: one spelling for each, whatever the command line said.

    The file's own name is not resolved: a link to a config that is shared is a config of its own.
    """
    return (str(main.parent.resolve() / main.name) if main else None), str(folder.resolve())


@dataclass(frozen=True)
class Running:
    """`host` and `port` are the proxy's, an address literal. Without an admin port `script_url` (of proxy.pac) and
    `admin` (its origin) are None. The rest as in Run.
    """

    process: Identity
    host: str
    port: int
    script_url: str | None
    admin: str | None = None
    token: str = field(default="", repr=False)
    config: str | None = None
    folder: str = ""
    started: float = 0.0
    log: str | None = None

    @property
    def dashboard(self) -> str | None:
        """Its URL, for the user's eyes: the token stands in the fragment, which no browser sends anywhere."""
        return f"{self.admin}/#token={self.token}" if self.admin else None


_NAMES = {each.name for each in fields(Running)} - {"process"}


def announce(running: Running) -> None:
    """Writes the file, anew where it is there. Raises StartError."""
    write_private(_file(running.process.pid), json.dumps(asdict(running)).encode())


def withdraw(pid: int) -> None:
    """Removes the file. Raises OSError where it cannot be: nobody takes it for a devcors that lives."""
    (_place() / _name(pid)).unlink(missing_ok=True)


@dataclass(frozen=True)
class Seen:
    """`gone` are those that ended without a word: killed, or the machine was stopped."""

    alive: list[Running]
    gone: list[Running]


def look() -> Seen:
    """What the files say, and the system of the processes. Changes nothing, so that it can be said before `tidy`."""
    seen = Seen([], [])
    for file in _files():
        if running := _read(file):
            (seen.alive if is_alive(running.process) else seen.gone).append(running)
    return seen


def all_running() -> list[Running]:
    """Those that are alive."""
    return look().alive


def tidy() -> None:
    """Removes the files of those that are gone, and what is no such file; where that cannot be, they stay."""
    for file in _files():
        running = _read(file)
        if running is None or not is_alive(running.process):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _read(file: Path) -> Running | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        raw = json.loads(file.read_text("utf-8"))
        known = {name: raw[name] for name in raw.keys() & _NAMES}  # another version may write more
        return Running(Identity(*raw["process"]), **known)
    return None


def running_for(config: str | None, folder: str) -> Running | None:
    """Another process's devcors for that config or, without one, for that folder; None where there is none."""
    others = (each for each in all_running() if each.process.pid != os.getpid())
    return next((each for each in others if (each.config, each.folder) == (config, folder)), None)


def runs_already(other: Running) -> StartError:
    """Why a second one does not start."""
    where = other.config or other.folder
    return StartError(
        f"a devcors runs already for {where}: port {other.port}, pid {other.process.pid}",
        hint="look at it with devcors status, or end it with devcors down",
    )


def is_announced(running: Running) -> bool:
    """Whether its file is there, and says this."""
    return _read(_place() / _name(running.process.pid)) == running


def find_running(port: int | None) -> Running:
    """The one whose front door is there, or the only one. Raises SettingsError."""
    found = [running for running in all_running() if port in (None, running.port)]
    if len(found) == 1:
        return found[0]
    if found:
        ports = ", ".join(str(running.port) for running in found)
        raise SettingsError(f"several devcors run, on the ports {ports}", hint=f"--port {found[0].port}")
    at = "" if port is None else f" on port {port}"
    raise SettingsError(f"no devcors runs{at}", hint="start one with the proxy set: devcors up --system-proxy")


def _place() -> Path:
    return state_path() / "running"


def _files() -> list[Path]:
    return sorted(_place().glob("*.json"))


def _name(pid: int) -> str:
    return f"{pid}.json"


def _file(pid: int) -> Path:
    return private_dir(state_dir() / "running") / _name(pid)
