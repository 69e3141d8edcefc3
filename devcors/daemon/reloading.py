"""Hot edits: a saved file is loaded, checked, compiled and swapped in; a broken one changes nothing and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devcors.config.changes import diff
from devcors.config.loading import Loaded
from devcors.config.problems import Problem, problems_of
from devcors.config.schema import Config, Route
from devcors.errors import ConfigError, DevcorsError
from devcors.proxy.engine import Engine
from devcors.proxy.tasks import spawn
from devcors.urls import is_loopback_host

from .terminal import Terminal


class Load(Protocol):
    """The config as it stands now, or as it would be with `texts` in place of the files' own. Raises ConfigError."""

    def __call__(self, *, texts: Mapping[Path, str] | None = None) -> Loaded: ...


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload: the lines of the changes where it was `applied`, else what is wrong."""

    applied: bool
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Reloader:
    """Applies what `load` gives to the engine, with the front end moved to the port that the dev server really took."""

    def __init__(
        self,
        engine: Engine,
        loaded: Loaded,
        load: Load,
        terminal: Terminal,
    ) -> None:
        self._engine = engine
        self.load = load
        self.loaded = loaded
        """The last good config, and where it came from."""
        self.last: Reloaded | None = None
        """What came of the last reload that found something new; another object after each."""
        self._terminal = terminal
        self._config = loaded.config
        self._followed_port: int | None = None
        self._refused = False
        self.applied: Callable[[], Awaitable[None]] | None = None
        """Awaited after each: for what follows the engine around."""
        self._one_at_a_time = asyncio.Lock()

    @property
    def frontend_port(self) -> int | None:
        """The port that the config gives the front end on this machine, None where it is elsewhere or absent."""
        frontend = self._config.frontend
        return _loopback_port(frontend.target) if frontend else None

    def changed(self) -> None:
        """The files have another content."""
        spawn(self.reload(), name="reload")

    async def reload(self) -> Reloaded:
        """Loads and swaps; whatever is wrong is told, and the last good config serves on."""
        async with self._one_at_a_time:
            texts, last = self.loaded.texts, self.last
            reloaded = await self._reload()
            # what was read again and found the same is no news
            if not reloaded.applied or (last and not last.applied) or self.loaded.texts != texts:
                self.last = reloaded
            return reloaded

    async def _reload(self) -> Reloaded:
        files = self.loaded.files
        try:
            if files and not files[0].exists():
                gone = f"{files[0].name} is gone: the last good config serves on"
                self._terminal.message(gone, "yellow")
                return Reloaded(applied=False, problems=problems_of(ConfigError(gone)))
            loaded = self.load()
            config = loaded.config
            changes = diff(self._config, config)
            # whoever edits the port by hand knows better
            followed = self._followed_port if config.frontend == self._config.frontend else None
            await self._engine.swap(_moved(config, followed))
        except DevcorsError as error:
            self._terminal.error(error)
            self._terminal.message("the last good config serves on", "yellow")
            self._refused = True
            return Reloaded(applied=False, problems=problems_of(error))
        if self._refused and not changes:
            self._terminal.message("the config is fine again, and as it was before", "cyan")
        self._refused = False
        self.loaded, self._config, self._followed_port = loaded, config, followed
        if self.applied is not None:
            await self.applied()
        for change in changes:
            self._terminal.message(change, "cyan")
        return Reloaded(applied=True, changes=tuple(changes))

    async def follow_frontend(self, port: int) -> None:
        """The dev server listens on `port`, whatever the config says."""
        known = self._followed_port or self.frontend_port
        if known is None or port == known:
            return
        self._followed_port = port
        self._terminal.message(f"the dev server listens on port {port}, not {known}: following it", "yellow")
        await self._engine.swap(_moved(self._config, port))


def _moved(config: Config, port: int | None) -> Config:
    """The config with the front end at another port of this machine, and with it every route that leads there."""
    if port is None or config.frontend is None:
        return config
    before = config.frontend.target
    routes = {pattern: tuple(_at(table, before, port) for table in tables) for pattern, tables in config.routes.items()}
    return config.model_copy(update={"frontend": _at(config.frontend, before, port), "routes": routes})


def _at(table: Route, before: str, port: int) -> Route:
    """The table with this port, where its target is the server that had been the front end."""
    if _server(table.target) != _server(before):
        return table
    scheme, _, rest = table.target.partition("://")
    authority, slash, path = rest.partition("/")
    moved = f"{scheme}://{authority.rpartition(':')[0]}:{port}{slash}{path}"
    return table.model_copy(update={"target": moved})


def _server(target: str) -> str:
    return target.partition("://")[2].partition("/")[0]


def _loopback_port(target: str) -> int | None:
    host, _, port = _server(target).rpartition(":")
    return int(port) if port.isdigit() and is_loopback_host(host) else None
