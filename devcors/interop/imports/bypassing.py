"""`bypass(req, res, options)`: which requests a dev server answers itself, though an entry takes their path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .evaluating import Effect, Function, Session, Threw
from .model import Remark, Source
from .options import Reading, set_field
from .probing import hints_in, paths_for

_PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_DATA = {"accept": "application/json"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def bypassed(
    pattern: str,
    options: Mapping[str, Any],
    place: Callable[[str], Source],
    session: Session,
    remarks: list[Remark],
) -> dict[str, Any] | None:
    """Further keys for the routes of an entry (`match`) by what its `bypass` keeps from the backend; None for no route.

    What no rule says goes to the remarks.
    """
    function = options.get("bypass")
    if not isinstance(function, Function):
        return {}
    requests = [
        {"url": url, "method": method, "headers": headers}
        for url in paths_for(pattern, hints_in(function.source))[:40]
        for method in METHODS
        for headers in (_DATA, _PAGE)
    ]
    effects = session.effects(function, "bypass", requests, options)
    source = place("bypass")
    if any(isinstance(effect, Effect) and effect.set for effect in effects):
        remarks.append(Remark("bypass", "fields that it sets on responses are left out", source))
    kept = [_is_kept(effect) for effect in effects]
    fields = _fields(options, place, effects, remarks)
    if not any(kept):
        return fields
    if all(kept):
        remarks.append(Remark("bypass", "it keeps every request that was tried from the backend: no route", source))
        return None
    methods = _methods(requests, kept)
    unchanged = all(
        isinstance(effect, Effect) and effect.result in (None, request["url"])
        for effect, request in zip(effects, requests, strict=True)
    )
    if methods and unchanged:
        return {**fields, "match": {"methods": methods}}
    remarks.append(Remark("bypass", _told(requests, kept), source))
    return fields


def _fields(
    options: Mapping[str, Any], place: Callable[[str], Source], effects: list[Effect | Threw], remarks: list[Remark]
) -> dict[str, Any]:
    """Keys of a route for the fields that it sets on every request which it lets through."""
    sent = {effect.sent for effect in effects if isinstance(effect, Effect) and effect.result is None}
    reading = Reading(options, place, {}, remarks)
    if len(sent) > 1:
        reading.remark("bypass", "fields that it sets on some requests are left out")
    elif sent:
        for name, text in sent.pop():
            set_field(reading, "bypass", name, text)
    return reading.table


def _is_kept(effect: Effect | Threw) -> bool:
    return isinstance(effect, Threw) or effect.result is not None


def _methods(requests: list[dict[str, Any]], kept: list[bool]) -> list[str] | None:
    """The methods that go to the backend, where nothing but the method decides."""
    by_method: dict[str, set[bool]] = {}
    for request, one in zip(requests, kept, strict=True):
        by_method.setdefault(request["method"], set()).add(one)
    if any(len(ways) > 1 for ways in by_method.values()):
        return None
    return [method for method, ways in by_method.items() if ways == {False}]


def _told(requests: list[dict[str, Any]], kept: list[bool]) -> str:
    if kept == [request["headers"] is _PAGE for request in requests]:
        return (
            "requests for a page (Accept: text/html) do not go to the backend there, and do so here; a route to the "
            'front end with match = { headers = { "Sec-Fetch-Dest" = "document" } } does it for browsers'
        )
    return "some requests are kept from the backend there, and go to it here: no rule says which"
