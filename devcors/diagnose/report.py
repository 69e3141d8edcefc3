"""The diagnosis as data: the steps in their order, what was sent and answered at each, and what to change.

Values of secret fields (RFC 9110, section 17.16; RFC 6265bis, section 8) are hidden: a report is made to be pasted into
an issue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from devcors.cookies.judge import Judgement
from devcors.cors.verdict import BrowserVerdict, Verdict
from devcors.heads import Field, RequestHead, ResponseHead

from .failures import Failure

Result = Literal["ok", "blocked", "warning", "failed", "info"]
Outcome = Literal["passes", "blocked", "undecided", "no-answer"]

HIDDEN = "(hidden)"
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "x-csrf-token"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer."""

    url: str
    request: RequestHead
    response: ResponseHead
    http_version: str = ""
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on an exchange, for the browsers that make it, with its explanation."""

    verdict: Verdict
    browsers: tuple[str, ...]
    explanation: str
    fix: str

    def allows(self, browser: str) -> bool:
        """Whether this browser goes on; one that does not make this exchange does."""
        return browser not in self.browsers or self.of(browser).allowed

    def of(self, browser: str) -> BrowserVerdict:
        """One browser's verdict."""
        return self.verdict.chromium if browser == "chromium" else self.verdict.firefox

    @property
    def allowed(self) -> bool:
        """Whether every browser that makes this exchange goes on."""
        return all(self.allows(browser) for browser in self.browsers)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A Set-Cookie of the answer: is it stored, and if so, is it sent with the page's next such request."""

    stored: Judgement
    sent_back: Judgement

    def to_json(self) -> dict[str, Any]:
        """The fields of the exchange record (design, section 6), and what happens to the cookie afterwards."""
        judged = self.stored
        browsers = ("chromium", "firefox", "safari")
        return {
            "name": judged.name,
            "way": "set",
            "explanation": judged.explanation or self.sent_back.explanation,
            "warnings": list(judged.warnings),
            "chromium": {"accepted": judged.chromium.accepted, "reasons": list(judged.chromium.reasons)},
            "firefox": {"accepted": judged.firefox.accepted, "message": judged.firefox.message},
            "safari": {"accepted": judged.safari.accepted, "message": judged.safari.message},
            "sent_back": {browser: getattr(self.sent_back, browser).accepted for browser in browsers},
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One question and its answer. `name` is stable, for programs; `title` and `notes` are for people."""

    name: str
    result: Result
    title: str
    notes: tuple[str, ...] = ()
    exchange: Exchange | None = None
    judged: Judged | None = None
    cookies: tuple[Cookie, ...] = ()
    failure: Failure | None = None

    def blocked_by(self, browser: str) -> bool:
        """Whether this browser stops here."""
        return self.judged is not None and not self.judged.allows(browser)

    def to_json(self) -> dict[str, Any]:
        """For `diagnose --json`."""
        return {
            "step": self.name,
            "result": self.result,
            "title": self.title,
            "notes": list(self.notes),
            "request": self.exchange and _request_json(self.exchange),
            "response": self.exchange and _response_json(self.exchange),
            "cors": self.judged and _judged_json(self.judged),
            "cookies": [cookie.to_json() for cookie in self.cookies],
            "failure": self.failure and self.failure.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to mend though it blocks nothing here; `name` is stable."""

    name: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """For `diagnose --json`."""
        return {"name": self.name, "message": self.message}


@dataclass(slots=True)
class Report:
    """A whole diagnosis.

    `subject` says in one line what was asked, `headers` names the ones that the page sets; `fix` is empty where nothing
    is to be changed.
    """

    subject: str
    url: str
    origin: str
    method: str
    headers: tuple[str, ...] = ()
    credentials: bool = False
    steps: list[Step] = field(default_factory=list)
    warnings: list[Advice] = field(default_factory=list)
    outcome: Outcome = "passes"

    @property
    def deciding(self) -> Step | None:
        """The step that ended it, where it did not pass."""
        return next((step for step in self.steps if step.result in ("blocked", "failed")), None)

    @property
    def explanation(self) -> str:
        """Why it does not pass."""
        step = self.deciding
        if step is None:
            return ""
        if step.judged:
            return step.judged.explanation
        return step.failure.message if step.failure else step.title

    @property
    def fix(self) -> str:
        """The one change."""
        step = self.deciding
        if step is None:
            return ""
        if step.judged:
            return step.judged.fix
        return step.failure.hint if step.failure else ""

    def to_json(self) -> dict[str, Any]:
        """For `diagnose --json`."""
        return {
            "url": self.url,
            "origin": self.origin,
            "method": self.method,
            "headers": list(self.headers),
            "credentials": self.credentials,
            "outcome": self.outcome,
            "steps": [step.to_json() for step in self.steps],
            "warnings": [warning.to_json() for warning in self.warnings],
            "explanation": self.explanation,
            "fix": self.fix,
        }


def shown(pairs: Iterable[Field]) -> list[tuple[str, str]]:
    """Fields as text, values of secret ones hidden; of a Set-Cookie its value only, for the attributes matter."""
    return [(name.decode("latin-1"), _value(name.decode("latin-1").lower(), text)) for name, text in pairs]


def _value(name: str, raw: bytes) -> str:
    text = raw.decode("latin-1")
    if name in _SECRET:
        return HIDDEN
    if name == "set-cookie":
        pair, separator, attributes = text.partition(";")
        key, equals, _ = pair.partition("=")
        return f"{key}{equals}{HIDDEN}{separator}{attributes}" if equals else f"{HIDDEN}{separator}{attributes}"
    return text


def _request_json(exchange: Exchange) -> dict[str, Any]:
    head = exchange.request
    return {"method": head.method.decode("latin-1"), "url": exchange.url, "headers": shown(head.fields)}


def _response_json(exchange: Exchange) -> dict[str, Any]:
    head = exchange.response
    duration = None if exchange.milliseconds is None else round(exchange.milliseconds, 1)
    return {
        "status": head.status,
        "http_version": exchange.http_version,
        "duration_ms": duration,
        "headers": shown(head.fields),
    }


def _judged_json(judged: Judged) -> dict[str, Any]:
    """As in the exchange record; a browser that does not make this exchange has no verdict."""
    verdict = judged.verdict.to_json()
    asked = {browser: verdict[browser] if browser in judged.browsers else None for browser in ("chromium", "firefox")}
    return {
        **verdict,
        **asked,
        "allowed": judged.allowed,
        "explanation": judged.explanation,
        "fix": judged.fix,
    }
