"""A backend that sets one cookie of each kind that gets lost, and tells which of them came back.

`/set?run=ID` sets them, `/seen?run=ID` looks. The run's id ends every cookie's name, so that a try never sees what
an earlier one left in the jar. The sections named are those of RFC 6265bis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tornado.web import Application

from .handlers import JsonHandler, RefusedError, application

LIFETIME = 60  # seconds


@dataclass(frozen=True)
class Kind:
    """A cookie's name less the run, its attributes, and what browsers think of it at http://localhost.

    `elsewhere` is what they think of it when a page of another site asked, where that is something else.
    """

    name: str
    attributes: str
    why: str
    elsewhere: str = ""

    def named(self, run: str) -> str:
        """The name in one run."""
        return f"{self.name}.{run}"


# section 5.7: what browsers make of a cookie that says nothing of SameSite
_LAX = "Without SameSite it counts as Lax: set and sent only where page and server are one site"

KINDS = (
    Kind("plain", "Path=/", "Nothing is wrong with this one", elsewhere=_LAX),
    Kind(
        "none",
        "Path=/; Secure; SameSite=None",
        "SameSite=None with Secure: made for the pages of other sites",
        elsewhere="Made for the pages of other sites: lost only where the browser blocks third-party cookies",
    ),
    # section 5.7: SameSite=None without the secure-only-flag
    Kind("none-insecure", "Path=/; SameSite=None", "SameSite=None is taken only together with Secure"),
    # section 4.1.3.2
    Kind("__Host-path", "Path=/x; Secure", "The prefix __Host- asks for Path=/ exactly, besides Secure"),
    # section 4.1.3.1
    Kind("__Secure-insecure", "Path=/", "The prefix __Secure- asks for Secure"),
    # section 5.1.3, domain matching
    Kind("domain", "Path=/; Domain=example.com", "Domain names another site: a server sets cookies only for its own"),
    # section 4.1.2.5
    Kind(
        "secure",
        "Path=/; Secure",
        "Secure over plain http: Chromium and Firefox make localhost an exception, Safari not",
        elsewhere=_LAX,
    ),
    # CHIPS, section 4.1
    Kind("partitioned", "Path=/; Partitioned", "Partitioned is taken only together with Secure"),
    # section 5.2
    Kind("strict", "Path=/; SameSite=Strict", "SameSite=Strict: set and sent only where page and server are one site"),
    # section 5.1.4
    Kind(
        "path",
        "Path=/seen",
        "Path=/seen is where the backend has it, not where the browser sees it",
        elsewhere=_LAX,
    ),
)


class RunHandler(JsonHandler):
    """A handler that takes a run's id."""

    def run_id(self) -> str:
        """Letters and digits only: it goes into a field value."""
        run = self.get_query_argument("run", None) or "0"
        if not re.fullmatch("[a-z0-9]{1,16}", run):
            raise RefusedError(400, "run is not 1 to 16 letters and digits")
        return run


class SetHandler(RunHandler):
    """Sets them all."""

    def get(self) -> None:
        """What was set, word for word, and what is to be said of it."""
        run, told = self.run_id(), []
        for kind in KINDS:
            line = f"{kind.named(run)}=1; Max-Age={LIFETIME}; {kind.attributes}"
            self.add_header("Set-Cookie", line)
            why = {"why": kind.why, "elsewhere": kind.elsewhere or kind.why}
            told.append({"name": kind.name, "set": kind.attributes, **why})
        self.answer(told)


class SeenHandler(RunHandler):
    """Looks which came back."""

    def get(self) -> None:
        """The names that did."""
        run, came = self.run_id(), self.request.cookies
        self.answer([kind.name for kind in KINDS if kind.named(run) in came])


def cookies_application() -> Application:
    """Both paths."""
    return application([(r"/set", SetHandler), (r"/seen", SeenHandler)])
