"""The admin port's server: tornado, in devcors' own loop, on sockets that the engine bound."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from devcors.policy.pac import MEDIA_TYPE, PATH
from devcors.proxy.listening import Bound

from .guard import HEADERS, READING, refusal


class Guarded(RequestHandler):
    """Base of everything that the admin port serves: asks the guard first, and answers errors as JSON."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")

    def set_default_headers(self) -> None:
        """Also on errors."""
        self.clear_header("Server")
        for name, text in HEADERS.items():
            self.set_header(name, text)

    def prepare(self) -> None:
        """Refuses what is not for this port."""
        request, fields = self.request, self.request.headers
        found = refusal(
            request.method or "",
            request.uri or "",
            fields.get_list("Host"),
            fields.get_list("Origin"),
            fields.get_list("Sec-Fetch-Site"),
        )
        if found is not None:
            if found.status == 405:
                self.set_header("Allow", ", ".join(READING))
            self.problem(found.status, found.message, found.hint)

    def problem(self, status: int, message: str, hint: str) -> None:
        """Ends the request with an error that says what to do."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        body = json.dumps({"error": message, "status": status, "hint": hint}) + "\n"
        self.finish(b"" if self.request.method == "HEAD" else body)

    def write_error(self, status_code: int, **_: Any) -> None:
        """What tornado itself refuses, in the same form."""
        self.problem(status_code, HTTPStatus(status_code).phrase.lower(), f"it serves GET {PATH}")

    def head(self, *path: str) -> None:
        """RFC 9110, section 9.3.2: as GET; the server leaves the body out."""
        self.get(*path)

    def get(self, *_: str) -> None:
        """What is not there."""
        self.problem(404, "nothing here", f"it serves GET {PATH}")


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

    def __init__(self, script: Callable[[], str]) -> None:
        self._application = Application(
            [(PATH, ProxyAutoConfig, {"script": script})],
            default_handler_class=Guarded,
            log_function=lambda _: None,  # refusals are for whoever asked
        )
        self._server: HTTPServer | None = None
        self._bound: Bound | None = None

    async def serve(self, bound: Bound | None) -> None:
        """Serves there from now on, nowhere where None; what it served before is closed."""
        if bound is self._bound:
            return
        await self.stop()
        if bound is not None:
            self._server = HTTPServer(self._application)
            self._server.add_sockets(bound.sockets)
        self._bound = bound

    async def stop(self) -> None:
        """Closes the port and every connection to it."""
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
        self._server = self._bound = None
