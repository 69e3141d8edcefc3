"""webpack-dev-server, from 5 on: a webpack.config.mjs with its `devServer.proxy`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devcors.interop.exports import nodeproxy
from devcors.interop.exports.description import Route, Site
from devcors.interop.exports.expressions import of_hosts
from devcors.interop.exports.javascript import Code, beyond_javascript, expression, literal, string
from devcors.interop.exports.writing import Output, Row, written

TITLE = "webpack"
KEYS = (
    Row("frontend", "webpack-dev-server itself, on its port"),
    Row('[routes] "/prefix", ":name", "^expression"', "`context`, a function, in devcors' order"),
    Row("target", "`target`, `ws`"),
    Row("rewrite", "`pathRewrite`"),
    Row("match", "`context`"),
    *nodeproxy.KEYS,
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    behind = nodeproxy.without_frontend(site)
    output = written(
        behind,
        "webpack",
        {"literal": literal},
        {"address": {"port": nodeproxy.port(site), **_hosts(behind)}, "entry": _entry},
        left_out=beyond_javascript,
        otherwise=nodeproxy.otherwise,
    )
    return nodeproxy.with_helpers(output)


def _hosts(site: Site) -> dict[str, Any]:
    """The hosts that routes ask for: others than this machine's are refused."""
    named = {host.partition(":")[0] for route in site.routes for host in route.conditions.hosts}
    hosts = sorted(host.removeprefix("*") for host in named)
    return {"allowedHosts": hosts} if hosts else {}


def _entry(route: Route) -> dict[str, Any]:
    made = {"context": _context(route), **nodeproxy.options(route)}
    if rewrite := nodeproxy.rewriting(route):
        made["pathRewrite"] = rewrite
    handlers = nodeproxy.handlers(route)
    if handlers.request or handlers.response:
        made["..."] = Code(f"handling({_all(handlers.request)}, {_all(handlers.response)})")
    return made


def _all(functions: tuple[str, ...]) -> str:
    """One function for all of them."""
    return f"all({', '.join(functions)})" if len(functions) > 1 else functions[0] if functions else "undefined"


def _context(route: Route) -> Code:
    """A function of the request: it is asked for the URL as it came, which the path that it is given is not."""
    conditions = route.conditions
    parts = {"url": True, "method": conditions.methods, "headers": conditions.hosts or conditions.headers}
    names = ", ".join(name for name, needed in parts.items() if needed)
    return Code(f"(_path, {{ {names} }}) => {' && '.join(_tests(route))}")


def _tests(route: Route) -> Iterator[str]:
    conditions = route.conditions
    yield f"{expression(route.path)}.test(url)"
    if conditions.methods:
        yield f"{literal(list(conditions.methods))}.includes(method)"
    if conditions.hosts:
        yield f"{expression(of_hosts(conditions.hosts))}.test(headers.host)"
    for name, value in conditions.headers:
        field = string(name.lower())
        yield f"{field} in headers" if value == "*" else f"headers[{field}] === {string(value)}"
