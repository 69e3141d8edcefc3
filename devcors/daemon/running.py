"""Which devcors run on this machine: a file for each, which it writes when it listens and removes when it ends."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from devcors.config.dirs import private_dir, state_dir, write_private
from devcors.errors import SettingsError
from devcors.system.identity import Identity, is_alive


@dataclass(frozen=True)
class Running:
    """`host` and `port` are the proxy's, an address literal; `script_url` is proxy.pac's, None without admin port.

    `admin` is the URL of the admin port, None without one; `token` is what its API wants.
    """

    process: Identity
    host: str
    port: int
    script_url: str | None
    admin: str | None = None
    token: str = ""


def announce(running: Running) -> None:
    """Writes the file, anew where it is there. Raises StartError."""
    write_private(_file(running.process.pid), json.dumps(asdict(running)).encode())


def withdraw(pid: int) -> None:
    """Removes the file."""
    _file(pid).unlink(missing_ok=True)


def all_running() -> list[Running]:
    """Those that are alive; the files of others are removed."""
    found = []
    for file in sorted(_folder().glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            raw = json.loads(file.read_text("utf-8"))
            running = Running(Identity(*raw.pop("process")), **raw)
            if is_alive(running.process):
                found.append(running)
                continue
        file.unlink(missing_ok=True)
    return found


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


def _folder() -> Path:
    return private_dir(state_dir() / "running")


def _file(pid: int) -> Path:
    return _folder() / f"{pid}.json"
