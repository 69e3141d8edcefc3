"""One browser's decision about one cookie, in that browser's own names or words.

Known: a case. Wanted: whether it goes into the jar, or along with the request, and what the browser says of it. The
rules are in `rules` and `sending`, their order and names for each browser in `browsers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import firefox_texts, sending
from .browsers import CHROMIUM
from .cases import Case, Rule, SendCase, SendRule
from .explain import sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """One browser's decision.

    `reasons`: Chromium's DevTools names, Firefox's message keys, all of Chromium's where they refuse more than once;
    empty where the browser gives none. `message`: Firefox's console text; for Safari, which prints none, a sentence
    of ours. `warnings`: what Firefox prints about a cookie that it takes, and what else to know of it.
    """

    accepted: bool
    reasons: tuple[str, ...] = ()
    message: str = ""
    warnings: tuple[str, ...] = ()


ACCEPTED = Verdict(accepted=True)

_TWO_MINUTES = "sent only in the cookie's first two minutes (no SameSite, cross-site POST)"
_SAME_SITE = frozenset({sending.held_strict, sending.held_lax})


def broken_setting(case: Case) -> tuple[Rule, ...]:
    """The rules that keep it out of the jar: all that are broken in the first phase where any is."""
    for phase in case.browser.setting:
        for rule in phase:
            if rule(case):
                return tuple(rule for rule in phase if rule(case))
    return ()


def broken_sending(case: SendCase) -> tuple[SendRule, ...]:
    """All rules that hold it back."""
    return tuple(rule for rule in case.browser.sending if rule(case))


def set_verdict(case: Case, broken: Sequence[Rule]) -> Verdict:
    """What the browser says of a Set-Cookie that breaks these rules."""
    voice = case.browser.voice
    if not broken:
        if voice != "console":
            return ACCEPTED
        warnings = firefox_texts.warnings(case)
        return Verdict(accepted=True, warnings=warnings) if warnings else ACCEPTED
    if voice == "none":
        return _told(case, broken, "refuses")
    reasons = _names(case, broken)
    message = firefox_texts.text(reasons[0], case.name) if voice == "console" and reasons else ""
    return Verdict(accepted=False, reasons=reasons, message=message)


def send_verdict(case: SendCase, broken: Sequence[SendRule]) -> Verdict:
    """What the browser says of a stored cookie that breaks these rules.

    Firefox has no names for this, and texts only for what a redirect costs: its reasons are Chromium's.
    """
    voice = case.browser.voice
    if not broken:
        return Verdict(accepted=True, warnings=(_TWO_MINUTES,)) if _in_time(case) else ACCEPTED
    if voice == "none":
        return _told(case, broken, "holds back")
    lost = voice == "console" and _lost_to_redirect(case, broken)
    message = firefox_texts.text("CookieBlockedCrossSiteRedirect", case.name) if lost else ""
    return Verdict(accepted=False, reasons=_chromium_names(broken), message=message)


def _lost_to_redirect(case: SendCase, broken: Sequence[SendRule]) -> bool:
    return case.detoured and not case.cross_site and _SAME_SITE.issuperset(broken)


def _in_time(case: SendCase) -> bool:
    return case.age is None and sending.young_enough(case)


def _told(case: Case, broken: Sequence[Rule] | Sequence[SendRule], verb: str) -> Verdict:
    return Verdict(accepted=False, reasons=_chromium_names(broken), message=sentence(broken[0], case, verb))


def _names(case: Case, broken: Sequence[Rule]) -> tuple[str, ...]:
    names = case.browser.names
    return tuple(dict.fromkeys(names[rule] for rule in broken if rule in names))


def _chromium_names(broken: Sequence[Rule] | Sequence[SendRule]) -> tuple[str, ...]:
    names = CHROMIUM.names
    return tuple(dict.fromkeys(names[rule] for rule in broken if rule in names))
