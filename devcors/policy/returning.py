"""The way back: hop-by-hop fields, edits, redirects, cookies and CORS of an upstream's response head."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from devcors.cookies.judge import Context, judge_set_cookie
from devcors.cookies.rewrite import FrontDoor, Rewritten, rewrite_auto, rewrite_table
from devcors.cors.judge import judge
from devcors.cors.requests import CorsRequest
from devcors.cors.websockets import let_in
from devcors.errors import MalformedError
from devcors.heads import Field, Fields, ResponseHead, replaced, value
from devcors.routing.fields import location_back
from devcors.routing.paths import split_target
from devcors.routing.rewrite import back_through, upstream_target
from devcors.routing.table import Match
from devcors.urls import parse_origin

from .hops import end_to_end
from .outcomes import CookieOutcome, CorsOutcome, Forward, Outcome
from .rules import Rule

_SAYS_NOTHING = ("off", "observe")


def response_outcome(forward: Forward, head: ResponseHead) -> Outcome:
    """What the client gets, and what the browsers will make of it."""
    rule = forward.rule
    asked = forward.crosses_origins or rule.response_edit.names or rule.cors not in _SAYS_NOTHING
    if not asked and (unchanged := _unchanged(head)) is not None:
        return unchanged
    received = _received(head.fields, head.status == 101)
    fields = received.fields
    if rule.response_edit.names:
        received = _reading(fields := rule.response_edit.apply(fields))
    if received.has_location and rule.redirects == "rewrite":
        fields = _redirected(forward, fields)
    cookies: tuple[CookieOutcome, ...] = ()
    # the Set-Cookie of a preflight is ignored by every browser
    if received.has_cookies and not forward.is_preflight:
        fields, cookies = _cookies(forward, fields)
    said = ResponseHead(head.status, head.reason, fields)
    sent = said if rule.cors in _SAYS_NOTHING else _corrected(forward, said)
    judge = partial(cors_outcome, forward, said, sent) if forward.crosses_origins else None
    warnings = _of_websocket(forward, head) if head.status == 101 else ()
    return Outcome(sent, forward.answers_preflight, judge, cookies, warnings)


# the most common case by far: of the same origin, with nothing in it that a rule could be about
@lru_cache(maxsize=256)
def _unchanged(head: ResponseHead) -> Outcome | None:
    """Without what belongs to one connection, where that is all that any rule does to it; else None."""
    if head.status == 101:
        return None
    received = _received(head.fields, False)
    if received.has_location or received.has_cookies:
        return None
    return Outcome(ResponseHead(head.status, head.reason, received.fields))


class _Reading(NamedTuple):
    """The fields that go on, and whether there is something among them to look at."""

    fields: Fields
    has_location: bool
    has_cookies: bool


# a server sends much the same fields with each response
@lru_cache(maxsize=256)
def _received(fields: Fields, switched: bool) -> _Reading:
    return _reading(end_to_end(fields, upgrade=switched))


def _reading(fields: Fields) -> _Reading:
    return _Reading(fields, value(fields, b"location") is not None, value(fields, b"set-cookie") is not None)


def _of_websocket(forward: Forward, head: ResponseHead) -> tuple[str, ...]:
    warning = let_in(forward.received, forward.head, head)
    return (warning,) if warning else ()


def _redirected(forward: Forward, fields: Fields) -> Fields:
    location = value(fields, b"location")
    if location is None:
        return fields
    # a backend that is told our name writes its Locations with it, unless it has its own from elsewhere
    names = (forward.upstream.origin, *((forward.own_origin,) if forward.rule.host == "keep" else ()))
    for name in names:
        back = location_back(
            location,
            target_origin=name,
            own_origin=forward.own_origin,
            request_target=forward.head.target,
            back=lambda path: path_back(forward, path),
        )
        if back != location:
            return replaced(fields, b"location", back)
    return fields


def path_back(forward: Forward, path: bytes) -> bytes | None:
    """A path at the upstream as a path of the front door: by this route, else by another one of the same server."""
    own = forward.rule
    for rule in (own, *(rule for rule in forward.policy.rules if rule is not own and _same_server(forward, rule))):
        if rule.pattern is None:
            base = rule.base_path
            if path == base or path.startswith(base + b"/"):
                return path[len(base) :] or b"/"
        elif (back := back_through(rule.pattern, rule.rewrite, rule.base_path, path)) is not None:
            return back
    return None


def _same_server(forward: Forward, rule: Rule) -> bool:
    upstream = rule.upstream
    return upstream is not None and upstream.origin == forward.upstream.origin


def _cookies(forward: Forward, fields: Fields) -> tuple[Fields, tuple[CookieOutcome, ...]]:
    """Set-Cookie fields made to work at the front door where the route asks for it, and judged as they leave."""
    context = cookie_context(forward)
    out: list[Field] = []
    outcomes: list[CookieOutcome] = []
    for name, text in fields:
        if name.lower() != b"set-cookie":
            out.append((name, text))
            continue
        rewritten = _rewritten_cookie(forward, text)
        out.append((name, rewritten.text))
        judged = judge_set_cookie(rewritten.text, context)
        outcomes.append(CookieOutcome(judged, rewritten.changes, rewritten.warnings, _is_ignored(forward)))
    return tuple(out), tuple(outcomes)


def _is_ignored(forward: Forward) -> bool:
    """Fetch, section 4.6: without credentials, Set-Cookie is not looked at. Only said where that is known."""
    return forward.cors is not None and not forward.cors.credentials and not forward.cors.assumed


def _rewritten_cookie(forward: Forward, text: bytes) -> Rewritten:
    rule = forward.rule
    if rule.cookies == "keep":
        return Rewritten(text)
    if rule.cookies == "auto":
        own, upstream = forward.own_origin, forward.upstream
        door = FrontDoor(
            own.scheme,
            own.host,
            lambda path: path_back(forward, path),
            upstream.host,
            upstream.scheme,
            base=_base(forward),
        )
        return rewrite_auto(text, door)
    edits = rule.cookies
    return rewrite_table(text, domain=edits.domain, path=edits.path, secure=edits.secure, samesite=edits.samesite)


def _base(forward: Forward) -> bytes:
    """The path at the upstream that the route's own prefix stands for."""
    rule, match = forward.rule, forward.match
    if match is None:
        return rule.base_path or b"/"
    return upstream_target(
        Match(match.entry, match.matched, b"", match.captures, match.before), rule.rewrite, rule.base_path, b""
    )


def cookie_context(forward: Forward) -> Context:
    """Where the browser takes the cookie to come from, and in which page."""
    fields, own = forward.received.fields, forward.own_origin
    navigation = value(fields, b"sec-fetch-mode") == b"navigate" and value(fields, b"sec-fetch-dest") == b"document"
    path, _ = split_target(forward.received.target)
    return Context(
        scheme=own.scheme,
        host=own.host,
        path=path.decode("latin-1"),
        top=None if navigation else page_of(forward),
        method=forward.received.method.decode("latin-1"),
        top_level_navigation=navigation,
    )


def page_of(forward: Forward) -> tuple[str, str] | None:
    """Scheme and host of the page, by Origin or else by Referer; None where neither tells."""
    fields = forward.received.fields
    raw = value(fields, b"origin")
    if raw is None and (referer := value(fields, b"referer")):
        raw = b"/".join(referer.split(b"/", 3)[:3])
    if raw is None:
        return None
    try:
        origin = parse_origin(raw)
    except MalformedError:
        return None
    return (origin.scheme, origin.host)  # of an opaque origin, two empty strings: cross-site with everything


def cors_outcome(forward: Forward, said: ResponseHead, sent: ResponseHead) -> CorsOutcome:
    """The response as the policy made it, judged beside what the server itself said."""
    request = forward.cors
    assert request is not None
    outcome = _judged(forward, request, said, sent)
    if not request.preflight or request.credentials:
        return outcome
    return _with_either_mode(forward, outcome)


def _judged(forward: Forward, request: CorsRequest, received: ResponseHead, sent: ResponseHead) -> CorsOutcome:
    server = judge(request, received)
    verdict = server if sent is received else judge(request, sent)
    return CorsOutcome(request, verdict, server, sent, received, "" if verdict.allowed else _remedy(forward))


def _with_either_mode(forward: Forward, outcome: CorsOutcome) -> CorsOutcome:
    """A preflight's outcome for both credentials modes: it carries no cookie, so does not tell which one is meant."""
    why = "no request followed" if outcome.verdict.allowed else "the answer speaks of them"
    request = replace(outcome.request, credentials=True, assumed=(f"credentials: include ({why})",))
    included = _judged(forward, request, outcome.received, outcome.sent)
    if included.verdict.chromium.error == outcome.verdict.chromium.error:
        return outcome
    if outcome.verdict.allowed:
        return replace(outcome, included=included)
    # blocked either way: who answers with this field, and without `*`, means requests with credentials
    named = included.verdict.chromium.error != "PreflightWildcardOriginNotAllowed"
    means_it = named and value(outcome.sent.fields, b"access-control-allow-credentials") is not None
    return included if means_it else outcome


def _remedy(forward: Forward) -> str:
    """What devcors could do about a blocked response."""
    rule = forward.rule
    origin = value(forward.received.fields, b"origin") or b""
    if not rule.allowance.allows(origin):
        return f'name "{origin.decode("latin-1")}" in [cors] origins'
    stronger = {"observe": "inject", "inject": "rewrite"}.get(rule.cors)
    return f'set cors = "{stronger}" in {rule.place}' if stronger else ""


def _corrected(forward: Forward, head: ResponseHead) -> ResponseHead:
    rule = forward.rule
    if forward.upgrade:
        return head
    if forward.answers_preflight:
        return rule.allowance.preflight_response(forward.received)
    correct = rule.allowance.rewrite if rule.cors == "rewrite" else rule.allowance.inject
    return ResponseHead(head.status, head.reason, correct(head.fields, value(forward.received.fields, b"origin")))
