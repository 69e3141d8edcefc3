"""A foreground devcors from start to end: proxy, config watcher, the dev server, signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import devcors
from devcors.config.dirs import data_dir
from devcors.config.loading import Loaded, load
from devcors.config.watching import ConfigWatcher
from devcors.errors import PortTakenError, StartError
from devcors.proxy.engine import Engine
from devcors.proxy.tasks import spawn
from devcors.system.openfiles import allow_many
from devcors.system.ports import port_owner
from devcors.traffic.journal import Journal
from devcors.traffic.store import Store

from . import loop
from .admin.backstage import Backstage
from .admin.server import AdminServer
from .around import Around
from .banner import banner, front_door_url, notices
from .devserver import DevServer
from .logfile import LogFile
from .logs import logging_to
from .pacing import Pace
from .reloading import Load, Reloader
from .running import Run, place_of, running_for, runs_already
from .shortcuts import Shortcuts
from .terminal import Terminal
from .way_out import WayOut

SETTLES = 3.0  # seconds in which a COMMAND of `up -d` usually listens or fails


@dataclass(frozen=True)
class UpOptions:
    """What the command line of `up` said. `overrides` has the shape of devcors.toml."""

    config: Path | None = None
    profile: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    strict_port: bool = False
    system_proxy: bool = False
    command: Sequence[str] = ()


def load_config(options: UpOptions, *, texts: Mapping[Path, str] | None = None) -> Loaded:
    """The config with everything laid over it; `texts` are taken in place of the files' own."""
    return load(
        path=options.config, environ=os.environ, profile=options.profile, overrides=options.overrides, texts=texts
    )


class Background(Protocol):
    """Who started this devcors and does not watch it."""

    log: LogFile

    def alone(self) -> AbstractContextManager[None]:
        """While it makes itself known. Raises StartError where there is one already."""
        ...

    def announced(self, failure: StartError | None) -> None:
        """Others can find it now, or why not. Raises StartError where it must not go on."""

    def ready(self) -> None:
        """It serves, and the COMMAND runs."""


class Detachable(Protocol):
    """devcors' own terminal while its keys are read, to be given back."""

    def detach(self) -> None: ...


def _refuse_beside_background(config: str, folder: str) -> None:
    """Raises StartError where one for that config runs out of sight; of one in another terminal its user knows."""
    other = running_for(config, folder)
    if other is not None and other.log is not None:
        raise runs_already(other)


class Session:
    """Runs until a signal, the end of the COMMAND, or `stop()`."""

    def __init__(
        self,
        load: Load,
        terminal: Terminal,
        *,
        strict_port: bool = False,
        system_proxy: bool = False,
        command: Sequence[str] = (),
        background: Background | None = None,
    ) -> None:
        self._load = load
        self._terminal = terminal
        self._strict_port = strict_port
        self._system_proxy = system_proxy
        self._command = command
        self._background = background
        self._ended = asyncio.Event()
        self._exit_code = 0
        self._signals = 0
        self._dev_server: DevServer | None = None
        self._keyboard: Detachable | None = None
        self.journal = Journal(later=asyncio.get_running_loop().call_later)
        self.store = Store()
        self.journal.listen(self.store.add)

    async def run(self) -> int:
        """The process's exit code. Raises DevcorsError where it could not start."""
        with logging_to(self._terminal):
            return await self._run()

    async def _run(self) -> int:
        loaded = self._load()
        way_out = WayOut()
        engine = Engine(
            loaded.config,
            self.journal,
            ca_folder=data_dir() / "ca",
            starting=self._starting,
            system=way_out.proxies,
        )
        main, folder = place_of(loaded.files[0] if loaded.files else None, loaded.folder)
        if main is not None and self._background is None:
            _refuse_beside_background(main, folder)
        # the token opens the admin port: who may read the state file may do so
        log = self._background.log if self._background is not None else None
        run = Run(folder, time.time(), main, str(log.path) if log else None)
        reloader = Reloader(engine, loaded, self._load, self._terminal)
        backstage = Backstage(engine, self.store, reloader, run.token, run.started, log=log, others=way_out.latest)
        around = Around(engine, self._terminal, run, AdminServer(backstage), way_out)
        reloader.applied = around.follow
        # made at once: it compares with what the files hold now, so that no edit is missed while we start
        watcher = ConfigWatcher(loaded.files, reloader.changed, asyncio.get_running_loop())
        try:
            bound = await engine.start(strict_port=self._strict_port)
        except PortTakenError as error:
            owner = port_owner(error.port)
            raise PortTakenError(error.port, str(owner) if owner else "") from None
        running = asyncio.get_running_loop()
        pace = Pace(self._terminal, running.call_later, running.time)
        restore = self._catch_signals()
        try:
            if self._background is None:
                await around.follow()
            else:
                with self._background.alone():
                    await around.follow()
                self._background.announced(around.unannounced)
            self._announce(engine, loaded, time.monotonic() - devcors.LOADED, around.dashboard)
            shortcuts = self._shortcuts(pace, reloader, around)
            self.journal.listen(pace.exchange)
            watcher.start()
            try:
                if self._system_proxy:
                    await around.take_system_proxy()
                loop.settle()
                url = front_door_url(bound, https=bool(engine.config.server.https))
                await self._start_dev_server(url, reloader, shortcuts)
                if self._background is not None:
                    await self._settled()
                    if not self._ended.is_set():
                        self._background.ready()
                await self._ended.wait()
            finally:
                watcher.stop()
        finally:
            if self._keyboard is not None:
                self._keyboard.detach()
            await self._shut_down(engine, around)
            self.journal.close()
            pace.close()
            restore()
        return self._exit_code

    def _starting(self) -> bool:
        return bool(self._command) and (self._dev_server is None or self._dev_server.starting)

    def _announce(self, engine: Engine, loaded: Loaded, elapsed: float, dashboard: str | None) -> None:
        bound = engine.bound
        assert bound is not None
        if bound.taken is not None:
            owner = port_owner(bound.taken)
            by = f" by {owner}" if owner else ""
            self._terminal.message(f"port {bound.taken} is taken{by}: using {bound.port}", "yellow")
        if engine.admin is not None and engine.admin.taken is not None:
            self._terminal.message(
                f"port {engine.admin.taken} is taken: the admin port is {engine.admin.port}", "yellow"
            )
        # its token is not for the log: whoever started this one prints it
        for line in banner(bound, engine.policy, elapsed, dashboard if self._background is None else None):
            self._terminal.message(line)
        for notice in notices(loaded):
            self._terminal.message(f"note: {notice}", "yellow")

    def _shortcuts(self, pace: Pace, reloader: Reloader, around: Around) -> Shortcuts | None:
        """None where nobody can press a key."""
        if not self._terminal.has_keys or sys.platform == "win32":
            return None
        shortcuts = Shortcuts(
            self._terminal, pace.view, reloader, lambda: around.dashboard, self.stop, bool(self._command)
        )
        self._terminal.message(shortcuts.invitation, "dim")
        if not self._command:
            from devcors.system.terminals import STDIN, Keyboard

            self._keyboard = Keyboard(STDIN, shortcuts.typed, on_resize=lambda: None)
            self._keyboard.attach()
        return shortcuts

    async def _start_dev_server(self, url: str, reloader: Reloader, shortcuts: Shortcuts | None) -> None:
        if not self._command:
            return
        keys = shortcuts.typed if shortcuts else None
        self._dev_server = DevServer(self._command, url, reloader, self._terminal, keys)
        await self._dev_server.start()
        spawn(self._until_child_ends(self._dev_server), name="wait for COMMAND")

    async def _settled(self) -> None:
        """The COMMAND listens, or has ended, or takes its time: one that fails at once is not to be missed."""
        deadline = time.monotonic() + SETTLES
        while self._dev_server is not None and not self._dev_server.listening and time.monotonic() < deadline:
            if self._ended.is_set():
                return
            await asyncio.sleep(0.05)

    async def _until_child_ends(self, dev_server: DevServer) -> None:
        status = await dev_server.wait()
        if not self._ended.is_set():
            self._exit_code = status
            self._terminal.message(f"the command has ended with status {status}")
            self._ended.set()

    def _catch_signals(self) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        handled = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
        before = {number: signal.getsignal(number) for number in handled}
        for number in handled:
            # not `loop.add_signal_handler`, which Windows does not have
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._on_signal))

        def restore() -> None:
            for number, handler in before.items():
                signal.signal(number, handler)

        return restore

    def _on_signal(self) -> None:
        """The first is a wish to end well; the second does not wait for anything."""
        self._signals += 1
        if self._signals == 1:
            self.stop()
        else:
            if self._dev_server is not None:
                self._dev_server.kill()
            os._exit(130)

    def stop(self) -> None:
        """Ends the run, gently."""
        self._ended.set()

    async def _shut_down(self, engine: Engine, around: Around) -> None:
        try:
            await around.leave()
            if self._dev_server is not None:
                await self._dev_server.stop()
        finally:
            await around.stop()
            await engine.stop()


def run_up(options: UpOptions, *, as_json: bool) -> int:
    """`devcors up`: blocks until the end; returns the exit code. Raises DevcorsError where it could not start."""
    return run_session(options, Terminal(as_json=as_json))


def run_session(options: UpOptions, terminal: Terminal, background: Background | None = None) -> int:
    """The same on any terminal."""

    async def run() -> int:
        load = partial(load_config, options)
        return await Session(
            load,
            terminal,
            strict_port=options.strict_port,
            system_proxy=options.system_proxy,
            command=options.command,
            background=background,
        ).run()

    allow_many()
    return loop.run(run())
