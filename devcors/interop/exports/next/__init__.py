"""Next.js, from 15 on: a next.config.mjs with its `rewrites()`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from devcors.interop.exports import nodeproxy
from devcors.interop.exports.description import Note, Route, Site
from devcors.interop.exports.expressions import literal as escaped
from devcors.interop.exports.expressions import of_hosts
from devcors.interop.exports.javascript import literal
from devcors.interop.exports.writing import FOREVER, Output, Row, written

TITLE = "Next.js"
KEYS = (
    Row("frontend", "Next itself"),
    Row('[routes] "/prefix"', "`source` with `:path*` behind it, in devcors' order, in `beforeFiles`"),
    Row('[routes] ":name"', "`:name` and `:name*` of `source`"),
    Row('[routes] "^expression"', "", "`source` is no expression: the route is left out"),
    Row("target", "`destination`"),
    Row("rewrite", "the path of `destination`"),
    Row("match", "`has`, for hosts and headers", "a rewrite cannot ask for the method: the route is left out"),
    Row("host", "", "it is always the target's"),
    Row("origin", "", "Origin and Referer stay as the browser sends them"),
    Row("forwarded", "", "Next always sends X-Forwarded-Host, and no other of them"),
    Row("headers", "", "`headers()` is for what Next itself answers"),
    Row("cookies", "", "they go through as they are"),
    Row("redirects", "", "a Location goes through as it is"),
    Row("verify", "", "`NODE_EXTRA_CA_CERTS` is for the whole process"),
    Row("timeout", "`experimental.proxyTimeout`, one for all routes", "of `idle`; none is written as seven days"),
    Row("cors, [cors]", "", "Next's pages are of its own origin"),
)

_NAME = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)(\*?)")
_SPECIAL = re.compile(r"[(){}\[\]+?*\\|]")


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    behind = nodeproxy.without_frontend(site)
    served = [route for route in behind.routes if not list(_left_out(route))]
    passed = Note(
        "routes",
        "Origin, Location and Set-Cookie go through as they are, and X-Forwarded-Host is sent alone and always",
    )
    idle = [route.idle for route in served]
    return written(
        replace(behind, notes=(*behind.notes, passed)) if served else behind,
        "next",
        {"literal": literal},
        {
            "port": nodeproxy.port(site),
            "silence": round(1000 * (max(idle) if all(idle) and idle else FOREVER)),
            "rewrites": _rewrites,
        },
        left_out=_left_out,
        otherwise=_otherwise,
    )


def _left_out(route: Route) -> Iterator[Note]:
    if route.name.startswith("^"):
        yield Note(route.place, "a source is no expression: the route is left out")
    elif not route.name.isascii() or "%" in route.name:
        yield Note(route.place, "a source is compared with a path whose escapes are undone: the route is left out")
    if route.conditions.methods:
        yield Note(f"{route.place}.match.methods", "a rewrite cannot ask for the method: the route is left out")


def _otherwise(route: Route) -> Iterable[Note]:
    yield from nodeproxy.otherwise(route)
    kept = {
        "host": route.host != route.backend.authority,
        "headers.request": bool(route.request_set or route.request_removed),
        "headers.response": bool(route.response_set or route.response_removed),
        "cookies": bool(route.cookies.forced),
        "verify": route.backend.tls and route.backend.verify is not True,
    }
    for key, differs in kept.items():
        if differs:
            yield Note(f"{route.place}.{key}", "left out: a rewrite has no such option")
    if route.name.endswith("/") and route.name != "/":
        yield Note(route.place, "takes the path without its slash too")


def _rewrites(route: Route) -> list[dict[str, Any]]:
    """The route for paths that end in a slash, which Next would drop, and for all others."""
    source, rest = _source(route)
    destination = _destination(route, rest)
    has = list(_has(route))
    return [
        {"source": source + slash, **({"has": has} if has else {}), "destination": destination.rstrip("/") + slash}
        for slash in (("/", "") if source else ("",))
    ]


def _source(route: Route) -> tuple[str, str]:
    """The source, and the name of the rest of the path behind the pattern; empty where the pattern has it already."""
    names = dict(_NAME.findall(route.name))
    bare = _SPECIAL.sub(r"\\\g<0>", _NAME.sub(_kept, route.name)).replace("\0", "*").rstrip("/")
    if "*" in names.values():
        return bare, ""
    rest = next(name for name in ("path", "rest", *(f"rest{number}" for number in range(99))) if name not in names)
    return f"{bare}/:{rest}*", rest


def _kept(found: re.Match[str]) -> str:
    return f":{found[1]}" + ("\0" if found[2] else "")


def _destination(route: Route, rest: str) -> str:
    if route.replaced is None:
        path = _source(route)[0] if not rest else _source(route)[0].removesuffix(f"/:{rest}*")
    else:
        path = route.replaced.rstrip("/")
    whole = f"{route.base}{path}" + (f"/:{rest}*" if rest else "")
    return route.backend.origin + (whole or "/")


def _has(route: Route) -> Iterator[dict[str, str]]:
    """Each with an expression for the whole value: without one, and with its type `host`, Next adds to the query."""
    if hosts := route.conditions.hosts:
        yield {"type": "header", "key": "host", "value": of_hosts(hosts).removeprefix("(?i)^").removesuffix("$")}
    for name, value in route.conditions.headers:
        yield {"type": "header", "key": name, "value": ".*" if value == "*" else escaped(value)}
