"""`bypass(req, res, options)`: which requests a dev server answers itself, though an entry takes their path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .evaluating import Effect, Function, Session, Threw
from .model import Remark, Source
from .naming import fields_in, media_types_in
from .options import Reading, set_field
from .probing import hints_in, paths_for

_PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_DATA = {"accept": "application/json"}
_ANY = {"accept": "*/*"}
_DOCUMENT = {"Sec-Fetch-Dest": "document"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(slots=True)
class Front:
    """The front end, as the target of routes; `routes` are those that stand before the routes of the entry."""

    table: dict[str, Any]
    routes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def bypassed(
    pattern: str,
    options: Mapping[str, Any],
    place: Callable[[str], Source],
    session: Session,
    remarks: list[Remark],
    front: Front | None = None,
) -> dict[str, Any] | None:
    """Further keys for the routes of an entry (`match`) by what its `bypass` keeps from the backend; None for no route.

    front: gets routes for what is kept, where a rule says which that is. What no rule says goes to the remarks.
    """
    function = options.get("bypass")
    if not isinstance(function, Function):
        return {}
    hints = hints_in(function.source)
    requests = [
        {"url": url, "method": method, "headers": headers}
        for url in paths_for(pattern, hints)[:40]
        for method in METHODS
        for headers in _headers_for(function.source)
    ]
    effects = session.effects(function, "bypass", requests, options)
    source = place("bypass")
    if any(isinstance(effect, Effect) and effect.set for effect in effects):
        remarks.append(Remark("bypass", "fields that it sets on responses are left out", source))
    answers = [effect.result if isinstance(effect, Effect) else False for effect in effects]
    fields = _fields(options, place, effects, remarks)
    if not any(answer is not None for answer in answers):
        return fields
    if all(answer is not None for answer in answers):
        remarks.append(Remark("bypass", "it keeps every request that was tried from the backend: no route", source))
        return None
    tried = Tried(pattern, requests, answers)
    if methods := tried.methods():
        return {**fields, "match": {"methods": methods}}
    if front is not None and (below := tried.below(hints)):
        front.routes += [(prefix, dict(front.table)) for prefix in below]
        return fields
    text = tried.of_pages(front)
    remarks.append(
        Remark("bypass", text or "no rule says which requests it keeps from the backend: all go there", source)
    )
    return fields


def _headers_for(source: str) -> list[dict[str, str]]:
    """Fields of a page, of data, and of what the function may look for besides."""
    accepted = [_PAGE, _DATA, _ANY, *({"accept": each} for each in media_types_in(source) if each != "text/html")]
    named = [each for each in fields_in(source) if each != "accept"]
    return [*accepted, *({**each, name: "tried"} for each in (_PAGE, _DATA) for name in named)]


def _fields(
    options: Mapping[str, Any], place: Callable[[str], Source], effects: Sequence[Effect | Threw], remarks: list[Remark]
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


@dataclass(frozen=True, slots=True)
class Tried:
    """What `bypass` answered to requests: a path that the dev server serves itself, False for a 404, None to go on."""

    pattern: str
    requests: Sequence[Mapping[str, Any]]
    answers: Sequence[str | bool | None]

    def methods(self) -> list[str] | None:
        """The methods that go to the backend, where nothing but the method decides."""
        by_method: dict[str, set[bool]] = {}
        for request, answer in zip(self.requests, self.answers, strict=True):
            by_method.setdefault(request["method"], set()).add(answer is not None)
        if not self._unchanged() or any(len(ways) > 1 for ways in by_method.values()):
            return None
        return [method for method, ways in by_method.items() if ways == {False}]

    def below(self, hints: Sequence[str]) -> list[str]:
        """Prefixes that stay with the front end, where nothing but the path decides; the function names them."""
        if not self._unchanged() or self.pattern.startswith("^"):
            return []
        kept = {request["url"] for request, answer in self._pairs() if answer is not None}
        sent = {request["url"] for request, answer in self._pairs() if answer is None}
        prefixes = [hint.rstrip("/") for hint in hints if _is_under(hint, self.pattern)]
        found = [each for each in prefixes if any(_is_under(url, each) for url in kept)]
        if kept & sent or any(_is_under(url, each) for each in found for url in sent):
            return []
        return list(dict.fromkeys(found)) if all(any(_is_under(url, each) for each in found) for url in kept) else []

    def of_pages(self, front: Front | None) -> str | None:
        """What to say where requests for a page, and they alone, stay with the front end; `front` gets their route."""
        texts = {answer for answer in self.answers if isinstance(answer, str)}
        kept = {request["method"] for request, answer in self._pairs() if answer is not None}
        pages = [request["headers"]["accept"] == _PAGE["accept"] for request in self.requests]
        meant = [page and request["method"] in kept for page, request in zip(pages, self.requests, strict=True)]
        if [answer is not None for answer in self.answers] != meant or False in self.answers:
            return None
        one = texts.pop() if len(texts) == 1 else None
        if front is None or self.pattern.startswith("^") or (one is None and not self._unchanged()):
            return "requests for a page (Accept: text/html) do not go to the backend there, and do so here"
        methods = [method for method in METHODS if method in kept]
        match = {**({"methods": methods} if len(methods) < len(METHODS) else {}), "headers": _DOCUMENT}
        if one is None:
            front.routes.append((self.pattern, {**front.table, "match": match}))
        else:
            bare = self.pattern.rstrip("/")
            target = {"target": front.table["target"], "rewrite": one}
            front.routes.append((f"{bare}/:path*", {**target, **front.table, "match": match}))
        return "pages stay with the front end by Sec-Fetch-Dest, which browsers send, in place of Accept: text/html"

    def _pairs(self) -> Iterator[tuple[Mapping[str, Any], str | bool | None]]:
        yield from zip(self.requests, self.answers, strict=True)

    def _unchanged(self) -> bool:
        """Whether what is kept is asked for as it is."""
        return all(answer is None or answer == request["url"] for request, answer in self._pairs())


def _is_under(url: str, prefix: str) -> bool:
    path, bare = url.partition("?")[0], prefix.rstrip("/")
    return path == bare or path.startswith(f"{bare}/")
