"""An API whose CORS headers are wrong, in each of the five usual ways, one path for each.

The answers themselves are fine: curl likes all of them. Only a page of another origin does not get to see them.
The sections named are those of the Fetch Standard.
"""

from __future__ import annotations

from dataclasses import dataclass

from tornado.web import Application

from .handlers import JsonHandler, Rules, application

ECHO = "(the request's Origin)"

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fault:
    """One way to be wrong: the fields of the actual response, and of the preflight's (None: 405, no OPTIONS here)."""

    path: str
    actual: Names
    preflight: Names | None = None


_ORIGIN = ("Access-Control-Allow-Origin", ECHO)

FAULTS = (
    # "CORS check", step 2: no Access-Control-Allow-Origin at all
    Fault("/no-origin", actual=()),
    # "CORS check", step 3: `*` counts only where credentials mode is not "include". A proxy sees that mode by the
    # cookie alone, so the page gets itself one from /session first
    Fault("/wildcard", actual=(("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"))),
    # "CORS-preflight fetch", step 7: the preflight's status must be an ok status
    Fault("/no-preflight", actual=(_ORIGIN,)),
    # "CORS-preflight fetch": the method is neither safelisted nor in Access-Control-Allow-Methods
    Fault("/method", actual=(_ORIGIN,), preflight=(_ORIGIN, ("Access-Control-Allow-Methods", "GET, POST"))),
    # "CORS-preflight fetch": a header name is not in Access-Control-Allow-Headers
    Fault(
        "/header",
        actual=(_ORIGIN,),
        preflight=(
            _ORIGIN,
            ("Access-Control-Allow-Methods", "POST"),
            ("Access-Control-Allow-Headers", "Content-Type"),
        ),
    ),
)


class FaultHandler(JsonHandler):
    """Answers every method alike, with the fields of its fault."""

    def initialize(self, fault: Fault) -> None:
        """Called by tornado with the arguments of the rule."""
        self.fault = fault

    def _allow(self, fields: Names) -> None:
        origin = self.request.headers.get("Origin", "null")
        for name, value in fields:
            self.set_header(name, origin if value == ECHO else value)

    def _actual(self) -> None:
        self._allow(self.fault.actual)
        self.answer({"secret": "the answer was fine all along", "method": self.request.method})

    get = post = put = delete = _actual

    def options(self) -> None:
        """The preflight, or 405 where this server has no handler for it."""
        if self.fault.preflight is None:
            self.set_header("Allow", "GET, POST, PUT, DELETE")
            self.answer({"error": "Method Not Allowed"}, 405)
            return
        self._allow(self.fault.preflight)
        self.set_status(204)


class SessionHandler(JsonHandler):
    """Sets a cookie that goes along with requests from other sites' pages."""

    def get(self) -> None:
        """Nothing but the cookie."""
        self.set_cookie("broken_session", "1", path="/", secure=True, samesite="None", max_age=600)
        self.set_status(204)


def broken_application() -> Application:
    """A path for each fault, and one for the cookie."""
    faults: Rules = [(fault.path, FaultHandler, {"fault": fault}) for fault in FAULTS]
    return application([*faults, (r"/session", SessionHandler)])
