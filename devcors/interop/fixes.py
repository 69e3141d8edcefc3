"""The configuration that makes a server's CORS right, for its framework: one template a server, in `fixes/`.

Known: whom the server is to answer, as origins, methods and field names, and whether with credentials. Wanted: text to
paste that does no more than that, and that nobody has to repair by hand: origins compared whole, `Vary: Origin` on
refusals too, preflights answered before authentication, the headers on error responses too. What the templates put in
has passed `permission`, and is quoted by a filter for the language in which it stands.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

from devcors.cors.tokens import is_token
from devcors.errors import MalformedError, UsageError
from devcors.urls import parse_origin

from .rendering import render

SERVERS = MappingProxyType(
    {
        "express": "Express with the cors package",
        "express-manual": "Express, by hand",
        "django": "Django with django-cors-headers",
        "flask": "Flask with flask-cors",
        "flask-manual": "Flask, by hand",
        "fastapi": "FastAPI and Starlette",
        "go": "Go's net/http, by hand",
        "go-rs-cors": "Go's net/http with rs/cors",
        "nginx": "nginx",
        "apache": "Apache httpd",
        "caddy": "Caddy",
    }
)
"""Name on the command line, and what it stands for."""

USUAL_METHODS = ("PUT", "PATCH", "DELETE")
USUAL_HEADERS = ("Content-Type", "Authorization")

# Fetch, section 2.2.1: no preflight asks for them. They are listed all the same, for browsers do not mind, and
# Starlette, flask-cors and rs/cors refuse a preflight (it is made for a header) whose method they do not list.
_SAFELISTED = ("GET", "HEAD", "POST")

# what a browser can put there: host names after its own normalisation (URL Standard, section 3.5), IPv6, and the
# identifier of an extension or of an app's web view
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\]")
_LOCATION_ORIGIN = "write what `location.origin` says in the page's console, for example http://localhost:5173"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whom a server answers. Origins are serialised as browsers do; methods hold the safelisted ones first."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    credentials: bool


def permission(
    origins: Sequence[str], methods: Sequence[str] | None, headers: Sequence[str] | None, *, credentials: bool
) -> Permission:
    """What was asked for, checked; `None` means the usual methods or headers of an API.

    Raises UsageError for no origin, and for an origin, method or field name that no browser sends, or that would allow
    more than it names.
    """
    if not origins:
        raise UsageError("no origin to allow", hint=f"--origin ORIGIN: {_LOCATION_ORIGIN}")
    names = USUAL_HEADERS if headers is None else headers
    return Permission(
        origins=tuple(dict.fromkeys(map(_origin, origins))),
        methods=tuple(dict.fromkeys([*_SAFELISTED, *map(_method, USUAL_METHODS if methods is None else methods)])),
        headers=tuple({name.lower(): name for name in map(_field_name, names)}.values()),
        credentials=credentials,
    )


def _origin(text: str) -> str:
    if text == "*":
        raise UsageError(
            "`*` allows every page of the web, and browsers refuse it with credentials",
            where="--origin '*'",
            hint=f"name the origins: {_LOCATION_ORIGIN}",
        )
    if text == "null":
        hint = "serve the page from a server, so that it has an origin of its own"
        raise UsageError("`null` is the origin of any sandboxed frame and any file", where="--origin 'null'", hint=hint)
    try:
        parsed = parse_origin(text)
    except MalformedError:
        whole = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._:\[\]-]+(?=[/?#])", text)
        hint = f"without path and slash: {whole[0]}" if whole else _LOCATION_ORIGIN
        raise UsageError(
            "not an origin, which is scheme://host[:port]", where=f"--origin {text!r}", hint=hint
        ) from None
    if not _HOST.fullmatch(parsed.host) or re.search(r":0*$", text):
        raise UsageError("no browser sends this origin", where=f"--origin {text!r}", hint=_LOCATION_ORIGIN)
    return str(parsed)


def _method(text: str) -> str:
    """A method in capitals, and a token (RFC 9110, section 9.1)."""
    if text == "*" or not _is_token(text):
        hint = "--methods PUT,PATCH,DELETE"
        raise UsageError("not a method, each of which is to be named", where=f"--methods {text!r}", hint=hint)
    if text != text.upper():
        # Fetch, section 2.2.1, "normalize": fetch() leaves the case of PATCH and of methods it does not know
        hint = f"write {text.upper()}, in the page's fetch() too"
        raise UsageError(
            "methods are case-sensitive, and servers know theirs in capitals", where=f"--methods {text!r}", hint=hint
        )
    return text


def _field_name(text: str) -> str:
    if text == "*" or not _is_token(text):
        hint = "--headers Content-Type,Authorization"
        raise UsageError("not a header's name, each of which is to be named", where=f"--headers {text!r}", hint=hint)
    return text


def _is_token(text: str) -> bool:
    return text.isascii() and is_token(text.encode())


def fix(server: str, wanted: Permission) -> str:
    """The configuration for one of SERVERS, with comments that say where it goes.

    Raises UsageError for another server, and for a value that this server's language cannot hold.
    """
    if server not in SERVERS:
        near = difflib.get_close_matches(server.lower(), SERVERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(SERVERS)}"
        raise UsageError(f"no fix for {server!r}", hint=hint)
    return render(f"fixes/{server}.j2", _FILTERS, asdict(wanted))


def _quoted(text: str) -> str:
    """A string in JavaScript, Python, Go and a Caddyfile: tokens and origins hold no character that they escape."""
    return json.dumps(text)


def _list(texts: Iterable[str]) -> str:
    """A list in Python and an array in JavaScript."""
    return f"[{', '.join(map(_quoted, texts))}]"


def _go_list(texts: Iterable[str]) -> str:
    return f"{{{', '.join(map(_quoted, texts))}}}"


def _flask_list(texts: Iterable[str]) -> str:
    """flask-cors takes a string with one of these characters (an IPv6 origin) for a regular expression."""
    hints = frozenset(r"*\]?$^[]()")
    return _list(text if hints.isdisjoint(text) else f"^{re.escape(text)}$" for text in texts)


def _escaped(text: str) -> str:
    """An origin as a regular expression inside of double quotes, in nginx and Apache."""
    return re.escape(text)


def _alternatives(texts: Iterable[str]) -> str:
    return "|".join(map(_escaped, texts))


def _nginx(text: str) -> str:
    if "$" in text:
        raise UsageError(f"nginx cannot write the `$` in {text!r}: it begins a variable", hint="use another name")
    return _quoted(text)


def _apache(text: str) -> str:
    """mod_headers, "Header": `%` begins a format specifier."""
    return _quoted(text.replace("%", "%%"))


_FILTERS: dict[str, Callable[..., str]] = {
    "list": _list,
    "go_list": _go_list,
    "flask_list": _flask_list,
    "joined": ", ".join,
    "quote": _quoted,
    "regex": _escaped,
    "regexes": _alternatives,
    "nginx": _nginx,
    "apache": _apache,
}
