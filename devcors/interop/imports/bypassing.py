"""`bypass(req, res, options)`: which requests a dev server answers itself, though an entry takes their path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .evaluating import Effect, Function, Session, Threw
from .model import Remark, Routes, Source
from .probing import paths_for

_PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_DATA = {"accept": "application/json"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def bypassed(
    pattern: str,
    options: Mapping[str, Any],
    place: Callable[[str], Source],
    session: Session,
    remarks: list[Remark],
) -> Routes | None:
    """Routes that stand before those of the entry, for what its `bypass` keeps from the backend; None for no entry."""
    function = options.get("bypass")
    if not isinstance(function, Function):
        return ()
    requests = [
        {"url": url, "method": method, "headers": headers}
        for url in paths_for(pattern)[:8]
        for method in METHODS
        for headers in (_DATA, _PAGE)
    ]
    kept = [_is_kept(effect) for effect in session.effects(function, "bypass", requests, options)]
    if not any(kept):
        return ()
    source = place("bypass")
    if all(kept):
        remarks.append(Remark("bypass", "it keeps every request that was tried from the backend: no route", source))
        return None
    remarks.append(Remark("bypass", _told(requests, kept), source))
    return ()


def _is_kept(effect: Effect | Threw) -> bool:
    return isinstance(effect, Threw) or effect.result is not None


def _told(requests: list[dict[str, Any]], kept: list[bool]) -> str:
    if kept == [request["headers"] is _PAGE for request in requests]:
        return (
            "requests for a page (Accept: text/html) do not go to the backend there, and do so here; a route to the "
            'front end with match = { headers = { "Sec-Fetch-Dest" = "document" } } does it for browsers'
        )
    return "some requests are kept from the backend there, and go to it here: no rule says which"
