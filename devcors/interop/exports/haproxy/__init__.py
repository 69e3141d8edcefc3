"""HAProxy, from 2.5 on: a whole configuration."""

from __future__ import annotations

from devcors.interop.exports.description import Cors, Route, Site
from devcors.interop.exports.expressions import of_hosts
from devcors.interop.exports.writing import Output, Row, allowed_headers, allowed_methods, filled, printable, written

TITLE = "HAProxy"
KEYS = (
    Row("frontend", "the last `use_backend`"),
    Row('[routes] "/prefix", ":name", "^expression"', "`use_backend … if { path -m reg … }`, in devcors' order"),
    Row("target", "a `backend` with a `server` line for each address"),
    Row("rewrite", "`http-request replace-path`"),
    Row("match", "further conditions of `use_backend`"),
    Row("host", "`http-request set-header Host`"),
    Row("origin", "`http-request set-header Origin`, `replace-header Referer`"),
    Row("forwarded", "`http-request set-header X-Forwarded-*`"),
    Row("headers", "`http-request` and `http-response` `set-header`, `del-header`"),
    Row("cookies", "`http-response replace-header Set-Cookie`"),
    Row("redirects", "`http-response replace-header Location`"),
    Row("verify", "`verify`, `ca-file`, `verifyhost`"),
    Row("timeout", "`timeout connect`, `timeout server`, `timeout tunnel`", "none is written as seven days"),
    Row(
        "cors, [cors]",
        "`http-after-response set-header`, `http-request return status 204`",
        "`inject` is written as `rewrite`",
    ),
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    return written(
        site,
        "haproxy",
        {"quote": quote, "fmt": fmt, "made": _made},
        {"condition": _condition, "methods": _methods, "headers": _headers},
    )


def quote(text: str) -> str:
    """A string in single quotes, in which nothing has a meaning."""
    return "'" + printable(text, TITLE).replace("'", "'\\''") + "'"


def fmt(text: str) -> str:
    """A string where HAProxy takes a log format, in which `%` has a meaning."""
    return quote(text.replace("%", "%%"))


def _made(parts: tuple[str | int, ...]) -> str:
    """What an expression's find becomes: a log format with backreferences."""
    made = filled(parts, lambda text: text.replace("\\", "\\\\").replace("%", "%%"), lambda group: f"\\{group}")
    return quote(made.replace("#own", "%[var(txn.own)]", 1))


def _condition(route: Route) -> str:
    """A route's path and all else that it asks for."""
    conditions = route.conditions
    parts = [f"{{ path -m reg {quote(route.path)} }}"]
    if conditions.methods:
        parts.append(f"{{ method -m str -- {' '.join(map(quote, conditions.methods))} }}")
    if conditions.hosts:
        parts.append(f"{{ req.fhdr(host) -m reg {quote(of_hosts(conditions.hosts))} }}")
    for name, value in conditions.headers:
        test = "-m found" if value == "*" else f"-m str -- {quote(value)}"
        parts.append(f"{{ req.fhdr({quote(name)}) {test} }}")
    return " ".join(parts)


def _methods(cors: Cors) -> str:
    return allowed_methods(cors, "'%[var(txn.asked)]'", fmt)


def _headers(cors: Cors) -> str:
    return allowed_headers(cors, "'%[var(txn.asked_headers)]'", fmt)
