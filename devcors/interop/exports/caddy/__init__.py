"""Caddy, from 2.8 on: a site block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devcors.interop.exports.description import Cors, Note, Route, Site
from devcors.interop.exports.expressions import literal, of_hosts
from devcors.interop.exports.writing import (
    Output,
    Row,
    allowed_headers,
    allowed_methods,
    beyond_re2,
    filled,
    printable,
    refused,
    written,
)

TITLE = "Caddy"
KEYS = (
    Row("frontend", "the last `handle`"),
    Row('[routes] "/prefix", ":name"', "`vars_regexp {http.request.orig_uri}` and `handle`, in devcors' order"),
    Row(
        '[routes] "^expression"',
        "the same",
        "Go's expressions have no lookaround and no backreferences: a route that uses them is left out",
    ),
    Row("target", "`reverse_proxy`"),
    Row("rewrite", "`uri path_regexp`"),
    Row("match", "`method`, `header`, `header_regexp`"),
    Row("host", "`header_up Host`"),
    Row("origin", "`request_header`"),
    Row(
        "forwarded",
        "`reverse_proxy` does it",
        "an X-Forwarded-For that came in is dropped unless its sender is one of `trusted_proxies`",
    ),
    Row("headers", "`header_up`, `header_down`"),
    Row("cookies", "`header_down Set-Cookie`"),
    Row("redirects", "`header_down Location`"),
    Row("verify", "`tls_insecure_skip_verify`, `tls_trust_pool`"),
    Row("timeout", "`dial_timeout`, `read_timeout`"),
    Row("cors, [cors]", "`header`, `respond 204`", "`inject` is written as `rewrite`"),
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    return written(
        site,
        "caddy",
        {"quote": quote, "regex": regex, "made": _made, "path_made": _path_made, "literal": literal},
        {"of_hosts": of_hosts, "methods": _methods, "headers": _headers},
        left_out=beyond_re2,
        otherwise=_own_notes,
    )


def _own_notes(route: Route) -> Iterator[Note]:
    if route.forwarded:
        yield Note(
            f"{route.place}.forwarded", "an X-Forwarded-For that comes in is dropped, unless you name trusted_proxies"
        )


def quote(text: str) -> str:
    """A token that means itself, also when it is read for placeholders.

    Raises UsageError for a brace, which begins one, and for a value that neither kind of quotes can hold.
    """
    if "{" in text:
        raise refused(text, TITLE, "a brace, which begins a placeholder")
    return _token(text)


def regex(text: str) -> str:
    """An expression, which is read for no placeholders but those of the file itself."""
    return _token(text)


def _token(text: str) -> str:
    if "{$" in text:
        raise refused(text, TITLE, "`{$`, which begins a variable of the environment")
    if "`" not in text:
        return f"`{printable(text, TITLE)}`"
    # in double quotes a backslash is itself, except before a quote
    if "\\" in text:
        raise refused(text, TITLE, "a backquote and a backslash")
    return '"' + printable(text, TITLE).replace('"', '\\"') + '"'


def _made(parts: tuple[str | int, ...]) -> str:
    """The replacement of an expression's find, in Go's words."""
    made = filled(parts, lambda text: _bare(text).replace("$", "$$"), lambda group: f"${{{group}}}")
    return _token_with_placeholders(made.replace("#own", "{http.request.scheme}://{http.request.hostport}", 1))


def _path_made(parts: tuple[str | int, ...]) -> str:
    """The same for a path, where Caddy takes the braces of `${1}` for a placeholder.

    Raises UsageError where the text after a group goes on like the group's name.
    """
    made = filled(parts, lambda text: _bare(text).replace("$", "$$"), lambda group: f"${group}")
    if re.search(r"(?<!\$)(?:\$\$)*\$[0-9]+[0-9A-Za-z_]", made):
        raise refused(made, TITLE, "a letter or digit right after a capture")
    return _token_with_placeholders(made)


def _bare(text: str) -> str:
    return quote(text) and text


def _token_with_placeholders(text: str) -> str:
    if "`" not in text:
        return f"`{text}`"
    raise refused(text, TITLE, "a backquote")


def _methods(cors: Cors) -> str:
    return allowed_methods(cors, "{http.request.header.Access-Control-Request-Method}", quote)


def _headers(cors: Cors) -> str:
    return allowed_headers(cors, "{http.request.header.Access-Control-Request-Headers}", quote)
