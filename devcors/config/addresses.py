"""Where things are: the URLs, hosts, addresses and origins of devcors.toml.

Known: one string as it stands in the file. Wanted: the same in normal form, or a BadValue whose hint is what the
writer most likely meant: `localhost:8080` where a URL is wanted has only one sensible reading.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from devcors.errors import MalformedError
from devcors.urls import DEFAULT_PORTS, Authority, is_loopback_host, parse_authority, parse_origin

from .values import BadValue, kind_of, shown, suggestion

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_EXAMPLE = 'write it as "http://localhost:8080"'
_HOST_EXAMPLE = 'write it as "api.example.com" or "api.example.com:8443"'
_PORT_ALONE = re.compile(r":?([0-9]{1,5})")
_NOT_IN_PATH = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]")


def _text(given: Any, wanted: str, hint: str | None) -> str:
    if not isinstance(given, str):
        raise BadValue(f"{wanted} is wanted, this is {kind_of(given)}", hint)
    return given


# -- URLs ----------------------------------------------------------------------------------------------------------


def target_url(given: Any) -> str:
    """A URL to send requests to: host in lower case, no slash after a bare authority.

    Raises BadValue for other schemes than http, https, ws, wss and for all that cannot be put before a request's
    path: user information, a query, a fragment.
    """
    text = _text(given, "a URL", meant_port(given))
    found = _URL.fullmatch(text)
    if not found:
        raise BadValue(f"{shown(text)} is not a URL", _meant_url(text) or _EXAMPLE)
    scheme, raw_authority, path, query, fragment = found.groups()
    if scheme.lower() not in DEFAULT_PORTS:
        raise BadValue(
            f"{shown(scheme)} is no scheme that devcors can send to",
            suggestion(scheme, DEFAULT_PORTS) or "use http, https, ws or wss",
        )
    if "@" in raw_authority:
        # the message must not repeat the password
        raise BadValue(
            "a target holds no user name or password",
            'send them with headers = { request = { Authorization = "Basic ..." } }',
        )
    base = f"{scheme.lower()}://{_authority(raw_authority, shown(text))}{path if path != '/' else ''}"
    if query is not None or fragment is not None:
        part = "query" if query is not None else "fragment"
        raise BadValue(f"a target has no {part}: the request's own is sent", f'did you mean "{base}"?')
    if _NOT_IN_PATH.search(path):
        raise BadValue(
            f"the path of {shown(text)} holds characters that a URL cannot", f'write it as "{_encoded(base)}"'
        )
    return base


def _encoded(url: str) -> str:
    return quote(url, safe="/:@!$&'()*+,;=~%[]")


def _authority(raw: str, where: str) -> Authority:
    """Host and port of a URL; `where` is the URL as the message shows it."""
    if not raw or raw.startswith(":"):
        raise BadValue(f"{where} names no host", f'did you mean "http://localhost{raw}"?' if raw else _EXAMPLE)
    port = raw.rpartition(":")[2] if not raw.endswith("]") and ":" in raw else ""
    if port and (not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) <= 65535):
        raise BadValue(f"{shown(port)} is no port", "a port is a number from 1 to 65535")
    try:
        return parse_authority(raw)
    except MalformedError:
        raise BadValue(f"{shown(raw)} is not a host", _punycode(raw) or _EXAMPLE) from None


def _punycode(host: str) -> str | None:
    """How DNS writes a host name that is not ASCII (RFC 5891)."""
    if host.isascii():
        return None
    try:
        return f'write it as "{host.encode("idna").decode("ascii")}"'
    except UnicodeError:
        return None


def meant_port(given: Any) -> str | None:
    """The URL that somebody who wrote a bare port has in mind, as a hint."""
    is_port = isinstance(given, int) and not isinstance(given, bool) and 0 < given <= 65535
    return f'did you mean "http://localhost:{given}"?' if is_port else None


def _port_alone(text: str) -> str | None:
    """The port of `8080` or `:8080`."""
    found = _PORT_ALONE.fullmatch(text)
    return found[1] if found and int(found[1]) <= 65535 else None


def _meant_url(text: str) -> str | None:
    """The URL that somebody who wrote `localhost:8080`, `8080` or `api.example.com` has in mind."""
    rest = f"localhost:{port}" if (port := _port_alone(text)) else text.lstrip(":/")
    try:
        name = parse_authority(rest.partition("/")[0]).host
        scheme = "http" if is_loopback_host(name) or "." not in name else "https"
        return f'did you mean "{target_url(f"{scheme}://{rest}")}"?'
    except (MalformedError, BadValue):
        return None


# -- hosts ---------------------------------------------------------------------------------------------------------


def listen_address(given: Any) -> str:
    """`host:port` to listen on; port 0 is any free one."""
    text = _text(given, 'an address such as "localhost:2677"', _meant_listen(given))
    if port := _port_alone(text):
        raise BadValue(f"{shown(text)} is a port without a host", f'did you mean "localhost:{port}"?')
    if "://" in text:
        raise BadValue(
            f"{shown(text)} is a URL, not an address", f'did you mean "{text.partition("://")[2].strip("/")}"?'
        )
    address = _host(text, 'write it as "localhost:2677" or "[::1]:2677"')
    if address.port is None:
        raise BadValue(f"{shown(text)} has no port", f'did you mean "{address.host}:2677"?')
    if "*" in address.host:
        raise BadValue(f"{shown(text)} is not an address", f'every address of the machine is "0.0.0.0:{address.port}"')
    return str(address)


def _meant_listen(given: Any) -> str | None:
    return f'did you mean "localhost:{given}"?' if isinstance(given, int) and not isinstance(given, bool) else None


def intercept_host(given: str) -> str:
    """A host, `*.host`, either with a port or without; lower case."""
    return str(_host_pattern(given))


def allowed_host(given: str) -> str:
    """A host without a port, as the Host field names it; lower case."""
    address = _host_pattern(given)
    if address.port is not None or "*" in address.host:
        raise BadValue(f"{shown(given)} is not one host", "write the name alone; every port of it is meant")
    return address.host


def host_condition(given: str) -> str:
    """A host that a route's `match` asks for, with a port or without; lower case."""
    return str(_host_pattern(given))


def _host_pattern(given: str) -> Authority:
    if "://" in given or "/" in given:
        bare = given.rpartition("://")[2].partition("/")[0]
        raise BadValue(f"{shown(given)} is a URL, a host is wanted", f'did you mean "{bare}"?' if bare else None)
    address = _host(given)
    host = address.host.rstrip(".")
    name = host.removeprefix("*.")
    if "*" in name or not name:
        raise BadValue(f"{shown(given)}: * stands only for whole names in front", 'write it as "*.example.com"')
    return Authority(host, address.port)


def _host(text: str, hint: str | None = None) -> Authority:
    try:
        return parse_authority(text)
    except MalformedError:
        brackets = f'did you mean "[{text}]"?' if text.count(":") > 1 and "[" not in text else None
        raise BadValue(f"{shown(text)} is not a host", hint or brackets or _punycode(text) or _HOST_EXAMPLE) from None


def host_value(given: str) -> str:
    """A route's `host`: `target`, `keep` or the Host to send."""
    if given not in ("target", "keep"):
        _host(
            given, suggestion(given, ("target", "keep")) or 'use "target", "keep" or a host such as "api.example.com"'
        )
    return given


# -- origins -------------------------------------------------------------------------------------------------------


def origin_value(given: str) -> str:
    """A route's `origin`: `target`, `keep` or the Origin to send."""
    if given in ("target", "keep"):
        return given
    if near := suggestion(given, ("target", "keep")):
        raise BadValue(f"{shown(given)} is not an origin", near)
    return _origin(given, 'use "target", "keep" or an origin such as "https://app.example.com"')


def origin(given: str) -> str:
    """One member of `[cors] origins`: `loopback` or an origin as browsers send it (RFC 6454, section 6.2)."""
    if given == "loopback":
        return given
    if given == "*":
        raise BadValue('"*" would let every site in', 'use "loopback" for this machine, or name each origin')
    if given == "null":
        raise BadValue(
            '"null" is the origin of any sandboxed page or file', "serve the page over http and name its origin"
        )
    return _origin(
        given, suggestion(given, ("loopback",)) or 'write it as "https://app.example.com", or use "loopback"'
    )


def _origin(given: str, hint: str) -> str:
    found = _URL.fullmatch(given)
    if not found:
        raise BadValue(f"{shown(given)} is not an origin", _meant_url(given) if _looks_like_host(given) else hint)
    try:
        normal = str(parse_origin(f"{found[1]}://{found[2]}"))
    except MalformedError:
        raise BadValue(f"{shown(given)} is not an origin", hint) from None
    # the port of a scheme without one of its own cannot be filled in
    normal = normal if found[1].lower() in DEFAULT_PORTS else given
    if found[3] or found[4] or found[5]:
        raise BadValue(f"{shown(given)} is not an origin: nothing follows the host", f'did you mean "{normal}"?')
    return normal


def _looks_like_host(text: str) -> bool:
    return "." in text or ":" in text or is_loopback_host(text)


def origins(given: Any) -> Any:
    """The list itself; a single string is refused with the list that it should be."""
    if isinstance(given, str):
        member = origin(given)
        raise BadValue("a list is wanted, this is a string", f'write it as ["{member}"]')
    return given
