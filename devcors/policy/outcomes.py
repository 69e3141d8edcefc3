"""What the policy decides: values only, for the lanes to carry out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from devcors.cookies.judge import Judgement
from devcors.cors.explain import explain, warnings
from devcors.cors.requests import CorsRequest, cors_request, is_preflight
from devcors.cors.verdict import Verdict
from devcors.heads import RequestHead, ResponseHead, value
from devcors.routing.table import Match
from devcors.urls import Origin

from .rules import Rule, Upstream

if TYPE_CHECKING:
    from .policy import Policy


class _Unread(Enum):
    """A value that nobody has asked for yet."""

    UNREAD = 0


_UNREAD = _Unread.UNREAD


@dataclass(slots=True, eq=False)
class Forward:
    """Send `head` to `upstream`. The rest is what `Policy.response` needs again. Not to be changed.

    `crosses_origins`: the CORS protocol applies. `sends_cookies` as in Facts.
    """

    upstream: Upstream
    head: RequestHead
    policy: Policy = field(repr=False)
    rule: Rule
    received: RequestHead
    own_origin: Origin
    url: str
    match: Match[Rule] | None
    upgrade: bool
    crosses_origins: bool
    sends_cookies: bool = False
    _cors: CorsRequest | _Unread | None = field(default=_UNREAD, repr=False)

    @property
    def cors(self) -> CorsRequest | None:
        """The request as the CORS protocol has it, None where that does not apply. Read when it is first asked for."""
        if not self.crosses_origins:
            return None
        if self._cors is _UNREAD:
            self._cors = cors_request(self.received, self.url, self.own_origin, sends_cookies=self.sends_cookies)
        return self._cors

    @property
    def is_preflight(self) -> bool:
        """Whether this is a CORS preflight."""
        return self.crosses_origins and is_preflight(self.received)

    @property
    def answers_preflight(self) -> bool:
        """Whether devcors answers this preflight in the server's place; the server is asked all the same."""
        if self.rule.cors not in ("inject", "rewrite") or not self.is_preflight:
            return False
        return self.rule.allowance.allows(value(self.received.fields, b"origin") or b"")

    @property
    def target_url(self) -> str:
        """The URL at the upstream, for people."""
        path = "" if self.head.target == b"*" else self.head.target.decode("latin-1")
        return f"{self.upstream.scheme}://{self.upstream.authority}{path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """devcors answers by itself. `route` is the pattern where one was found; `judge` as in Outcome."""

    head: ResponseHead
    body: bytes
    error: str | None = None
    route: str | None = None
    url: str = ""
    judge: Callable[[], CorsOutcome] | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """A host that the config does not name: relayed as it is, unjudged and unrecorded."""

    head: RequestHead


IGNORED = (
    "A browser looks at Set-Cookie of another origin only if the request includes credentials; this one left them out."
    ' Ask with credentials: "include".'
)


@dataclass(frozen=True, slots=True)
class CookieOutcome:
    """One Set-Cookie: what became of it at the front door, and what the browsers do with the result.

    `unmended` says what the rewriting could not make work. `ignored`: the request is known to leave credentials out, so
    no browser looks at the cookie, nor says a word of it.
    """

    judgement: Judgement
    changes: tuple[str, ...]
    unmended: tuple[str, ...] = ()
    ignored: bool = False

    def to_json(self) -> dict[str, Any]:
        """The fields of the exchange record (design, section 6)."""
        judged = self.judgement
        told: dict[str, Any] = {
            "name": judged.name,
            "way": "set",
            "rewritten": list(self.changes) or None,
            "warnings": [*self.unmended, *judged.warnings],
            "ignored": self.ignored,
        }
        if self.ignored:
            if judged.explanation:
                told["warnings"] = [*told["warnings"], judged.explanation]
            silent = {"accepted": False, "message": ""}
            chromium = {"accepted": False, "reasons": []}
            return {**told, "explanation": IGNORED, "chromium": chromium, "firefox": silent, "safari": silent}
        return {
            **told,
            "explanation": judged.explanation,
            "chromium": {"accepted": judged.chromium.accepted, "reasons": list(judged.chromium.reasons)},
            "firefox": {"accepted": judged.firefox.accepted, "message": judged.firefox.message},
            "safari": {"accepted": judged.safari.accepted, "message": judged.safari.message},
        }


@dataclass(frozen=True, slots=True)
class CorsOutcome:
    """The verdict on what the browser gets (`sent`), and on what the server itself said (`received`).

    `remedy` is what devcors.toml could say about a blocked response, where it can help. `included` is of a preflight:
    what it comes to if the request is one with credentials, where that makes a difference. A preflight does not tell;
    if `verdict` allows the request and none follows, then `included` is what happened.

    The words are made when they are asked for: most verdicts are never read.
    """

    request: CorsRequest
    verdict: Verdict
    server: Verdict
    sent: ResponseHead
    received: ResponseHead
    remedy: str = ""
    included: CorsOutcome | None = None

    @property
    def only_through_devcors(self) -> bool:
        """It passes, but would not without devcors."""
        return self.verdict.allowed and not self.server.allowed

    @property
    def explanation(self) -> str:
        """Why it is blocked, or would be without devcors; empty where it passes."""
        return self._explained()[0]

    @property
    def fix(self) -> str:
        """The one change on the server; empty where there is nothing to change."""
        return self._explained()[1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to put right in the server's own answer, be it allowed or not."""
        return warnings(self.request, self.received)

    def _explained(self) -> tuple[str, str]:
        if not self.verdict.allowed:
            return explain(self.verdict, self.request, self.sent)
        return explain(self.server, self.request, self.received)

    def to_json(self) -> dict[str, Any]:
        """The fields of the exchange record (design, section 6)."""
        server = self.server.to_json()
        explanation, fix = self._explained()
        return {
            **self.verdict.to_json(),
            "explanation": explanation,
            "fix": fix,
            "remedy": self.remedy,
            "assumed": list(self.request.assumed),
            "server": {key: server[key] for key in ("allowed", "chromium", "firefox")},
            "warnings": list(self.warnings),
        }


class Outcome(NamedTuple):
    """A response head for the client. `body_dropped`: the upstream's body is not sent on (a replaced preflight).

    `judge` gives the verdict, where there is one to give; it takes a while, and most are never looked at. `warnings`
    are on what is neither CORS nor a cookie.
    """

    head: ResponseHead
    body_dropped: bool = False
    judge: Callable[[], CorsOutcome] | None = None
    cookies: tuple[CookieOutcome, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def cors(self) -> CorsOutcome | None:
        """The verdict, made anew each time."""
        return self.judge() if self.judge else None
