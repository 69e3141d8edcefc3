"""Cookies that the browser holds back from a request: those that passed here when they were set.

Known: a request, and the cookies that its browser was seen to store. A proxy does not see the jar, so this is said of
those alone. Nothing is judged before somebody asks for it: most records are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from devcors.cookies.cases import Browser, Kept
from devcors.cookies.holding import held_back
from devcors.cookies.judge import Context, Judgement
from devcors.cookies.verdict import Verdict
from devcors.cors.requests import cors_request
from devcors.heads import value

from .outcomes import Forward
from .returning import cookie_context, page_of

ASSUMED = (
    "assumed: the browser still holds this cookie. devcors knows only those that it has seen set, and not what scripts,"
    " other ways or the user have done to them since."
)

_SAME_SITE = (b"same-origin", b"same-site")


@dataclass(frozen=True, slots=True)
class HeldCookie:
    """One cookie that stayed behind."""

    judgement: Judgement

    def to_json(self) -> dict[str, Any]:
        """The fields of the exchange record (design, section 6)."""
        judged = self.judgement
        return {
            "name": judged.name,
            "way": "sent",
            "rewritten": None,
            "warnings": [ASSUMED, *judged.warnings],
            "explanation": judged.explanation,
            "chromium": {"accepted": judged.chromium.accepted, "reasons": list(judged.chromium.reasons)},
            "firefox": _told(judged.firefox),
            "safari": _told(judged.safari),
        }


def _told(verdict: Verdict) -> dict[str, Any]:
    """Neither has names of its own for this: the reasons are Chromium's words."""
    return {"accepted": verdict.accepted, "reasons": list(verdict.reasons), "message": verdict.message}


@dataclass(frozen=True, slots=True)
class Jar:
    """What `browser` was seen to store for a request's site, by the time `now` (seconds) when the request came."""

    browser: Browser
    stored: tuple[Kept, ...]
    forward: Forward
    now: float

    def held(self) -> tuple[HeldCookie, ...]:
        """What it holds back; nothing where the page is not known to want cookies sent."""
        if not _wants_cookies(self.forward):
            return ()
        field = value(self.forward.received.fields, b"cookie") or b""
        judged = held_back(self.browser, self.stored, request_context(self.forward), field, self.now)
        return tuple(map(HeldCookie, judged))


def _wants_cookies(forward: Forward) -> bool:
    """Fetch, section 4.6, step 8.20: cookies are looked at where credentials are included, and never in a preflight."""
    cors = forward.cors
    if cors is None and forward.rule.cors == "off":
        cors = cors_request(forward.received, forward.url, forward.own_origin)
    return cors is None or (cors.credentials and not cors.preflight)


def request_context(forward: Forward) -> Context:
    """Where the browser takes the request to come from, with what Sec-Fetch-Site adds for cookies on their way out."""
    context = cookie_context(forward)
    site = value(forward.received.fields, b"sec-fetch-site")
    if context.top_level_navigation and site == b"cross-site":
        # RFC 6265bis, section 5.2: a navigation is of the site that began it, which Strict cookies ask for
        return replace(context, top=page_of(forward) or ("", ""))
    if context.top == ("", "") and site in _SAME_SITE:
        # Origin is `null` after a redirect, but the page is of this site
        return replace(context, top=None)
    return context
