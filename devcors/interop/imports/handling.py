"""Handlers of http-proxy's events, as edits of header fields.

Known: `configure(proxy, options)`, or `on` and `onProxyReq`, put handlers on the proxy; most only log, many set
a field. Wanted: the fields that a handler sets whatever the request is, found by giving it requests and responses that
differ in everything; a handler that does anything else is told, and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from devcors.cookies.rewrite import rewrite_table

from .evaluating import Effect, Function, Session, Threw
from .model import Remark, Source
from .naming import fields_in, media_types_in
from .options import Reading, set_field
from .probing import hints_in

_HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
REQUESTS: tuple[dict[str, Any], ...] = (
    {"url": "/", "method": "GET", "headers": {"accept": _HTML}, "response": {"headers": {"content-type": "text/html"}}},
    {
        "url": "/api/x?a=1",
        "method": "POST",
        "headers": {
            "accept": "application/json",
            "origin": "http://localhost:5173",
            "content-type": "application/json",
        },
        "response": {
            "status": 201,
            "headers": {
                "set-cookie": ["a=1; Path=/; Secure", "b=2; Domain=example.com"],
                "access-control-allow-origin": "*",
                "x-frame-options": "DENY",
                "content-security-policy": "default-src 'self'",
                "www-authenticate": "Basic",
                "server": "one",
            },
        },
    },
    {
        "url": "/auth/login/",
        "method": "DELETE",
        "headers": {"origin": "https://app.example.com", "cookie": "sid=1", "authorization": "Bearer one"},
        "response": {
            "status": 302,
            "headers": {
                "location": "http://localhost:8080/next",
                "set-cookie": ["sid=3; HttpOnly; SameSite=None", "d=4; Domain=.other.test; Path=/x"],
                "access-control-allow-origin": "https://app.example.com",
                "x-frame-options": "SAMEORIGIN",
                "content-security-policy": "frame-ancestors 'none'",
                "www-authenticate": "Bearer",
                "server": "two",
            },
        },
    },
)
"""Requests, each with the response that it gets, that differ from one another in everything a handler may look at."""

# they see what happens and can change nothing that a backend or a page would notice
_HARMLESS = frozenset({"error", "start", "end", "open", "close", "econnreset"})


def edits_of(
    options: Mapping[str, Any], place: Callable[[str], Source], session: Session, remarks: list[Remark]
) -> dict[str, Any]:
    """Keys of a route (`headers`, `host`, `origin`, `cookies`) for what the handlers do; the rest is remarked on."""
    reading = Reading(options, place, {}, remarks)
    common: dict[str, list[Effect]] = {"proxyReq": [], "proxyReqWs": [], "proxyRes": []}
    for option, event, handler in _handlers(reading, session):
        if event in _HARMLESS:
            continue
        if event not in common:
            reading.remark(option, f"devcors has no event {event}")
            continue
        message = "proxyRes" if event == "proxyRes" else "proxyReq"
        requests = requests_for(handler.source)
        effects = session.effects(handler, message, requests, options)
        effect = _common(reading, message, requests, effects)
        if effect is None:
            reading.remark(option, f"the handler of {event} is left out: it does not set the same fields every time")
            continue
        common[event].append(effect)
        if event != "proxyReqWs":
            _take(reading, option, event, effect)
    # a route treats the handshake of a WebSocket as any other request
    sockets = [effect for effect in common["proxyReqWs"] if effect != Effect()]
    if sockets and sockets != [effect for effect in common["proxyReq"] if effect != Effect()]:
        reading.remark("configure", "the handler of proxyReqWs is left out: a route has no fields of WebSockets alone")
    return reading.table


def _handlers(reading: Reading, session: Session) -> Iterator[tuple[str, str, Function]]:
    """Each handler with the option that it comes from and its event."""
    options = reading.options
    configure = options.get("configure")
    if isinstance(configure, Function):
        for event, handlers in session.handlers(configure, options).items():
            for handler in handlers:
                yield "configure", event, handler
    elif configure is not None:
        reading.remark("configure", "it is no function")
    given = options.get("on")
    pairs = [("on", event, handler) for event, handler in given.items()] if isinstance(given, Mapping) else []
    pairs += [
        ("onProxyReq", "proxyReq", options.get("onProxyReq")),
        ("onProxyRes", "proxyRes", options.get("onProxyRes")),
    ]
    for option, event, handler in pairs:
        if isinstance(handler, Function):
            yield option, event, handler


def requests_for(source: str) -> list[dict[str, Any]]:
    """REQUESTS, and more of them with the paths, fields and media types that a handler's text names."""
    first = REQUESTS[0]
    more: list[dict[str, Any]] = []
    for hint in hints_in(source):
        more += [{**first, "url": hint}, {**first, "url": f"/api{hint}/x?a=1"}]
    for name in fields_in(source):
        if name not in ("set-cookie", "host"):
            more.append(_with_field(first, name, "tried"))
    for media_type in media_types_in(source):
        more += [_with_field(first, "content-type", media_type), _with_field(first, "accept", media_type)]
    return [*REQUESTS, *more]


def _with_field(request: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    response = {**request["response"], "headers": {**request["response"]["headers"], name: text}}
    return {**request, "headers": {**request["headers"], name: text}, "response": response}


def _common(
    reading: Reading, message: str, requests: Sequence[Mapping[str, Any]], effects: Sequence[Effect | Threw]
) -> Effect | None:
    """What a handler does every time; None where it does not do the same, or more than setting fields."""
    given = [request["response"]["headers"] if message == "proxyRes" else request["headers"] for request in requests]
    seen = [effect for effect in effects if isinstance(effect, Effect) and not effect.more]
    if len(seen) < len(effects):
        return None
    if any(effect.set != seen[0].set for effect in seen):  # what is set to what it was is no change then
        seen = [_changing(effect, headers) for effect, headers in zip(seen, given, strict=True)]
    special = _without_cookies if message == "proxyRes" else _without_origin
    seen = special(reading, given, seen)
    removed = {name.lower() for effect in seen for name in effect.removed}
    # what is removed from a response is seen only where it is there
    asked = all(
        {name.lower() for name in effect.removed} in (removed, removed & set(headers))
        for effect, headers in zip(seen, given, strict=True)
    )
    if not asked or any(effect.set != seen[0].set for effect in seen):
        return None
    return Effect(seen[0].set, tuple(sorted(removed)))


def _changing(effect: Effect, headers: Mapping[str, Any]) -> Effect:
    """Without the fields that were set to what they were already."""
    before = {name: ",".join(text) if isinstance(text, list) else text for name, text in headers.items()}
    return Effect(tuple((name, text) for name, text in effect.set if before.get(name.lower()) != text), effect.removed)


def _without_origin(reading: Reading, given: Sequence[Mapping[str, Any]], seen: list[Effect]) -> list[Effect]:
    """An Origin that is set wherever there was one becomes the route's `origin`, and is no edit any more."""
    texts = [{name.lower(): text for name, text in effect.set}.get("origin") for effect in seen]
    values = {text for text in texts if text is not None}
    if len(values) != 1:
        return seen
    for text, headers in zip(texts, given, strict=True):
        was = headers.get("origin")
        if (text is None and was not in (None, *values)) or (text is not None and was is None):
            return seen
    reading.table["origin"] = values.pop()
    return [_without(effect, "origin") for effect in seen]


def _without_cookies(reading: Reading, given: Sequence[Mapping[str, Any]], seen: list[Effect]) -> list[Effect]:
    """Cookies whose attributes are changed in a way that `cookies` does become that, and are no edit any more."""
    before = [headers.get("set-cookie") or [] for headers in given]
    after = [
        {name.lower(): text for name, text in effect.set}.get("set-cookie", ",".join(cookies)).split(",")
        for effect, cookies in zip(seen, before, strict=True)
    ]
    pairs = [(cookies, [each for each in texts if each]) for cookies, texts in zip(before, after, strict=True)]
    if all(cookies == texts for cookies, texts in pairs):
        return seen
    table = cookies_table(
        [each for cookies, _ in pairs for each in cookies], [each for _, texts in pairs for each in texts]
    )
    if table is None:
        return seen
    reading.table["cookies"] = table
    return [_without(effect, "set-cookie") for effect in seen]


def _without(effect: Effect, field: str) -> Effect:
    return Effect(tuple(pair for pair in effect.set if pair[0].lower() != field), effect.removed)


def cookies_table(before: Sequence[str], after: Sequence[str]) -> dict[str, Any] | None:
    """The route's `cookies` that makes the second of the first, None where there is none."""
    if len(before) != len(after):
        return None
    choices = product((None, ""), (None, "", "/"), (None, False, True), (None, "", "lax", "strict", "none"))
    for domain, path, secure, samesite in choices:
        made = [
            rewrite_table(each.encode(), domain=domain, path=path, secure=secure, samesite=samesite).text.decode()
            for each in before
        ]
        if list(map(_parts, made)) == list(map(_parts, after)):
            table = {"domain": domain, "path": path, "secure": secure, "samesite": samesite}
            return {key: value for key, value in table.items() if value is not None}
    return None


def _parts(cookie: str) -> tuple[str, frozenset[str]]:
    """Name with value, and the attributes, whose order and case mean nothing."""
    first, *attributes = (part.strip() for part in cookie.split(";"))
    return first, frozenset(each.lower() for each in attributes if each)


def _take(reading: Reading, option: str, event: str, effect: Effect) -> None:
    if event == "proxyReq":
        for name, text in effect.set:
            if name.lower() == "host":  # a handler runs after `changeOrigin`
                reading.table["host"] = text
            else:
                set_field(reading, option, name, text)
        edits = reading.under("headers", "request") if effect.removed else {}
    else:
        edits = reading.under("headers", "response") if effect != Effect() else {}
        edits.update(dict(effect.set))
    edits.update(dict.fromkeys(effect.removed, ""))
