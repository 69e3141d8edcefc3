"""What all targets need to turn a `Site` into text: their templates, comments, and values that cannot be quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from devcors.errors import UsageError
from devcors.interop.rendering import render
from devcors.routing.table import Conditions

from .description import Cors, Note, Route, Site
from .expressions import cookie_edits, location_edits

FOREVER = 7 * 24 * 3600
"""Seconds to write where devcors has no limit and a server wants one."""

SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"
"""The file of certificate authorities on Debian and its kin."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Output:
    """The text of a config, and what it leaves out or has otherwise."""

    text: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How a target writes one key of devcors.toml; an empty `written` means that it cannot, and `remark` says why."""

    key: str
    written: str
    remark: str = ""


def nothing(_: Route) -> Iterable[Note]:
    """No notes on a route."""
    return ()


def written(
    site: Site,
    target: str,
    filters: Mapping[str, Callable[..., str]],
    values: Mapping[str, Any],
    *,
    left_out: Callable[[Route], Iterable[Note]] = nothing,
    otherwise: Callable[[Route], Iterable[Note]] = nothing,
) -> Output:
    """The target's template with the site, its own values, and what all templates know.

    left_out: why a route is not written at all, nothing where it is; otherwise: what a route has otherwise.
    """

    def notes_of(route: Route) -> list[Note]:
        return [*route.notes, *left_out(route), *otherwise(route)]

    def is_left_out(route: Route) -> bool:
        return any(True for _ in left_out(route))

    text = render(
        f"exports/{target}/{target}.j2",
        {"comment": comment, **filters},
        {
            "site": site,
            "routes": [route for route in site.routes if not is_left_out(route)],
            "notes_of": notes_of,
            "is_left_out": is_left_out,
            "location_edits": location_edits,
            "cookie_edits": cookie_edits,
            "forever": FOREVER,
            "system_ca": SYSTEM_CA,
            **values,
        },
    )
    return Output(text, (*site.notes, *(note for route in site.routes for note in notes_of(route))))


def by_path_alone(reason: str) -> Callable[[Route], Iterable[Note]]:
    """`left_out` of a target that cannot ask for the conditions of a route."""

    def left_out(route: Route) -> Iterable[Note]:
        return [Note(f"{route.place}.match", f"{reason}: the route is left out")] * (route.conditions != Conditions())

    return left_out


# RE2 has none of them: https://github.com/google/re2/wiki/Syntax
_UNKNOWN_TO_RE2 = re.compile(r"\(\?(?:<?[=!]|>|\(|P=|#)|\\[1-9Z]|[*+?}]\+")


def beyond_re2(route: Route) -> Iterable[Note]:
    """`left_out` of a target whose expressions are RE2's."""
    if _UNKNOWN_TO_RE2.search(route.path):
        yield Note(route.place, "its expression holds what RE2 has not (lookaround, backreferences): it is left out")


def allowed_methods(cors: Cors, asked: str, quote: Callable[[str], str]) -> str:
    """The methods that a preflight is told; `asked` is how the target says the one that it asks for."""
    methods = cors.allowance.methods
    return asked if methods is None else quote(", ".join(methods))


def allowed_headers(cors: Cors, asked: str, quote: Callable[[str], str]) -> str:
    """The same for headers."""
    # Fetch, section 4.8: `*` is no wildcard where credentials are allowed, and never takes Authorization along
    headers = cors.allowance.headers
    return asked if headers is None or "*" in headers else quote(", ".join(headers))


def comment(text: object) -> str:
    """Text that stays within a comment of one line, in any target."""
    # Apache goes on with the next line after a backslash; Caddy puts variables of the environment even into comments
    return _CONTROL.sub("?", str(text)).replace("{$", "{ $").rstrip("\\")


def printable(text: str, target: str) -> str:
    """The text itself. Raises UsageError for a control character, which no config can hold."""
    if _CONTROL.search(text):
        raise refused(text, target, "a control character")
    return text


def refused(text: str, target: str, what: str) -> UsageError:
    """For a value that the target's language has no way to write."""
    return UsageError(f"{target} cannot write {text!r}: it holds {what}", hint="change the value, or leave it out")


def filled(parts: Iterable[str | int], text: Callable[[str], str], group: Callable[[int], str]) -> str:
    """The parts of a rewriting or an edit in a target's own words."""
    return "".join(text(part) if isinstance(part, str) else group(part) for part in parts)
