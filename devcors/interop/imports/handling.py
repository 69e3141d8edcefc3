"""Handlers of http-proxy's events, as edits of header fields.

Known: `configure(proxy, options)`, or `on` and `onProxyReq`, put handlers on the proxy; most only log, many set
a field. Wanted: the fields that a handler sets whatever the request is, found by giving it requests and responses that
differ in everything; a handler that does anything else is told, and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .evaluating import Effect, Function, Session, Threw
from .model import Remark, Source
from .options import Reading, set_field

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
                "set-cookie": ["sid=3; HttpOnly; SameSite=None"],
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
    """Keys of a route (`headers`, `host`, `origin`) for what the handlers do; what is no such key is remarked on."""
    reading = Reading(options, place, {}, remarks)
    common: dict[str, list[Effect]] = {"proxyReq": [], "proxyReqWs": [], "proxyRes": []}
    for option, event, handler in _handlers(reading, session):
        if event in _HARMLESS:
            continue
        if event not in common:
            reading.remark(option, f"devcors has no event {event}")
            continue
        message = "proxyRes" if event == "proxyRes" else "proxyReq"
        effect = _common(reading, session.effects(handler, message, REQUESTS, options))
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


def _common(reading: Reading, effects: Sequence[Effect | Threw]) -> Effect | None:
    """What a handler does every time; None where it does not do the same, or more than setting fields."""
    seen = [
        _changing(effect, request["headers"])
        for effect, request in zip(effects, REQUESTS, strict=True)
        if isinstance(effect, Effect) and not effect.more
    ]
    if len(seen) < len(effects):
        return None
    seen = _without_origin(reading, seen)
    removed = {name.lower() for effect in seen for name in effect.removed}
    # what is removed from a response is seen only where it is there
    asked = all(
        {name.lower() for name in effect.removed} in (removed, removed & set(request["response"]["headers"]))
        for effect, request in zip(seen, REQUESTS, strict=True)
    )
    if not asked or any(effect.set != seen[0].set for effect in seen):
        return None
    return Effect(seen[0].set, tuple(sorted(removed)))


def _changing(effect: Effect, headers: Mapping[str, str]) -> Effect:
    """Without the fields that were set to what they were already."""
    return Effect(tuple((name, text) for name, text in effect.set if headers.get(name.lower()) != text), effect.removed)


def _without_origin(reading: Reading, seen: list[Effect]) -> list[Effect]:
    """An Origin that is set wherever there was one becomes the route's `origin`, and is no edit any more."""
    texts = [{name.lower(): text for name, text in effect.set}.get("origin") for effect in seen]
    given = ["origin" in request["headers"] for request in REQUESTS]
    values = {text for text in texts if text is not None}
    if [text is not None for text in texts] != given or len(values) != 1:
        return seen
    reading.table["origin"] = values.pop()
    return [
        Effect(tuple(pair for pair in effect.set if pair[0].lower() != "origin"), effect.removed) for effect in seen
    ]


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
