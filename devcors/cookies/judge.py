"""What Chromium, Firefox and Safari do with a Set-Cookie, and with a stored cookie when a request comes.

Known: a set-cookie-string and the exchange that it came with. Wanted: for each browser whether it is stored, and if
not, the browser's own names or words for it; one explanation for the developer. The rules are in `rules`, their order
and names for each browser in `browsers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .browsers import CHROMIUM, FIREFOX, SAFARI
from .cases import Case, Rule, SendRule, case_of, send_case_of, stored_from
from .explain import explanation
from .scope import Context, path_matches, request_path
from .setcookie import MAX_ATTRIBUTE, SetCookie, split_set_cookie
from .verdict import Verdict, broken_sending, broken_setting, send_verdict, set_verdict

_BROWSERS = (CHROMIUM, FIREFOX, SAFARI)

__all__ = ["Context", "Judgement", "Verdict", "judge_set_cookie", "withheld"]


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


def judge_set_cookie(set_cookie_string: bytes, context: Context) -> Judgement:
    """Whether each browser stores the cookie that came with this response."""
    cookie = split_set_cookie(set_cookie_string)
    cases = [case_of(browser, cookie, context) for browser in _BROWSERS]
    broken = [broken_setting(case) for case in cases]
    chromium, firefox, safari = map(set_verdict, cases, broken)
    return Judgement(
        _text(cookie.name or (cookie.value if cookie.bare else b"")),
        chromium,
        firefox,
        safari,
        explanation=_explanation(cases, broken),
        warnings=tuple(_warnings(cases[0])) if cookie.attributes else (),
    )


def withheld(cookie: SetCookie, set_context: Context, request_context: Context, age: float | None = None) -> Judgement:
    """Whether each browser sends a cookie, stored in the first exchange, with the request of the second.

    `age`: seconds between the two, None where not known.

    Firefox has neither names nor texts for this: its `reasons` are Chromium's words. A cookie without SameSite that
    Chromium sends with a cross-site POST navigation, as it does for two minutes, counts as sent, with a warning.
    """
    cases = []
    for browser in _BROWSERS:
        stored = stored_from(case_of(browser, cookie, set_context))
        cases.append(send_case_of(browser, cookie, stored, request_context, age))
    broken = [broken_sending(case) for case in cases]
    chromium, firefox, safari = map(send_verdict, cases, broken)
    return Judgement(_text(cases[1].name), chromium, firefox, safari, explanation=_explanation(cases, broken))


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
