"""Edits of the config through the admin API: checked by the loader, then written, then applied.

The hottest of what the API can do, since a config says where requests and cookies go. So: only the main file, only as
a whole valid config, only over the text that was looked at, and never `scripts`, which are code that devcors runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcors.config.addresses import target_url
from devcors.config.editing import FRONTEND, parsed, retargeted, scripts_in
from devcors.config.problems import Problem, problems_of
from devcors.config.saving import MAX_SIZE, ChangedError, NotWritableError, refuse_foreign, save, stored
from devcors.config.schema import Config
from devcors.config.values import BadValue
from devcors.daemon.reloading import Reloaded, Reloader
from devcors.errors import ConfigError, DevcorsError


class NoFileError(ConfigError):
    """There is nothing to edit."""


class ScriptsError(ConfigError):
    """An edit would change which code devcors runs."""


class OverriddenError(ConfigError):
    """An edit of the file that would change nothing."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The tag of what is in the file now, and what came of applying it."""

    tag: str
    reloaded: Reloaded

    def to_json(self) -> dict[str, Any]:
        """For the admin API."""
        return {"etag": self.tag, **reloaded_json(self.reloaded)}


def reloaded_json(reloaded: Reloaded) -> dict[str, Any]:
    """For the admin API."""
    return {
        "applied": reloaded.applied,
        "changes": list(reloaded.changes),
        "problems": [problem.to_json() for problem in reloaded.problems],
    }


def config_json(reloader: Reloader) -> dict[str, Any]:
    """The main file as it is on disk, and what is wrong with it. Raises ConfigError where it cannot be read."""
    files = reloader.loaded.files
    if not files:
        return {"path": None, "text": "", "etag": None, "problems": [], "files": [], "editable": False}
    now = stored(files[0], os.environ)
    return {
        "path": str(files[0]),
        "text": now.text,
        "etag": now.tag,
        "problems": [problem.to_json() for problem in check(reloader, now.text)],
        "files": [str(file) for file in files if file.exists()],
        "editable": _is_writable(files[0]),
    }


def check(reloader: Reloader, text: str) -> tuple[Problem, ...]:
    """What would be wrong if this stood in the main file. Nothing is written."""
    try:
        _load(reloader, text)
    except DevcorsError as error:
        return problems_of(error)
    return ()


async def edit(reloader: Reloader, text: str, tag: str) -> Saved:
    """Puts a text in the place of the main file's, which `tag` names.

    Raises NoFileError, ScriptsError, ConfigError where the text is refused, and as `saving.save`.
    """
    return await _write(reloader, text, tag)


async def retarget(reloader: Reloader, name: str, target: str) -> Saved:
    """Changes the target of one route, by its pattern, or of the front end. Raises as `edit`, and NotInFileError."""
    if "${" in target:
        raise ConfigError("a variable is not set from here", hint="edit the file itself")
    now = stored(_file(reloader), os.environ)
    if parsed(now.text) is None:
        _load(reloader, now.text)  # tells where it is broken
    text = retargeted(now.text, name, target)
    if target_of(_load(reloader, text), name) != _normal(target):
        raise OverriddenError(
            "another file, the profile or the command line gives this target", hint="change it there, or leave it out"
        )
    return await _write(reloader, text, now.tag)


def target_of(config: Config, name: str) -> str | None:
    """The target that everything together gives a route or the front end; None where there are several, or none."""
    if name == FRONTEND:
        return config.frontend.target if config.frontend else None
    routes = config.routes.get(name, ())
    return routes[0].target if len(routes) == 1 else None


def _normal(target: str) -> str:
    """As the model has it."""
    try:
        return target_url(target)
    except BadValue as error:
        raise ConfigError(str(error), hint=error.hint) from None


async def _write(reloader: Reloader, text: str, tag: str) -> Saved:
    file = _file(reloader)
    now = stored(file, os.environ)
    if now.tag != tag:
        raise ChangedError("the file was changed meanwhile", hint="load it again and repeat the edit")
    _refuse_scripts(reloader, now.text, text)
    _load(reloader, text)
    new = save(file, text, tag)
    return Saved(new, await reloader.reload())


def _file(reloader: Reloader) -> Path:
    if not reloader.loaded.files:
        raise NoFileError("devcors was started without a config file", hint="write one with `devcors init`")
    return reloader.loaded.files[0]


def _load(reloader: Reloader, text: str) -> Config:
    """The whole config as it would be with this text. Raises ConfigError."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write
        raise ConfigError("this text is no Unicode", hint="send it again") from None
    if size > MAX_SIZE:
        raise ConfigError(f"a config has {MAX_SIZE} bytes at most", hint="edit the file itself")
    return reloader.load(texts={_file(reloader): text.replace("\r\n", "\n")}).config


def _refuse_scripts(reloader: Reloader, now: str, text: str) -> None:
    """Compared with what is on disk: its owner may have changed it. With the last good text where that is broken."""
    before = parsed(now)
    if before is None:
        before = parsed(reloader.loaded.texts[_file(reloader)]) or {}
    after = parsed(text.replace("\r\n", "\n"))
    if after is not None and scripts_in(after) != scripts_in(before):
        raise ScriptsError("scripts cannot be changed from here: they are code", hint="edit the file itself")


def _is_writable(path: Path) -> bool:
    try:
        refuse_foreign(path, path.resolve(strict=True))
    except (OSError, RuntimeError, NotWritableError):
        return False
    return True
