"""Vite's `server.proxy`, as Vite itself loads and understands it.

Known (Vite 2 to 8): an object of contexts, the first one that matches counts. A context is a prefix of the URL, or an
expression where it begins with `^`; a target alone means `changeOrigin`, too; all other options are http-proxy's, with
`rewrite`, `bypass` and `configure` as functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError, PatternError
from devcors.interop.files import read_text
from devcors.interop.frontends import front_of
from devcors.interop.packages import Package
from devcors.routing.pattern import parse_pattern

from .evaluating import Function, Session
from .expressions import as_prefix, examples, to_python
from .middleware import Options, routes_of
from .model import Entry, Imported, Remark
from .options import VITE, Row
from .ordering import in_order
from .places import Places
from .probing import with_single_slashes, with_slash

FILES = tuple(f"vite.config.{suffix}" for suffix in ("js", "mjs", "ts", "cjs", "mts", "cts"))
"""In the order in which Vite looks for them."""

FORMS = (
    Row("'/api': 'http://…'", '`"/api" = "http://…"`', "the short form is `changeOrigin: true` in Vite"),
    Row("'/api': { target: … }", '`"/api" = { target = … }`', "with the keys of the options below"),
    Row("'^/api/.*': …", '`"^/api/.*"`', "an expression, in Python's words; with a rewrite it begins with a condition"),
    Row("'/api': …, '/api/x': …", "the first one", "an entry that another one hides is left out, and said to be"),
    Row("'^/a.*': …, '/api': …", "two expressions", "so that the order of the entries is kept"),
    Row("server.port, host, https", "`frontend`", "unless the start script names a port"),
    Row("server.cors, headers, allowedHosts", "none", "they are of pages that Vite itself serves"),
)
"""How entries are read, for docs/import/vite.md."""


def read(folder: Path, file: str, session: Session) -> Imported:
    """The proxy settings of a config in the folder. Raises ConfigError where it cannot be had, or has none."""
    places = Places(file, read_text(folder / file))
    loaded = session.load("vite", folder, file, mode=_mode(folder))
    server = loaded["server"] if isinstance(loaded.get("server"), Mapping) else {}
    proxy = server.get("proxy")
    if not isinstance(proxy, Mapping) or not proxy:
        hint = "routes of devcors are written by hand then: see docs/config.md"
        raise ConfigError("there is no server.proxy in it", where=str(places.section("server")), hint=hint)
    frontend = front_of(folder, _frontend(server))
    reading = Reading(places, session, frontend, sent_by(loaded["version"]))
    return Imported(VITE, file, frontend, in_order([reading.entry(context, value) for context, value in proxy.items()]))


def sent_by(version: str) -> Callable[[str], str]:
    """What this version of Vite sends for a rewritten path: http-proxy is an older one before Vite 7."""
    return with_slash if int(version.partition(".")[0]) >= 7 else with_single_slashes


def _mode(folder: Path) -> str:
    """The mode that the start script names; env files, and functions of the mode, depend on it."""
    package = Package.read(folder)
    started = package.scripts.get(package.start_script(("vite",)) or "", "")
    given = re.search(r"(?<!\S)(?:--mode|-m)[= ]\s*[\"']?([\w.-]+)", started)
    return given[1] if given else "development"


def _frontend(server: Mapping[str, Any]) -> str | dict[str, Any] | None:
    """Where Vite listens, as far as the config says."""
    port, host, https = server.get("port"), server.get("host"), server.get("https")
    if not isinstance(port, int) and not isinstance(https, Mapping):
        return None
    everywhere = ("", "0.0.0.0", "::", "127.0.0.1")  # noqa: S104 - compared
    name = host if isinstance(host, str) and host not in everywhere else "localhost"
    url = f"{'https' if isinstance(https, Mapping) else 'http'}://{name}:{port or 5173}"
    return {"target": url, "verify": False} if isinstance(https, Mapping) else url


@dataclass(frozen=True, slots=True)
class Reading:
    """What all entries of a config have in common."""

    places: Places
    session: Session
    frontend: str | dict[str, Any] | None
    sent: Callable[[str], str]

    def entry(self, context: str, value: Any) -> Entry:
        """What became of one entry."""
        source, place = self.places.entry(context), self.places.options(context)
        if source.line is None:  # its name is computed
            source = self.places.entry("proxy")

        def left_out(text: str) -> Entry:
            return Entry(context, source, (), (Remark("", text, source),))

        if not value:
            return left_out("it is switched off")
        options = {"target": value, "changeOrigin": True} if isinstance(value, str) else value
        if not isinstance(options, Mapping):
            return left_out("it is neither a URL nor options")
        try:
            pattern = pattern_of(context)
        except PatternError as error:
            return left_out(error.message)
        rewrite = options.get("rewrite")
        function = rewrite if isinstance(rewrite, Function) else None
        given = Options(VITE, options, place, function, sent=self.sent, frontend=self.frontend)
        routes, remarks = routes_of(pattern, given, self.session)
        return Entry(context, source, routes, tuple(remarks))


def pattern_of(context: str) -> str:
    """The pattern of devcors for a context. Raises PatternError, with the reason, where there is none."""
    if context.startswith("^"):
        expression = to_python(context)
        if expression is None:
            raise PatternError("the expression is not one that means the same in Python, which devcors' are")
        if not examples(expression):
            raise PatternError("the expression takes no path that devcors could try")
        return as_prefix(expression) or expression
    if not context.startswith("/"):
        raise PatternError('no path begins with it: a context without "^" is a prefix')
    if "*" in context:
        raise PatternError("Vite takes a star as it stands, so that no path begins with it")
    if "/:" in context:  # what would be a capture is a colon in Vite
        return f"^{re.escape(context.rstrip('/'))}(?=/|$)"
    parse_pattern(context)
    return context
