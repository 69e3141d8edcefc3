"""What Chromium, Firefox and Safari do with a Set-Cookie, and with a stored cookie when a request comes.

Known: a set-cookie-string and the exchange that it came with. Wanted: for each browser whether it is stored, and if
not, the browser's own names or words for it; one explanation for the developer. The rules are in `rules`, their order
and names for each browser in `browsers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import firefox_texts
from .browsers import CHROMIUM, FIREFOX, SAFARI
from .explain import explanation, sentence
from .rules import Case, Rule, SendCase, SendRule, case_of, send_case_of, stored_from, young_enough
from .scope import Context, path_matches, request_path
from .setcookie import MAX_ATTRIBUTE, SetCookie, split_set_cookie

__all__ = ["Context", "Judgement", "Verdict", "judge_set_cookie", "withheld"]


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """All browsers on one cookie; `explanation` is empty where all accept."""

    name: str
    chromium: Verdict
    firefox: Verdict
    safari: Verdict
    explanation: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Accepted in every browser judged."""
        return self.chromium.accepted and self.firefox.accepted and self.safari.accepted


ACCEPTED = Verdict(accepted=True)


def judge_set_cookie(set_cookie_string: bytes, context: Context) -> Judgement:
    """Whether each browser stores the cookie that came with this response."""
    cookie = split_set_cookie(set_cookie_string)
    cases = [case_of(browser, cookie, context) for browser in (CHROMIUM, FIREFOX, SAFARI)]
    broken = [_broken_setting(case) for case in cases]
    chromium, firefox, safari = zip(cases, broken, strict=True)
    return Judgement(
        name=(cookie.name or (cookie.value if cookie.bare else b"")).decode("utf-8", "replace"),
        chromium=_chromium(*chromium),
        firefox=_firefox(*firefox),
        safari=_safari(*safari, "refuses"),
        explanation=_explanation(cases, broken),
        warnings=tuple(_warnings(cases[0])) if cookie.attributes else (),
    )


def withheld(cookie: SetCookie, set_context: Context, request_context: Context) -> Judgement:
    """Whether each browser sends a cookie, stored in the first exchange, with the request of the second.

    Firefox has neither names nor texts for this: its `reasons` are Chromium's words. A cookie without SameSite that
    Chromium sends with a cross-site POST navigation, as it does for two minutes, counts as sent, with a warning.
    """
    cases = []
    for browser in (CHROMIUM, FIREFOX, SAFARI):
        stored = stored_from(case_of(browser, cookie, set_context))
        cases.append(send_case_of(browser, cookie, stored, request_context))
    broken = [tuple(rule for rule in case.browser.sending if rule(case)) for case in cases]
    chromium, firefox, safari = zip(cases, broken, strict=True)
    return Judgement(
        name=cases[1].name.decode("utf-8", "replace"),
        chromium=_held(*chromium),
        firefox=_held(*firefox),
        safari=_safari(*safari, "holds back"),
        explanation=_explanation(cases, broken),
    )


def _broken_setting(case: Case) -> tuple[Rule, ...]:
    for phase in case.browser.setting:
        if broken := [rule for rule in phase if rule(case)]:
            return tuple(broken)
    return ()


def _chromium(case: Case, broken: Sequence[Rule]) -> Verdict:
    return Verdict(accepted=False, reasons=_names(case, broken)) if broken else ACCEPTED


def _firefox(case: Case, broken: Sequence[Rule]) -> Verdict:
    if not broken:
        return Verdict(accepted=True, warnings=firefox_texts.warnings(case))
    key = case.browser.names[broken[0]]
    return Verdict(accepted=False, reasons=(key,), message=firefox_texts.text(key, case.name))


def _safari(case: Case, broken: Sequence[Rule] | Sequence[SendRule], verb: str) -> Verdict:
    if not broken:
        return ACCEPTED
    return Verdict(accepted=False, reasons=_chromium_names(broken), message=sentence(broken[0], case, verb))


def _held(case: SendCase, broken: Sequence[SendRule]) -> Verdict:
    if not broken:
        two_minutes = "sent only in the cookie's first two minutes (no SameSite, cross-site POST)"
        return Verdict(accepted=True, warnings=(two_minutes,)) if young_enough(case) else ACCEPTED
    return Verdict(accepted=False, reasons=_chromium_names(broken))


def _names(case: Case, broken: Sequence[Rule]) -> tuple[str, ...]:
    names = case.browser.names
    return tuple(dict.fromkeys(names[rule] for rule in broken if rule in names))


def _chromium_names(broken: Sequence[Rule] | Sequence[SendRule]) -> tuple[str, ...]:
    names = CHROMIUM.names
    return tuple(dict.fromkeys(names[rule] for rule in broken if rule in names))


def _explanation(cases: Sequence[Case], broken: Sequence[Sequence[Rule]] | Sequence[Sequence[SendRule]]) -> str:
    """By the first rule of the first browser that refuses, with everyone who refuses by that rule too."""
    for case, rules in zip(cases, broken, strict=True):
        if rules:
            first = rules[0]
            who = [each.browser.name for each, theirs in zip(cases, broken, strict=True) if first in theirs]
            return explanation(who, first, case)
    return ""


def _warnings(case: Case) -> Iterator[str]:
    """What the server may not have meant, though browsers take it."""
    cookie, context = case.cookie, case.context
    for name, written in cookie.attributes:
        if len(written or b"") > MAX_ATTRIBUTE:
            yield f"{_text(name)} is longer than {MAX_ATTRIBUTE} bytes: ignored"
    for value in cookie.written(b"samesite") if cookie.same_site is None else ():
        yield f"SameSite={_text(value)} is none of Strict, Lax, None: ignored"
    for value in cookie.written(b"max-age") if cookie.max_age is None else ():
        yield f"Max-Age={_text(value)} is not a number of seconds: ignored"
    if cookie.path and not path_matches(request_path(context.path), cookie.path):
        yield f"Path={_text(cookie.path)} does not cover {context.path}, which set it: not sent back there"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
