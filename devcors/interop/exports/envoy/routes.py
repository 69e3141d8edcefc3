"""A route of devcors as routes of Envoy, of which each has room for one rewriting of the path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from devcors.interop.exports.description import Cookies, Cors, Redirects, Rewriting, Route
from devcors.interop.exports.expressions import literal, of_hosts
from devcors.interop.exports.writing import allowed_headers, allowed_methods, filled, refused

from .clusters import seconds

_TYPES = "type.googleapis.com/envoy.extensions.filters.http"


def preflights(route: Route) -> list[dict[str, Any]]:
    """What answers a preflight that the route's policy allows (Fetch, section 4.8)."""
    cors = route.cors
    assert cors is not None
    assert cors.origins is not None
    asks = [
        {"name": ":method", "string_match": {"exact": "OPTIONS"}},
        {"name": "access-control-request-method", "present_match": True},
        {"name": "origin", "string_match": {"safe_regex": {"regex": cors.origins}}},
    ]
    match = _match(route, None)
    match["headers"] = [*match.get("headers", []), *asks]
    return [
        {
            "match": match,
            "direct_response": {"status": 204},
            "response_headers_to_add": [_added(name, value) for name, value in _grant(cors)],
        }
    ]


def sending(route: Route) -> list[dict[str, Any]]:
    """What sends to the backend: one for each rewriting. No two of them take the same path."""
    return [_sending(route, rewriting) for rewriting in route.rewritings or (None,)]


def _sending(route: Route, rewriting: Rewriting | None) -> dict[str, Any]:
    action: dict[str, Any] = {
        "cluster": route.backend.name,
        "timeout": "0s",
        "idle_timeout": seconds(route.idle),
    }
    if route.host != "keep":
        action["host_rewrite_literal"] = route.host
    if rewriting is not None:
        if re.compile(rewriting.regex).groups > 9:
            raise refused(route.name, "Envoy", "more than nine groups")
        action["regex_rewrite"] = {"pattern": {"regex": rewriting.regex}, "substitution": _substitution(rewriting)}
    return {
        "match": _match(route, rewriting),
        "route": action,
        **_filled("metadata", {"filter_metadata": {"envoy.filters.http.lua": _for_lua(route)}}),
        **_filled("request_headers_to_add", [*_forwarded(route), *_said(route.request_set)]),
        **_filled(
            "request_headers_to_remove", [*([] if route.forwarded else ["x-forwarded-proto"]), *route.request_removed]
        ),
        **_filled("response_headers_to_add", _said(route.response_set)),
        **_filled("response_headers_to_remove", [*route.response_removed, *(_CORS_FIELDS if route.cors else ())]),
        **_filled("typed_per_filter_config", _filters(route.cors) if route.cors else {}),
    }


def _filled(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _match(route: Route, rewriting: Rewriting | None) -> dict[str, Any]:
    fields = list(_conditions(route))
    if rewriting is not None and len(route.rewritings) > 1:
        # the path is asked for twice: a rewriting is only for paths of its own route
        whole = rewriting.regex.removesuffix("$") + r"(?:\?.*)?$"
        fields.append({"name": ":path", "string_match": {"safe_regex": {"regex": whole}}})
    return {"safe_regex": {"regex": f"(?:{route.path}).*"}, **_filled("headers", fields)}


def _conditions(route: Route) -> Iterator[dict[str, Any]]:
    conditions = route.conditions
    if conditions.methods:
        regex = f"(?:{'|'.join(map(literal, conditions.methods))})"
        yield {"name": ":method", "string_match": {"safe_regex": {"regex": regex}}}
    if conditions.hosts:
        yield {"name": ":authority", "string_match": {"safe_regex": {"regex": of_hosts(conditions.hosts)}}}
    for name, value in conditions.headers:
        yield {"name": name, **({"present_match": True} if value == "*" else {"string_match": {"exact": value}})}


def _substitution(rewriting: Rewriting) -> str:
    return filled(rewriting.parts, lambda text: text.replace("\\", "\\\\"), lambda group: f"\\{group}")


def _format(text: str) -> str:
    """Text where Envoy takes a format, in which `%` begins a command."""
    return text.replace("%", "%%")


def _added(name: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> dict[str, Any]:
    return {"header": {"key": name, "value": value}, "append_action": action}


def _said(fields: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    return [_added(name, _format(value)) for name, value in fields]


def _forwarded(route: Route) -> list[dict[str, Any]]:
    """X-Forwarded-Proto is set by Envoy itself."""
    if not route.forwarded:
        return []
    return [
        _added("x-forwarded-for", "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%", "APPEND_IF_EXISTS_OR_ADD"),
        _added("x-forwarded-host", "%REQ(:AUTHORITY)%"),
        _added("x-forwarded-port", "%DOWNSTREAM_LOCAL_PORT%"),
    ]


_CORS_FIELDS = (
    *(f"access-control-allow-{name}" for name in ("origin", "credentials", "methods", "headers", "private-network")),
    "access-control-expose-headers",
    "access-control-max-age",
)


def _grant(cors: Cors) -> Iterator[tuple[str, str]]:
    allowance = cors.allowance
    yield "access-control-allow-origin", "%REQ(ORIGIN)%"
    if allowance.credentials:
        yield "access-control-allow-credentials", "true"
    yield "access-control-allow-methods", allowed_methods(cors, "%REQ(ACCESS-CONTROL-REQUEST-METHOD)%", _format)
    if allowance.headers != ():
        yield "access-control-allow-headers", allowed_headers(cors, "%REQ(ACCESS-CONTROL-REQUEST-HEADERS)%", _format)
    yield "access-control-max-age", str(allowance.max_age)
    yield "vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def _filters(cors: Cors) -> dict[str, Any]:
    """What is said on errors of Envoy's own too: fields that a route adds are not."""
    vary = _added("vary", "Origin", "APPEND_IF_EXISTS_OR_ADD")
    made: dict[str, Any] = {
        "envoy.filters.http.header_mutation": {
            "@type": f"{_TYPES}.header_mutation.v3.HeaderMutationPerRoute",
            "mutations": {"response_mutations": [{"append": vary}]},
        }
    }
    if cors.origins is not None:
        made["envoy.filters.http.cors"] = {
            "@type": f"{_TYPES}.cors.v3.CorsPolicy",
            "allow_origin_string_match": [{"safe_regex": {"regex": cors.origins}}],
            "allow_credentials": cors.allowance.credentials,
            **_filled("expose_headers", ", ".join(cors.allowance.expose)),
        }
    return made


def _for_lua(route: Route) -> dict[str, Any]:
    """What the Lua filter does for the route."""
    return {
        **({} if route.origin == "keep" else {"origin": route.origin}),
        **_filled("redirects", _redirects(route.redirects) if route.redirects else None),
        **_filled("cookies", _cookies(route.cookies) if route.cookies != Cookies() else None),
    }


def _redirects(redirects: Redirects) -> dict[str, Any]:
    scheme, _, authority = redirects.origin.partition("://")
    port = "" if authority.rpartition("]")[2].count(":") else ":443" if scheme == "https" else ":80"
    moves = [*([redirects.own] if redirects.own else []), *redirects.others]
    return {
        "origins": [redirects.origin, *([redirects.origin + port] if port else [])],
        "moves": [list(move) for move in moves],
        **_filled("own", list(redirects.own or ())),
    }


def _cookies(cookies: Cookies) -> dict[str, Any]:
    return {
        **_filled("dropped", dict.fromkeys((name.lower() for name, _ in cookies.forced), True)),
        **_filled("domains", dict.fromkeys(cookies.domains, True)),
        **_filled("move", list(cookies.move or ())),
        **_filled(
            "added", [name if value is None else f"{name}={value}" for name, value in cookies.forced if value != ""]
        ),
    }
