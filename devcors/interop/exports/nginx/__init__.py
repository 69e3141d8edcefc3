"""nginx, from 1.19.3 on: a file for `http { }`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devcors.interop.exports.description import Cors, Edit, Note, Rewriting, Route, Site
from devcors.interop.exports.expressions import path_literal
from devcors.interop.exports.writing import (
    Output,
    Row,
    allowed_headers,
    allowed_methods,
    by_path_alone,
    filled,
    printable,
    written,
)

TITLE = "nginx"
KEYS = (
    Row("frontend", "`location /`"),
    Row('[routes] "/prefix"', "`location ~`, in devcors' order; `map $request_uri` sees that both spellings agree"),
    Row('[routes] ":name", "^expression"', "`location ~`"),
    Row("target", "`upstream` with `keepalive`, `proxy_pass`"),
    Row("rewrite", "`map` of the raw path, so that escapes reach the backend as they came"),
    Row("match", "", "a location is chosen by path alone: the route is left out"),
    Row("host", "`proxy_set_header Host`"),
    Row("origin", "`map`, `proxy_set_header Origin`, `Referer`"),
    Row("forwarded", "`proxy_set_header X-Forwarded-*`"),
    Row("headers", "`proxy_set_header`, `proxy_hide_header`, `add_header … always`"),
    Row(
        "cookies",
        "`proxy_cookie_domain`, `proxy_cookie_path`, `proxy_cookie_flags`",
        "a forced `domain` or `path` replaces one that is there, and adds none",
    ),
    Row("redirects", "`proxy_redirect`"),
    Row("verify", "`proxy_ssl_verify`, `proxy_ssl_trusted_certificate`"),
    Row("timeout", "`proxy_connect_timeout`, `proxy_read_timeout`", "none is written as seven days"),
    Row("cors, [cors]", "`map $http_origin`, `add_header … always`, `return 204`", "`inject` is written as `rewrite`"),
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    output = written(
        site,
        "nginx",
        {"quote": quote, "regex": _regex, "target": _target, "edit": _edited, "path": path_literal},
        {
            "methods": _methods,
            "headers": _headers,
            "flags": _flags,
        },
        left_out=by_path_alone("a location is chosen by its path alone"),
        otherwise=_own_notes,
    )
    # the one way in which nginx writes a `$`: values of `geo` are not looked into
    dollar = 'geo $devcors_dollar {\n    default "$";\n}\n' if "${devcors_dollar}" in output.text else ""
    return replace(output, text=output.text.replace("@DOLLAR@\n", dollar))


def _own_notes(route: Route) -> Iterator[Note]:
    forced = dict(route.cookies.forced)
    for name in ("Domain", "Path"):
        if forced.get(name) is not None:
            yield Note(f"{route.place}.cookies.{name.lower()}", "set where a cookie has one, and never added")


def quote(text: str) -> str:
    """A string in double quotes that means itself: a backslash escapes, `$` begins a variable."""
    escaped = printable(text, TITLE).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace("$", "${devcors_dollar}")}"'


def _regex(text: str) -> str:
    """An expression, where nginx looks for no variables."""
    escaped = printable(text, TITLE).replace("\\", "\\\\").replace('"', '\\"')
    return f'"~{escaped}"'


def _target(rewriting: Rewriting) -> str:
    return _replacement(rewriting.parts)


def _edited(edit: Edit) -> str:
    return _replacement(edit.parts)


def _replacement(parts: tuple[str | int, ...]) -> str:
    made = filled(parts, lambda text: quote(text)[1:-1], lambda group: f"${group}")
    return f'"{made.replace("#own", "$scheme://$http_host", 1)}"'


def _methods(cors: Cors) -> str:
    return allowed_methods(cors, "$http_access_control_request_method", quote)


def _headers(cors: Cors) -> str:
    return allowed_headers(cors, "$http_access_control_request_headers", quote)


def _flags(route: Route) -> str:
    """`proxy_cookie_flags`: Secure and SameSite, which are the ones that a config can force."""
    forced = dict(route.cookies.forced)
    flags = []
    if "Secure" in forced:
        flags.append("nosecure" if forced["Secure"] == "" else "secure")
    if "SameSite" in forced:
        flags.append(f"samesite={forced['SameSite']}".lower() if forced["SameSite"] else "nosamesite")
    return " ".join(flags)
