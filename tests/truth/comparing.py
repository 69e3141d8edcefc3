"""The rules beside the browser, step by step: every comparison that a case allows, equal ones included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devcors.cors.cache import PreflightCache
from devcors.cors.fetching import fetch
from devcors.cors.page import Page
from devcors.cors.profiles import BROWSERS, BrowserName, Profile
from devcors.cors.walking import Fetched, Sent

from .asking import NAVIGATIONS, REQUESTS, page_of, request_of
from .lab import Case, Lab, Step, place_of
from .rendering import element_done

PROFILES: dict[str, Profile] = {profile.name: profile for profile in BROWSERS}

# the consoles also speak of cookies, of content, of statuses: compared is what the rules speak of
_CHROMIUM_LINES = (
    "Access to ",
    "FTP is not supported",
    "Failed to load resource: net::",
    "Fetch API cannot load ",
    "Mixed Content: ",
    "Not allowed to load local resource",
    "Subresource Integrity: ",
    "Unsafe attempt to load ",
)
_FIREFOX_CATEGORIES = ("CORS", "DATA_URI_BLOCKED", "Mixed Content Blocker", "SOP")
_DEPRECATION = "CORSAllowHeaderFromPreflightDeprecation"


def compare_requests(case: Case, browser: BrowserName) -> Iterator[tuple[int, str, object, object]]:
    """(step, field, expected, got) for every request of the case."""
    lab, profile = Lab(case), PROFILES[browser]
    cache, elapsed, jumped = PreflightCache(profile), 0.0, 0.0
    page: Page | None = None
    for number, (step, answer) in enumerate(zip(case["steps"], case[browser]["steps"], strict=False)):
        elapsed += step.get("ms", 0) / 1000
        # a jump says how far the clock is ahead from then on
        jumped = step["s"] if step["do"] == "timejump" else jumped
        if step["do"] in NAVIGATIONS:
            page = page_of(case, number, lab)
        request = request_of(case, number, page, lab) if page is not None and step["do"] in REQUESTS else None
        if request is not None:
            fetched = fetch(request, lab, profile, cache, elapsed + jumped)
            for field, expected, got in _fields(case, step, answer, fetched, lab, browser):
                yield number, field, expected, got


def _fields(
    case: Case, step: Step, answer: dict[str, Any], fetched: Fetched, lab: Lab, browser: BrowserName
) -> Iterator[tuple[str, object, object]]:
    yield "allowed", answer["allowed"], _done(case, step, fetched, lab)
    verdict = fetched.verdict
    console = _console(answer, browser)
    messages = list(dict.fromkeys(verdict.messages))
    if step["do"] == "worker-fetch":  # a worker's network log was not recorded
        messages = [text for text in messages if not text.startswith("Failed to load")]
    if browser == "chromium":
        yield "error", answer.get("corsError"), verdict.error
        named = answer.get("failedParameter") or ""
        # where several headers are lacking, Chromium names any one of them
        if named in verdict.lacking:
            messages = [text.replace(f" {verdict.parameter} ", f" {named} ") for text in messages]
            yield "parameter", named, named
        else:
            yield "parameter", named, verdict.parameter
    else:
        yield "error", _first_key(answer), verdict.error
    yield "console", console, messages
    if "visible_headers" in answer or fetched.visible is not None:
        shown = None if fetched.visible is None or step["do"] == "element" else [list(pair) for pair in fetched.visible]
        yield "visible_headers", answer.get("visible_headers"), shown
    seen = [head for head in answer.get("server_saw") or [] if head["kind"] == "c"]
    sent = [message for message in fetched.sent if _arrives(case, message)]
    yield "preflight", _seen_preflights(seen), _sent_preflights(case, sent)
    yield "requests", _seen_requests(seen), _sent_requests(case, sent)


def _done(case: Case, step: Step, fetched: Fetched, lab: Lab) -> bool:
    if step["do"] != "element":
        return fetched.verdict.allowed
    place = place_of(case, fetched.sent[-1].url) if fetched.sent else None
    return element_done(step, fetched, lab.body(place) if place else "")


def _console(answer: dict[str, Any], browser: BrowserName) -> list[str]:
    """The lines that the rules speak of, without the category before them."""
    found = []
    for line in answer.get("console") or []:
        category, _, text = line.removeprefix("[").partition("] ")
        spoken = text.startswith(_CHROMIUM_LINES) if browser == "chromium" else category.startswith(_FIREFOX_CATEGORIES)
        if spoken:
            found.append(text)
    # a worker's message is told by the worker and by its page
    return list(dict.fromkeys(found))


def _first_key(answer: dict[str, Any]) -> str | None:
    """The key of Firefox's first message about CORS that is no mere warning."""
    keys = (line.removeprefix("[").partition(":")[0] for line in answer.get("console") or [])
    return next((key for key in keys if key.startswith("CORS") and key != _DEPRECATION), None)


def _arrives(case: Case, sent: Sent) -> bool:
    place = place_of(case, sent.url)
    return place is not None and not place.page


def _hop(case: Case, sent: Sent) -> int:
    place = place_of(case, sent.url)
    assert place is not None
    return place.hop


def _seen_preflights(seen: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Hop, Origin, the method and the headers that permission was asked for."""
    fields = ("origin", "access-control-request-method", "access-control-request-headers")
    return [(head["hop"], *map(head["headers"].get, fields)) for head in seen if head["preflight"]]


def _sent_preflights(case: Case, sent: list[Sent]) -> list[tuple[object, ...]]:
    return [
        (_hop(case, message), message.origin, message.asked_method, ",".join(message.asked_headers) or None)
        for message in sent
        if message.preflight
    ]


def _seen_requests(seen: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Hop, method, Origin, Authorization."""
    return [
        (head["hop"], head["method"], head["headers"].get("origin"), head["headers"].get("authorization"))
        for head in seen
        if not head["preflight"]
    ]


def _sent_requests(case: Case, sent: list[Sent]) -> list[tuple[object, ...]]:
    return [
        (_hop(case, message), message.method, message.origin, dict(message.fields).get("authorization"))
        for message in sent
        if not message.preflight
    ]
