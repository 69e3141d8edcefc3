"""The cookie rules against what Chromium 156 and Firefox ESR 153 really did, for every case of the file they cover.

Each case is played from the case alone: what is set is judged and put into a jar for each browser, what is requested
is asked of `withheld`. Compared are the reasons for each refused Set-Cookie, Firefox's console texts, the jar after
the step, the cookies sent and Chromium's reasons for those held back. The order of the Cookie field is left out: it is
the jar's business.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from devcors.cookies.browsers import CHROMIUM, FIREFOX
from devcors.cookies.judge import Context, Judgement, Verdict, judge_set_cookie, withheld
from devcors.cookies.rules import Browser, Stored, case_of, stored_from
from devcors.cookies.setcookie import SetCookie, split_set_cookie
from devcors.cookies.site import is_trustworthy, site

CASES = Path(__file__).parent.parent / "oracle" / "cases.jsonl"

LEFT_OUT = {
    "cookie-life": "when a cookie ends needs a clock, which the rules do not have",
    "cookie-overwrite": "whether a cookie may take another's place needs the jar that holds the other",
}
NAVIGATIONS = {"goto": "GET", "linknav": "GET", "formpost": "POST"}
JAR_LIMIT = 150  # a browser drops the oldest above this number for one host: the jar's business

Json = dict[str, Any]


def _cases() -> Iterator[Json]:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case: Json = json.loads(line)
        if case["group"].startswith("cookie-") and case["group"] not in LEFT_OUT and not _out_of_reach(case):
            yield case


def _out_of_reach(case: Json) -> bool:
    """Redirect chains (SameSite then asks where the chain began) and jars that overflow."""
    return any(len(step.get("hops", [])) > 1 or len(_set_cookies(step)) > JAR_LIMIT for step in case["steps"])


def _set_cookies(step: Json) -> list[bytes]:
    response = step["hops"][0].get("response", {}) if step.get("hops") else step.get("page", {})
    return [text.encode("latin-1") for text in response.get("set_cookie", [])]


@dataclass
class Kept:
    """A cookie in the jar, with the exchange that set it."""

    cookie: SetCookie
    context: Context
    stored: Stored


@dataclass
class Player:
    """One browser, playing the steps of a case."""

    browser: Browser
    page: tuple[str, str] | None = None
    jar: dict[tuple[object, ...], Kept] = field(default_factory=dict)

    def context(self, case: Json, number: int) -> Context | None:
        """The exchange of a step; None where mixed content keeps it from being made."""
        step = case["steps"][number]
        navigation = NAVIGATIONS.get(step["do"])
        url = urlsplit(step.get("url") or step["hops"][0]["origin"])
        host = url.netloc.rpartition(":")[0]
        kind = "page" if navigation and not step.get("hops") else "c"
        path = f"/{kind}/{case['id']}/{number}" + ("" if kind == "page" else "/0")
        page, here = self.page, (url.scheme, host)
        if navigation:
            self.page = here
        elif page and page[0] == "https" and not is_trustworthy(*here):
            return None
        started_by = None if step["do"] == "goto" else page
        return Context(*here, path, started_by, navigation or step.get("method", "GET"), bool(navigation))

    def verdict(self, judgement: Judgement) -> Verdict:
        return judgement.chromium if self.browser is CHROMIUM else judgement.firefox

    def request(self, context: Context) -> tuple[list[Stored], list[tuple[str, list[str]]]]:
        """The cookies sent, and those held back with their reasons."""
        sent, held = [], []
        for kept in self.jar.values():
            verdict = self.verdict(withheld(kept.cookie, kept.context, context))
            if verdict.accepted:
                sent.append(kept.stored)
            elif verdict.reasons and kept.stored.scope.matches(context.host):
                held.append((_shown(kept.stored.name, self.browser), list(verdict.reasons)))
        return sent, held

    def store(self, texts: list[bytes], context: Context) -> list[tuple[bytes, Verdict]]:
        verdicts = []
        for text in texts:
            verdict = self.verdict(judge_set_cookie(text, context))
            verdicts.append((text, verdict))
            if verdict.accepted:
                cookie = split_set_cookie(text)
                stored = stored_from(case_of(self.browser, cookie, context))
                key = (stored.name, stored.scope, stored.path, stored.partition)
                self.jar[key] = Kept(cookie, context, stored)
        return verdicts

    def jar_rows(self) -> list[Json]:
        return sorted((_row(kept, self.browser) for kept in self.jar.values()), key=str)


def _shown(raw: bytes, browser: Browser, *, is_value: bool = False) -> str:
    """Bytes as the two automation interfaces print them."""
    if browser is FIREFOX:
        return raw.decode("utf-8", "replace") if is_value else raw.decode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


def _row(kept: Kept, browser: Browser) -> Json:
    stored, cookie = kept.stored, kept.cookie
    none = None if browser is CHROMIUM else "Unset"
    return {
        "name": _shown(stored.name, browser),
        "value": _shown(stored.value, browser, is_value=True),
        "domain": stored.scope.domain if stored.scope.host_only else "." + stored.scope.domain,
        "path": stored.path.decode("latin-1"),
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "sameSite": cookie.same_site.capitalize() if cookie.same_site else none,
        "partitionKey": _partition_key(kept, browser),
    }


def _partition_key(kept: Kept, browser: Browser) -> object:
    partition = kept.stored.partition
    if partition is None:
        return None
    if browser is FIREFOX:
        return f"({partition.scheme},{partition.domain})"
    foreign = site(kept.context.scheme, kept.context.host) != partition
    return {"topLevelSite": str(partition), "hasCrossSiteAncestor": foreign}


def _expected_rows(answer: Json) -> list[Json]:
    names = ("name", "value", "domain", "path", "secure", "httpOnly", "sameSite", "partitionKey")
    return sorted(({name: row[name] for name in names} for row in answer.get("jar", [])), key=str)


def _chromium_disagreements(case: Json) -> Iterator[str]:
    player = Player(CHROMIUM)
    for number, (step, answer) in enumerate(zip(case["steps"], case["chromium"]["steps"], strict=True)):
        context = player.context(case, number)
        if context is None:
            continue
        sent, held = player.request(context)
        verdicts = player.store(_set_cookies(step), context)
        request = answer["requests"][0]
        blocked = [list(verdict.reasons) for _, verdict in verdicts if verdict.reasons]
        told = {
            "refused": (blocked, [reasons for _, reasons in (request.get("setcookie_blocked") or [[]])[0]]),
            "jar": (player.jar_rows(), _expected_rows(answer)),
            "sent": (
                sorted(_shown(stored.name, CHROMIUM) for stored in sent),
                sorted((request.get("cookies_sent") or [[]])[0]),
            ),
            "held": (
                sorted(held),
                sorted((name, reasons) for name, reasons in (request.get("cookies_blocked") or [[]])[0]),
            ),
        }
        yield from _differences(case, number, "chromium", told)


def _firefox_disagreements(case: Json) -> Iterator[str]:
    player = Player(FIREFOX)
    for number, (step, answer) in enumerate(zip(case["steps"], case["firefox"]["steps"], strict=True)):
        context = player.context(case, number)
        if context is None:
            continue
        sent, _ = player.request(context)
        verdicts = player.store(_set_cookies(step), context)
        printed = {text for _, verdict in verdicts for text in (verdict.message, *verdict.warnings) if text}
        lines = [line.partition("] ") for line in answer.get("console", [])]
        expected = {text for category, _, text in lines if category.startswith("[cookie")}
        header = answer["server_saw"][0]["headers"].get("cookie", "")
        told = {
            "console": (sorted(printed), sorted(expected)),
            "jar": (player.jar_rows(), _expected_rows(answer)),
            "sent": (
                sorted(_shown(stored.name, FIREFOX) for stored in sent),
                sorted(pair.partition("=")[0] for pair in header.split("; ") if pair),
            ),
        }
        yield from _differences(case, number, "firefox", told)


def _differences(case: Json, number: int, browser: str, told: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    for what, (ours, theirs) in told.items():
        if ours != theirs:
            yield f"{case['id']} step {number} {browser} {what}:\n  ours   {ours}\n  theirs {theirs}"


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in _cases()])
def test_agrees_with_the_browsers(case: Json) -> None:
    disagreements = [*_chromium_disagreements(case), *_firefox_disagreements(case)]
    assert not disagreements, "\n".join(disagreements)


def test_covers_every_group_not_left_out() -> None:
    groups = {json.loads(line)["group"] for line in CASES.read_text(encoding="utf-8").splitlines()}
    cookies = {group for group in groups if group.startswith("cookie-")}
    assert cookies - {case["group"] for case in _cases()} == set(LEFT_OUT)
