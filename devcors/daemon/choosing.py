"""Which of the running devcors a command means: by its port, by the folder's config, or because it is the only one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devcors.config.discovery import NAME, find
from devcors.errors import SettingsError

from .running import Running, place_of


@dataclass(frozen=True)
class Meant:
    """config: the file that is found there, None where there is none. folder: absolute. port: of the front door."""

    config: str | None
    folder: str
    port: int | None = None


def meant(folder: Path | None, config: Path | None, port: int | None) -> Meant:
    """From the command line; `folder` None is the working folder. Raises ConfigError for a file that is not there."""
    here = Path.cwd()
    if folder is not None and not (here / folder).is_dir() and (here / folder).exists():
        folder, config = None, folder  # its devcors.toml was named
    there = here / folder if folder else here
    # a folder that is named counts more than DEVCORS_CONFIG
    environ = {} if folder else os.environ
    home = None if folder else Path.home()
    found = find(config, environ, there, home) if folder is None or (there / NAME).is_file() else None
    return Meant(*place_of(found, there), port)


def matching(running: Sequence[Running], wanted: Meant) -> list[Running]:
    """Those of that port, else of that config, else (without a config) of that folder."""
    if wanted.port is not None:
        return [each for each in running if each.port == wanted.port]
    if wanted.config is not None and (found := [each for each in running if each.config == wanted.config]):
        return found
    # also where the config was removed meanwhile
    return [each for each in running if each.folder == wanted.folder]


def choose(running: Sequence[Running], wanted: Meant, *, strict: bool) -> Running:
    """The one that matches, or, if not `strict`, the only one. Raises SettingsError, with a hint at those there are."""
    found = matching(running, wanted)
    if not found and not strict and wanted.port is None:
        found = list(running)
    if len(found) == 1:
        return found[0]
    if found:
        ports = ", ".join(str(each.port) for each in found)
        raise SettingsError(f"several devcors run, on the ports {ports}", hint=f"name one: --port {found[0].port}")
    if not running:
        raise SettingsError("no devcors runs", hint="start one: devcors up, or devcors up -d to leave it running")
    place = f"on port {wanted.port}" if wanted.port is not None else f"for {wanted.config or wanted.folder}"
    others = ", ".join(f"{each.folder} (port {each.port})" for each in running)
    raise SettingsError(f"no devcors runs {place}", hint=f"these run: {others}")
