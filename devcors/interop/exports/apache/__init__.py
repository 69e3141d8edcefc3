"""Apache httpd, from 2.4.47 on: a virtual host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devcors.interop.exports.description import Cors, Note, Rewriting, Route, Site
from devcors.interop.exports.expressions import any_of, cookie_edits
from devcors.interop.exports.writing import FOREVER, Output, Row, filled, printable, refused, render
from devcors.routing.table import Conditions

TITLE = "Apache httpd"
KEYS = (
    Row("frontend", "the last `ProxyPassMatch`"),
    Row('[routes] "/prefix", ":name", "^expression"', "`ProxyPassMatch … nocanon`, in devcors' order"),
    Row("target", "`ProxyPassMatch`, `<Proxy>`"),
    Row("rewrite", "`ProxyPassMatch`, on the raw path"),
    Row("match", "", "ProxyPass asks for the path alone: the route is left out"),
    Row("host", "`ProxyPreserveHost`, `RequestHeader set Host`"),
    Row("origin", "`RequestHeader set Origin`, `RequestHeader edit Referer`"),
    Row("forwarded", "`RequestHeader set X-Forwarded-*`"),
    Row("headers", "`RequestHeader`, `Header`"),
    Row("cookies", "`Header edit Set-Cookie`"),
    Row("redirects", "`Header edit Location`"),
    Row("verify", "`SSLProxyVerify`, `SSLProxyCACertificateFile`"),
    Row("timeout", "`connectiontimeout`, `timeout`", "none is written as seven days"),
    Row(
        "cors, [cors]",
        "`SetEnvIf Origin`, `Header always set`, `RewriteRule … [R=204]`",
        "`inject` is written as `rewrite`",
    ),
)

_SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True, slots=True)
class _Passed:
    """One ProxyPassMatch: the expression for a path, escapes undone or not, with its query, and the backend's URL."""

    regex: str
    url: str


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    routes = [route for route in site.routes if route.conditions == Conditions()]
    text = render(
        "apache",
        {"quote": quote, "header": _header, "condition": _condition, "made": _made},
        {
            "site": site,
            "routes": routes,
            "passed": {route.number: list(_passed(route)) for route in routes},
            "scopes": {route.number: _scope(route, routes[:place]) for place, route in enumerate(routes)},
            "any": any_of(route.decoded_path for route in routes),
            "cookie_edits": cookie_edits,
            "notes_of": _notes,
            "is_left_out": lambda route: route.conditions != Conditions(),
            "forever": FOREVER,
            "system_ca": _SYSTEM_CA,
            "methods": _methods,
            "headers": _headers,
        },
    )
    return Output(text, (*site.notes, *(note for route in site.routes for note in _notes(route))))


def _notes(route: Route) -> Iterator[Note]:
    yield from route.notes
    if route.conditions != Conditions():
        yield Note(f"{route.place}.match", "ProxyPass asks for the path alone: the route is left out")


def _scope(route: Route, better: list[Route]) -> str:
    """An expression for the paths of this route alone: sections of Apache are laid over one another."""
    inner = any_of([route.decoded_path])
    return f"^(?!{any_of(other.decoded_path for other in better)}){inner}" if better else f"^{inner}"


def _passed(route: Route) -> Iterator[_Passed]:
    """What is rewritten case by case, and what is not, in one."""
    for rewriting in route.rewritings or (Rewriting("^([^?]*)$", (1,)),):
        groups = re.compile(rewriting.regex).groups
        made = filled((*rewriting.parts, groups + 1), _substituted, lambda group: f"${group}")
        if groups >= 9:
            raise refused(route.name, TITLE, "more than eight groups")
        # the path is asked for twice: a rewriting is only for paths of its own route
        inner = rewriting.regex.removeprefix("^").removesuffix("$")
        yield _Passed(rf"^(?={_without_groups(route.path)}){inner}(\?.*)?$", route.backend.origin + made)


def _without_groups(path: str) -> str:
    """The expression with its groups not counted; those that have a name are, so that nothing is lost."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", path)


def quote(text: str) -> str:
    """A string in double quotes. Raises UsageError for `${`, which begins a variable wherever it stands."""
    if "${" in text:
        raise refused(text, TITLE, "`${`, which begins a variable")
    return '"' + printable(text, TITLE).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _condition(text: str) -> str:
    """An expression for mod_rewrite, whose quotes know no escapes."""
    if "${" in text:
        raise refused(text, TITLE, "`${`, which begins a variable")
    return '"' + printable(text, TITLE).replace('"', "\\x22") + '"'


def _header(text: str) -> str:
    """A value for mod_headers, "Header": `%` begins a format specifier, a backslash an escape."""
    if text.startswith("expr="):
        raise refused(text, TITLE, "`expr=` at its start, which begins an expression")
    return quote(text.replace("\\", "\\\\").replace("%", "%%"))


def _substituted(text: str) -> str:
    """Text in what an expression's find becomes (ap_pregsub), where a backslash escapes and `$` begins a group."""
    return text.replace("\\", "\\\\").replace("$", "\\$")


def _made(parts: tuple[str | int, ...]) -> str:
    """What mod_headers makes of an expression's find."""

    def text(part: str) -> str:  # it is read for formats first, in which a backslash escapes too
        return _substituted(part).replace("\\", "\\\\").replace("%", "%%")

    made = filled(parts, text, lambda group: f"${group}")
    return quote(made.replace("#own", "%{DEVCORS_OWN}e", 1))


def _methods(cors: Cors) -> str:
    methods = cors.allowance.methods
    return '"expr=%{req:Access-Control-Request-Method}"' if methods is None else _header(", ".join(methods))


def _headers(cors: Cors) -> str:
    headers = cors.allowance.headers
    if headers is None or "*" in headers:
        return '"expr=%{req:Access-Control-Request-Headers}"'
    return _header(", ".join(headers))
