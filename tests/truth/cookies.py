"""The cookie rules against what Chromium and Firefox really did, for any case of the oracle's format.

`python -m tests.truth.cookies FILE` prints every disagreement and one line of counts for each browser and field.

A case is played from the case alone: every exchange that a server saw is put to a jar of each browser. Compared are

- `set_cookie_reasons`: Chromium's reasons for each Set-Cookie refused; Firefox's console texts about cookies
- `jar`: the cookies stored after the step
- `cookies_sent`: the Cookie field of each request, to the byte and in its order
- `cookies_blocked`: Chromium's reasons for each stored cookie held back; Firefox's texts on those lost to a redirect
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devcors.cookies.browsers import CHROMIUM, FIREFOX
from devcors.cookies.cases import Browser
from devcors.cookies.jar import Choice, Jar, cookie_field
from devcors.cookies.verdict import Verdict

from .cookie_shapes import (
    LOST_TO_REDIRECT,
    console_told,
    held_told,
    jar_told,
    reasons_told,
    row,
    shown,
)
from .cookie_steps import Exchange, Pages

Json = dict[str, Any]
Comparison = tuple[int, str, object, object]

BROWSERS = {"chromium": CHROMIUM, "firefox": FIREFOX}
# the cases do not tell when they ran; to them 2026 was now and 2027 the future
START = datetime(2026, 11, 1, tzinfo=UTC).timestamp()


@dataclass
class Said:
    """What our browser does and says in one step."""

    set: list[Verdict] = field(default_factory=list)
    written: list[Verdict] = field(default_factory=list)  # by document.cookie
    held: list[Choice] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)  # the Cookie field seen, and ours


class Player:
    """One browser, playing the steps of a case."""

    def __init__(self, case: Json, browser: Browser) -> None:
        self.case = case
        self.pages = Pages(case)
        self.jar = Jar(browser)
        self.now = START

    def play(self, number: int, seen: list[Json]) -> Said:
        """One step; `seen` is what the servers saw in it."""
        step, said = self.case["steps"][number], Said()
        self.now += step.get("ms", 0) / 1000 + step.get("s", 0)
        if step["do"] == "clearcookies":
            self.jar.clear()
        for exchange in self.pages.exchanges(number, seen):
            self._exchange(exchange, said)
        self._script(number, said)
        return said

    def _exchange(self, exchange: Exchange, said: Said) -> None:
        choices: list[Choice] = []
        if exchange.credentials and not exchange.seen["preflight"]:
            choices = self.jar.choose(exchange.context, self.now)
            said.set += self.jar.receive(exchange.set_cookies, exchange.context, self.now)
        said.held += [choice for choice in choices if not choice.verdict.accepted]
        said.sent.append((exchange.seen["headers"].get("cookie", ""), cookie_field(choices).decode("latin-1")))

    def _script(self, number: int, said: Said) -> None:
        step = self.case["steps"][number]
        written = step.get("inner", step).get("set")
        context = self.pages.written_by_script(number)
        if context and written is not None:
            said.written.append(self.jar.set(written.encode(), context, self.now))


def compare_cookies(case: Json, browser: str) -> Iterator[Comparison]:
    """Each comparison of a case: step number, field, what the browser did, what we say. Equal ones too."""
    profile = BROWSERS[browser]
    player = Player(case, profile)
    for number, answer in enumerate(case[browser]["steps"]):
        said = player.play(number, answer["server_saw"])
        told = _chromium_told if profile is CHROMIUM else _firefox_told
        for name, expected, got in told(player, answer, said):
            if expected or got:
                yield number, name, expected, got
        for expected, got in said.sent:
            yield number, "cookies_sent", expected, got
        if "jar" in answer:
            rows = sorted((row(kept, profile) for kept in player.jar.contents(player.now)), key=str)
            yield number, "jar", jar_told(answer), rows


def _chromium_told(player: Player, answer: Json, said: Said) -> Iterator[tuple[str, object, object]]:
    refused = [list(verdict.reasons) for verdict in said.set if verdict.reasons]
    yield "set_cookie_reasons", reasons_told(answer), refused
    held = sorted((shown(kept.stored.name, CHROMIUM), list(verdict.reasons)) for kept, verdict in said.held)
    told = held_told(answer)
    if not player.case.get("serial"):
        # such cases ran side by side on one jar: what is not in ours is another's
        own = {shown(kept.stored.name, CHROMIUM) for kept in player.jar.contents(player.now)}
        told = [(name, reasons) for name, reasons in told if name in own]
    yield "cookies_blocked", told, held


def _firefox_told(_: Player, answer: Json, said: Said) -> Iterator[tuple[str, object, object]]:
    lines = console_told(answer)
    printed = {text for verdict in (*said.set, *said.written) for text in (verdict.message, *verdict.warnings) if text}
    yield "set_cookie_reasons", [line for line in lines if LOST_TO_REDIRECT not in line], sorted(printed)
    lost = {choice.verdict.message for choice in said.held if choice.verdict.message}
    yield "cookies_blocked", [line for line in lines if LOST_TO_REDIRECT in line], sorted(lost)


def main(path: str) -> int:
    """Compare a file; the number of disagreements."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for browser in BROWSERS:
            for number, name, expected, got in compare_cookies(case, browser):
                counts[browser, name] += 1
                if expected != got:
                    wrong[browser, name] += 1
                    print(f"{case['id']} step {number} {browser} {name}\n  browser {expected}\n  devcors {got}")
    for (browser, name), count in sorted(counts.items()):
        print(f"{browser} {name} {count - wrong[browser, name]}/{count}")
    return wrong.total()


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
