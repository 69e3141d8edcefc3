"""What devcors' records say of a case, beside what the browser said: one row for each record.

A browser names one error for a whole chain of redirects, and tells by its name whether a preflight or a response is
meant. It belongs to the last hop that was asked for; what came before it has passed. devcors sees only the hops that
lead through it, and judges each message as it passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.daemon import Record

from .asking import Hop, Said, is_of

Json = dict[str, Any]
Refusals = set[tuple[str, ...]]
Held = dict[str, tuple[str, ...]]
"""Names of cookies that stay behind, and why."""
Verdict = tuple[str | None, str]
"""Error and parameter."""
Kind = Literal[
    "",
    "empty-jar",
    "preflight-blocked-twice",
    "redirect-from-home",
    "set-cookie-without-credentials",
    "null-origin",
    "control-characters",
    "set-elsewhere",
]
"""What a proxy cannot see, as docs/judge/what-a-proxy-cannot-see.md calls it; "" for what it could."""

_AT = re.compile(r"/c/([^/]+)/(\d+)/(\d+)$")
_OF_PREFLIGHTS = re.compile(r"Preflight|.*PreflightResponse$")


@dataclass
class Row:
    """One record: its verdict and the browser's (error and parameter), and why each refuses cookies of the response."""

    case: Json
    step: int
    hop: int
    record: Verdict
    browser: Verdict
    record_refuses: Refusals = field(default_factory=set)
    browser_refuses: Refusals = field(default_factory=set)
    record_holds: Held = field(default_factory=dict)
    browser_holds: Held = field(default_factory=dict)

    @property
    def verdicts_agree(self) -> bool:
        """Whether both say the same of the message."""
        return self.record == self.browser

    @property
    def cookies_agree(self) -> bool:
        """Whether both say the same of each cookie."""
        return self.record_refuses == self.browser_refuses

    @property
    def included(self) -> bool:
        """Whether the credentials mode is "include"."""
        step = self.case["steps"][self.step]
        return bool(step.get("withCredentials")) or step.get("credentials") == "include"

    def kind_of_verdict(self) -> Kind:
        """Why the verdicts differ."""
        ours, theirs = self.record[0], self.browser[0]
        if ours and theirs and all(map(_OF_PREFLIGHTS.match, (ours, theirs))):
            return "preflight-blocked-twice"
        if ours is None and theirs in ("InvalidAllowCredentials", "WildcardOriginNotAllowed"):
            return "empty-jar"
        origin = self.case["steps"][self.step]["hops"][self.hop]["origin"]
        if theirs == "RedirectContainsCredentials" and origin == self.case["steps"][0]["url"]:
            return "redirect-from-home"
        return ""

    def kind_of_cookies(self) -> Kind:
        """Why the cookies differ."""
        if not self.included and not self.browser_refuses:
            return "set-cookie-without-credentials"
        more = self.record_refuses - self.browser_refuses
        if more == {("DisallowedCharacter",)} and self._over_http2() and self.browser_refuses <= self.record_refuses:
            return "control-characters"
        same_site = bool(more) and all("SameSite" in name for reasons in more for name in reasons)
        return "null-origin" if self.hop and same_site and self.browser_refuses <= self.record_refuses else ""

    def _over_http2(self) -> bool:
        return bool(self.case["steps"][self.step]["hops"][self.hop]["origin"].startswith("https:"))

    @property
    def holds_agree(self) -> bool:
        """Whether both say the same of each cookie that stays behind."""
        return self.record_holds == self.browser_holds

    def kind_of_holds(self) -> Kind:
        """Why those differ."""
        return "set-elsewhere" if self.record_holds.items() <= self.browser_holds.items() else ""

    def __str__(self) -> str:
        record = (self.record, self.record_refuses, self.record_holds)
        browser = (self.browser, self.browser_refuses, self.browser_holds)
        said = f"record {record}, browser {browser}"
        return f"{self.case['id']} step {self.step} hop {self.hop}: {said}"


def rows(answers: Iterable[tuple[Json, list[Said]]], records: Iterable[Record]) -> Iterator[Row]:
    """A row for each record of these cases."""
    said = {(case["id"], number): (case, step) for case, steps in answers for number, step in enumerate(steps, start=1)}
    for record in records:
        if found := _AT.search(record["url"]):
            number, at = int(found[2]), int(found[3])
            case, step = said[found[1], number]
            yield _row(case, number, at, record, step)


def _row(case: Json, number: int, at: int, record: Record, said: Said) -> Row:
    preflight = record["method"] == "OPTIONS" and at in said.preflights and not _is_request(record, case, number)
    meant = said.error is not None and at == said.last and bool(_OF_PREFLIGHTS.match(said.error)) == preflight
    theirs: Verdict = (said.error, said.parameter) if meant else (None, "")
    verdict: Json = record["cors"]["chromium"] if record["cors"] else {"error": None, "parameter": ""}
    ours: Verdict = (verdict["error"], verdict["parameter"])
    if ours[0] == theirs[0] == "HeaderDisallowedByPreflightResponse":
        theirs = ours  # one of those that are lacking: which one, differs from run to run
    hop = Hop() if preflight else said.hops.get(at, Hop())
    row = Row(case, number, at, ours, theirs, set(_refusals(record)), set(hop.refused.values()))
    row.record_holds, row.browser_holds = _holds(case, record), hop.held
    return row


def _is_request(record: Record, case: Json, number: int) -> bool:
    """Of two OPTIONS at one hop, the one that a page itself asked for names its preflight."""
    return record["preflight"] is not None and case["steps"][number].get("method") == "OPTIONS"


def _holds(case: Json, record: Record) -> Held:
    """Cookies share one jar: those of other cases are not looked at."""
    held = (cookie for cookie in record["cookies"] if cookie["way"] == "sent" and is_of(case, cookie["name"]))
    return {cookie["name"]: tuple(cookie["chromium"]["reasons"]) for cookie in held}


def _refusals(record: Record) -> Iterator[tuple[str, ...]]:
    for cookie in record["cookies"]:
        if cookie["way"] == "set" and cookie["chromium"]["reasons"]:
            yield tuple(cookie["chromium"]["reasons"])
