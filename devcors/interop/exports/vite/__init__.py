"""Vite, from 5 on: a vite.config.mjs with its `server.proxy`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devcors.interop.exports import nodeproxy
from devcors.interop.exports.description import Note, Route, Site
from devcors.interop.exports.javascript import Code, beyond_javascript, literal, source, string
from devcors.interop.exports.writing import Output, Row, by_path_alone, written

TITLE = "Vite"
KEYS = (
    Row("frontend", "Vite itself, on its port"),
    Row('[routes] "/prefix", ":name", "^expression"', "a context that begins with `^`, in devcors' order"),
    Row("target", "`target`, `ws`"),
    Row("rewrite", "`rewrite`"),
    Row("match", "", "Vite asks for the URL alone: the route is left out"),
    *nodeproxy.KEYS,
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    behind = nodeproxy.without_frontend(site)
    output = written(
        behind,
        "vite",
        {"string": string, "literal": literal},
        {
            "served": _once(behind.routes),
            "port": nodeproxy.port(site),
            "context": _context,
            "entry": _entry,
        },
        left_out=_left_out,
        otherwise=nodeproxy.otherwise,
    )
    return nodeproxy.with_helpers(output)


_by_url_alone = by_path_alone("Vite asks for the URL alone")


def _left_out(route: Route) -> Iterable[Note]:
    return [*_by_url_alone(route), *beyond_javascript(route)]


def _once(routes: Iterable[Route]) -> list[Route]:
    """Of routes with the same context, the first that is written: the others would never be asked."""
    seen: set[str] = set()
    kept = []
    for route in routes:
        if list(_left_out(route)):
            kept.append(route)
        elif _context(route) not in seen:
            seen.add(_context(route))
            kept.append(route)
    return kept


def _context(route: Route) -> str:
    return source(route.path)


def _entry(route: Route) -> dict[str, Any]:
    made = nodeproxy.options(route)
    if rewrite := nodeproxy.rewriting(route):
        made["rewrite"] = rewrite
    handlers = nodeproxy.handlers(route)
    calls = [f"proxy.on('{event}', {each})" for each in handlers.request for event in ("proxyReq", "proxyReqWs")]
    calls += [f"proxy.on('proxyRes', {each})" for each in handlers.response]
    if calls:
        body = "\n".join(f"  {line}" for call in calls for line in call.split("\n"))
        made["configure"] = Code(f"(proxy) => {{\n{body}\n}}")
    return made
