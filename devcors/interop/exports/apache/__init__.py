"""Apache httpd, from 2.4.47 on: a virtual host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devcors.interop.exports.description import Cors, Rewriting, Route, Site
from devcors.interop.exports.expressions import any_of
from devcors.interop.exports.writing import (
    Output,
    Row,
    allowed_headers,
    allowed_methods,
    by_path_alone,
    filled,
    printable,
    refused,
    written,
)

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


@dataclass(frozen=True, slots=True)
class _Passed:
    """One ProxyPassMatch: the expression for a path, escapes undone or not, with its query, and the backend's URL."""

    regex: str
    url: str


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    left_out = by_path_alone("ProxyPass asks for the path alone")
    routes = [route for route in site.routes if not list(left_out(route))]
    return written(
        site,
        "apache",
        {"quote": quote, "header": _header, "condition": _condition, "made": _made},
        {
            "passed": {route.number: list(_passed(route)) for route in routes},
            "scopes": {route.number: _scope(route, routes[:place]) for place, route in enumerate(routes)},
            "any": any_of(route.decoded_path for route in routes),
            "methods": _methods,
            "headers": _headers,
        },
        left_out=left_out,
    )


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
    return allowed_methods(cors, '"expr=%{req:Access-Control-Request-Method}"', _header)


def _headers(cors: Cors) -> str:
    return allowed_headers(cors, '"expr=%{req:Access-Control-Request-Headers}"', _header)
