"""Handlers of http-proxy's events, as edits of header fields.

Known: `configure(proxy, options)`, or `on` and `onProxyReq`, put handlers on the proxy; most only log, many set
a field. Wanted: the fields that a handler sets whatever the request is, found by giving it requests and responses that
differ in everything; a handler that does anything else is told, and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .evaluating import Effect, Function, Session
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
        "headers": {"cookie": "sid=1", "authorization": "Bearer one", "x-forwarded-for": "192.0.2.1"},
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
    """Keys of a route (`headers`, `host`) for what the handlers among the options do; the rest goes to the remarks."""
    reading = Reading(options, place, {}, remarks)
    for option, event, handler in _handlers(reading, session):
        if event in _HARMLESS:
            continue
        if event not in ("proxyReq", "proxyRes", "proxyReqWs"):
            reading.remark(option, f"devcors has no event {event}")
            continue
        message = "proxyRes" if event == "proxyRes" else "proxyReq"
        effect = _common(session.effects(handler, message, REQUESTS, options))
        if effect is None:
            reading.remark(option, f"the handler of {event} is left out: it does not set the same fields every time")
        elif event == "proxyReqWs" and effect != Effect():
            reading.remark(option, "the handler of proxyReqWs is left out: a route has no fields of WebSockets alone")
        elif event != "proxyReqWs":
            _take(reading, option, event, effect)
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


def _common(effects: Sequence[object]) -> Effect | None:
    """What a handler does every time; None where it does not do the same, or more than setting fields."""
    first = effects[0]
    if not isinstance(first, Effect) or any(effect != first for effect in effects):
        # what it removes is seen only where it is there
        return _removing(effects)
    return Effect(first.set, first.removed) if not first.more else None


def _removing(effects: Sequence[object]) -> Effect | None:
    seen = [effect for effect in effects if isinstance(effect, Effect)]
    if len(seen) < len(effects) or any(effect.more or effect.set != seen[0].set for effect in seen):
        return None
    removed = {name for effect in seen for name in effect.removed}
    for effect, request in zip(seen, REQUESTS, strict=True):
        if set(effect.removed) != removed & set(request["response"]["headers"]):
            return None
    return Effect(seen[0].set, tuple(sorted(removed)))


def _take(reading: Reading, option: str, event: str, effect: Effect) -> None:
    if event == "proxyReq":
        for name, text in effect.set:
            set_field(reading, option, name, text)
        edits = reading.under("headers", "request") if effect.removed else {}
    else:
        edits = reading.under("headers", "response") if effect != Effect() else {}
        edits.update(dict(effect.set))
    edits.update(dict.fromkeys(effect.removed, ""))
