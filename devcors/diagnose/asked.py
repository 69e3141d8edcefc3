"""From the words of the command line to what a page's code asks for; what fetch() itself would refuse is refused here.

Known: a URL, an origin, a method, `Name: value` lines, data. Wanted: an `Ask`, or a UsageError that says what a browser
would say before anything is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from devcors.cors.profiles import CHROMIUM
from devcors.cors.safelist import (
    has_no_body,
    is_ignored_field,
    is_refused_field,
    is_refused_method,
    normalised_method,
    trimmed,
)
from devcors.errors import MalformedError, UsageError
from devcors.heads import Field, value, without
from devcors.urls import DEFAULT_PORTS, Origin, parse_authority, parse_origin

from .plan import Ask


@dataclass(frozen=True, slots=True)
class Words:
    """The options as they were given. `data` is text, or `@FILE`."""

    url: str
    origin: str
    method: str | None = None
    headers: Sequence[str] = ()
    credentials: bool = False
    data: str | None = None
    streamed: bool = False


def ask_of(words: Words) -> Ask:
    """Raises UsageError for what cannot be asked."""
    url = _url(words.url)
    body = _body(words.data)
    method = _method(words.method, body)
    if words.streamed and body is None:
        raise UsageError("--stream says how the body is sent, and there is none", hint="--data TEXT gives one")
    headers = tuple(_field(text) for text in words.headers)
    cookie = value(headers, b"cookie")
    if cookie is not None and not words.credentials:
        raise UsageError("a Cookie is sent only with credentials", hint="add --credentials")
    own = without(headers, b"cookie")
    for name, text in own:
        _refuse_ignored(name, text)
    return Ask(
        url,
        _page(words.origin),
        method,
        own,
        words.credentials,
        body,
        words.streamed,
        cookie,
    )


def _url(text: str) -> str:
    """Absolute, normalised as a browser does, without a fragment."""
    if "://" not in text:
        raise UsageError(f"{text!r} is no URL", hint=f"write it whole: http://{text.lstrip('/')}")
    try:
        url = httpx.URL(text).copy_with(fragment=None)
        parse_authority(url.netloc)
    except (httpx.InvalidURL, MalformedError):
        raise UsageError(f"{text!r} is no URL", hint="devcors diagnose http://localhost:8080/api --origin …") from None
    if url.scheme not in DEFAULT_PORTS or not url.host or "%" in url.host:
        raise UsageError(f"{text!r} is no http, https, ws or wss URL", hint="CORS is about http and https")
    if url.userinfo:
        hint = 'send it as a header: -H "Authorization: Basic …"'
        raise UsageError("fetch() takes no URL with a user name and password in it", hint=hint)
    return str(url)


def _page(text: str) -> Origin:
    try:
        return parse_origin(text)
    except MalformedError:
        raise UsageError(f"{text!r} is no origin", hint=_origin_hint(text)) from None


def _origin_hint(text: str) -> str:
    """An origin is often copied from the address bar, with the path behind it."""
    try:
        url = httpx.URL(text)
        page = parse_origin(f"{url.scheme}://{url.netloc.decode('ascii')}")
    except (httpx.InvalidURL, MalformedError):
        return "scheme://host[:port] of the page, for example --origin http://localhost:5173"
    return f"no slash or path behind it: --origin {page}"


def _method(given: str | None, body: bytes | None) -> str:
    """As fetch() normalises it; without one, POST where there is data, as curl does."""
    method = normalised_method(given or ("GET" if body is None else "POST"))
    if is_refused_method(method):
        raise UsageError(f"fetch() refuses the method {method}", hint="leave -X out, or name another one")
    if body is not None and has_no_body(method):
        raise UsageError(f"fetch() refuses a body with {method}", hint="leave --data out, or add -X POST")
    return method


def _body(data: str | None) -> bytes | None:
    if data is None or not data.startswith("@"):
        return data.encode() if data is not None else None
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise UsageError(f"{data[1:]} cannot be read: {error.strerror}", hint="--data @FILE reads a file") from None


def _field(text: str) -> Field:
    name, separator, given = text.partition(":")
    if not separator or is_refused_field((name, given)):
        raise UsageError(f"{text!r} is no header", hint='-H "X-Token: abc"')
    return name.encode("latin-1"), trimmed(given).encode("latin-1")


def _refuse_ignored(name: bytes, text: bytes) -> None:
    """A header that the browser sets itself would be dropped in silence; better to say so."""
    shown = name.decode("latin-1")
    if name.lower() == b"origin":
        raise UsageError("the browser writes Origin itself", hint=f"--origin {text.decode('latin-1')}")
    if name.lower() != b"user-agent" and is_ignored_field((shown, text.decode("latin-1")), CHROMIUM):
        raise UsageError(f"a page cannot set {shown}: the browser drops it", hint="leave it out")
