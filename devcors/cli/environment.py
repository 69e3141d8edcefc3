"""`env` and `run`: programs of the command line through devcors."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.text import Text

from devcors.config.dirs import data_dir
from devcors.config.discovery import find
from devcors.config.loading import load
from devcors.config.schema import Config
from devcors.errors import StartError, UsageError
from devcors.proxy.authority import CertificateAuthority
from devcors.system.environment import variables
from devcors.system.shells import Shell, how_to, settings, shell_of
from devcors.urls import reached_at

from .output import console, print_json


def print_environment(
    config: Path | None, profile: str | None, port: int | None, shell: str | None, *, as_json: bool
) -> None:
    """Settings for the shell to evaluate."""
    chosen = _shell(shell)
    found = _variables(config, profile, port)
    if as_json:
        print_json(found)
        return
    sys.stdout.write(settings(chosen, found))
    if sys.stdout.isatty():
        console(stderr=True).print(Text(f"hint: {how_to(chosen)}", "yellow"))


def run_command(config: Path | None, profile: str | None, port: int | None, command: Sequence[str]) -> NoReturn:
    """Becomes the command, so that its signals, its terminal and its exit status are its own."""
    if not command:
        raise UsageError("COMMAND is missing", hint="devcors run -- curl https://api.example.com/")
    environ = {**os.environ, **_variables(config, profile, port)}
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if sys.platform == "win32":
            # npm is npm.cmd there: found by PATH and PATHEXT
            program = shutil.which(command[0]) or command[0]
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's
            sys.exit(subprocess.run([program, *command[1:]], env=environ, check=False).returncode)  # noqa: S603 - what the user typed
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, which the command would inherit
        os.execvpe(command[0], list(command), environ)  # noqa: S606 - what the user typed
    except OSError as error:
        raise StartError(f"cannot run {command[0]}: {error.strerror}") from None


def _shell(name: str | None) -> Shell:
    if name is None:
        return shell_of(os.environ, sys.platform)
    for known in ("sh", "fish", "powershell"):
        if name == known:
            return known
    raise UsageError(f"{name!r} is no shell that devcors knows", hint="--shell sh, fish or powershell")


def _variables(config: Path | None, profile: str | None, port: int | None) -> dict[str, str]:
    loaded = _config(config, profile)
    host, _, listened = loaded.server.listen.rpartition(":")
    number = int(listened) if port is None else port
    if number == 0:
        raise UsageError("the config leaves the port open", hint="--port N, as `devcors up` printed it")
    host = reached_at(host)
    _tell_if_nobody_listens(host, number)
    authority = CertificateAuthority.load_or_create(data_dir() / "ca")
    return variables(f"http://{host}:{number}", authority.path, loaded.intercept, os.environ)


def _config(path: Path | None, profile: str | None) -> Config:
    if path is None and profile is None and find(None, os.environ, Path.cwd(), Path.home()) is None:
        return Config()  # `up --route …` and `demo` need no file either
    return load(path=path, environ=os.environ, profile=profile).config


def _tell_if_nobody_listens(host: str, port: int) -> None:
    try:
        socket.create_connection((host.strip("[]"), port), 0.5).close()
    except OSError:
        console(stderr=True).print(f"note: nobody listens on {host}:{port} yet; devcors up starts it")
