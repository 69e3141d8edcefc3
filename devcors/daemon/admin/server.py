"""The admin port's server: tornado, in devcors' own loop, on sockets that the engine bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application

from devcors.daemon.auto_config import script
from devcors.policy.pac import MEDIA_TYPE, PATH
from devcors.proxy.listening import Bound
from devcors.proxy.tasks import spawn

from .backstage import Backstage
from .config_handlers import CheckHandler, ConfigHandler, RoutesHandler
from .control_handlers import ClearHandler, PauseHandler, ReloadHandler
from .exchanges_handler import BodyHandler, ExchangeHandler, ExchangesHandler
from .export_handlers import DumpExport, HarExport
from .handling import Guarded
from .page_handler import PageHandler
from .replay_handler import ReplayHandler
from .status_handler import StatusHandler
from .stream_handler import StreamHandler

GRACE = 0.5
"""How long the connections of a port that was moved stay open."""

STREAMS_SECONDS = 1.0
"""How long open streams may take to end."""

MAX_BODY = 1024 * 1024
"""Bytes of a request: the longest is a config's text."""


class ProxyAutoConfig(Guarded):
    """`proxy.pac`: the hosts of `[intercept]` and nothing else. What reads it has no token."""

    def initialize(self, script: Callable[[], str]) -> None:
        """`script` gives what to answer now."""
        self._script = script

    def get(self, *_: str) -> None:
        """The script."""
        self.set_header("Content-Type", MEDIA_TYPE)
        self.finish(self._script())


class AdminServer:
    """Serves on a port that the engine bound, and moves with it."""

    def __init__(self, backstage: Backstage) -> None:
        self.backstage = backstage
        self._application = Application(
            places(backstage),
            default_handler_class=Guarded,
            log_function=lambda _: None,  # refusals are for whoever asked
        )
        self._server: HTTPServer | None = None
        self._bound: Bound | None = None

    async def serve(self, bound: Bound | None) -> None:
        """Serves there from now on, nowhere where None; what it served before is closed."""
        if bound is self._bound:
            return
        if (before := self._server) is not None:
            before.stop()
            # whoever edited the config through this port gets an answer
            spawn(self._close(before, after=GRACE), name="close the admin port")
        self._server = None
        if bound is not None:
            self._server = HTTPServer(self._application, max_body_size=MAX_BODY)
            self._server.add_sockets(bound.sockets)
        self._bound = bound

    async def stop(self) -> None:
        """Closes the port and every connection to it."""
        if self._server is not None:
            self._server.stop()
            await self._close(self._server)
        self._server = self._bound = None

    async def _close(self, server: HTTPServer, *, after: float = 0.0) -> None:
        streams = dict(self.backstage.readers)
        await asyncio.sleep(after)
        for leave in streams:
            leave.set()
        await server.close_all_connections()
        if streams:
            await asyncio.wait(streams.values(), timeout=STREAMS_SECONDS)


def places(backstage: Backstage) -> list[Any]:
    """Every path that is served; what wants the token gets the backstage that knows it."""
    known = {"backstage": backstage}
    return [
        (PATH, ProxyAutoConfig, {"script": lambda: script(backstage.engine, backstage.others())}),
        (r"/", PageHandler),
        (r"/assets/([A-Za-z0-9_.-]+)", PageHandler),
        (r"/api/status", StatusHandler, known),
        (r"/api/exchanges", ExchangesHandler, known),
        (r"/api/exchanges/([0-9]+)", ExchangeHandler, known),
        (r"/api/exchanges/([0-9]+)/body/(request|response)", BodyHandler, known),
        (r"/api/exchanges/([0-9]+)/replay", ReplayHandler, known),
        (r"/api/stream", StreamHandler, known),
        (r"/api/config", ConfigHandler, known),
        (r"/api/config/check", CheckHandler, known),
        (r"/api/routes", RoutesHandler, known),
        (r"/api/export\.har", HarExport, known),
        (r"/api/export\.mitm", DumpExport, known),
        (r"/api/clear", ClearHandler, known),
        (r"/api/pause", PauseHandler, known),
        (r"/api/reload", ReloadHandler, known),
    ]
