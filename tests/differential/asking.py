"""What a real Chromium says of cases: asked over the DevTools protocol, as many at a time as a page takes.

The page runs the steps; what the browser made of them comes as events of the Network domain: `corsErrorStatus` of
what failed, `blockedCookies` of each response, `associatedCookies` of each request. Cases share one cookie jar, so
every cookie has a name of its own, and only those of the case itself are looked at.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession

from .lab import Lab, hop_url

Json = dict[str, Any]

BATCH = 40  # cases under way at a time: their cookies fit into the jar (180 a host)

RUN = """
async cases => {
  const body = spec => {
    if (spec === undefined || spec === null || typeof spec === "string") return spec;
    if (spec.kind === "blob") return new Blob(["x"], {type: spec.type || ""});
    if (spec.kind === "formdata") { const form = new FormData(); form.append("a", "1"); return form; }
    if (spec.kind === "urlsearch") return new URLSearchParams({a: "1"});
    return new Uint8Array([1, 2, 3]);
  };
  const byFetch = async step => {
    const {method, headers, credentials} = step;
    const answer = await fetch(step.at, {method, headers, credentials, body: body(step.body)});
    await answer.arrayBuffer();
    return [...answer.headers.keys()];
  };
  const byXhr = step => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(step.method || "GET", step.at);
    request.withCredentials = !!step.withCredentials;
    for (const [name, text] of step.headers || []) request.setRequestHeader(name, text);
    request.onerror = () => reject("error");
    request.onload = () => resolve(request.getAllResponseHeaders().split("\\r\\n").filter(Boolean).map(
      line => line.slice(0, line.indexOf(":")).toLowerCase()));
    request.send(body(step.body) ?? null);
  });
  const run = async step => {
    try { return {visible: await (step.do === "xhr" ? byXhr : byFetch)(step)}; }
    catch (error) { return {error: String(error)}; }
  };
  return Promise.all(cases.map(async steps => {
    const results = [];
    for (const step of steps) results.push(await run(step));
    return results;
  }));
}
"""


@dataclass
class Hop:
    """One response of a chain: the cookies that went to it, and those that it could not set, with the reasons."""

    sent: set[str] = field(default_factory=set)
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Said:
    """What the browser said of one step.

    `parameters`: all that `parameter` might have been. `network`: why it failed without CORS. `preflights`: the hops
    that had one. `stored`: of the case's last step, the names of its cookies that are in the jar in the end.
    """

    allowed: bool
    error: str | None = None
    parameter: str = ""
    parameters: frozenset[str] = frozenset()
    network: str = ""
    visible: tuple[str, ...] = ()
    preflights: set[int] = field(default_factory=set)
    hops: dict[int, Hop] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)

    @property
    def last(self) -> int:
        """The last hop that was asked for."""
        return max(self.hops, default=0)


class Browser:
    """One browser process, asked again and again."""

    def __init__(self, context: BrowserContext, lab: Lab, *, signed_in: Sequence[str] = ()) -> None:
        """`signed_in`: the origins of which the jar holds a session cookie, whenever cases are asked."""
        self._lab = lab
        self._signed_in = signed_in
        self._page = context.pages[0]
        self._session = context.new_cdp_session(self._page)
        self._events = _Events(self._session)

    def ask(self, cases: Sequence[Json]) -> Iterator[tuple[Json, list[Said]]]:
        """Each case with what the browser said of its fetches; cases of one page are asked together."""
        self._lab.cases = {case["id"]: case for case in cases}
        for page, group in groupby(sorted(cases, key=_page_of), _page_of):
            self._page.goto(f"{page}/page")
            together = list(group)
            for start in range(0, len(together), BATCH):
                yield from self._ask(together[start : start + BATCH])

    def _ask(self, cases: list[Json]) -> Iterator[tuple[Json, list[Said]]]:
        self._session.send("Network.clearBrowserCookies")
        for url in self._signed_in:
            self._session.send("Network.setCookie", {"name": "session", "value": "1", "url": url})
        self._events.clear()
        results = self._page.evaluate(RUN, [_fetches(case) for case in cases])
        self._events.settle()
        stored = [cookie["name"] for cookie in self._session.send("Network.getAllCookies")["cookies"]]
        for case, result in zip(cases, results, strict=True):
            said = [self._events.said(case, number, answer) for number, answer in enumerate(result, start=1)]
            said[-1].stored = {name for name in stored if is_of(case, name)}
            yield case, said


def _page_of(case: Json) -> str:
    return str(case["steps"][0]["url"])


def _fetches(case: Json) -> list[Json]:
    return [
        {**step, "at": hop_url(case["id"], number, 0, step["hops"][0])}
        for number, step in enumerate(case["steps"])
        if step["do"] != "goto"
    ]


_AT = re.compile(r"/c/([^/]+)/(\d+)/(\d+)$")
Key = tuple[str, int, int]
"""Case, step, hop."""


class _Events:
    """The Network events of one page, kept by what they are about."""

    def __init__(self, session: CDPSession) -> None:
        self.clear()
        for name, handler in (
            ("requestWillBeSent", self._will_be_sent),
            ("requestWillBeSentExtraInfo", lambda event: self._sent[event["requestId"]].append(event)),
            ("responseReceivedExtraInfo", lambda event: self._received[event["requestId"]].append(event)),
            ("loadingFailed", self._ended),
            ("loadingFinished", self._ended),
        ):
            session.on(f"Network.{name}", handler)
        session.send("Network.enable")
        self._session = session

    def clear(self) -> None:
        """Forgets all."""
        self._keys: dict[str, list[Key]] = {}
        self._preflights: set[str] = set()
        self._sent: dict[str, list[Json]] = _Lists()
        self._received: dict[str, list[Json]] = _Lists()
        self._ends: dict[str, Json] = {}

    def _will_be_sent(self, event: Json) -> None:
        found = _AT.search(event["request"]["url"])
        if found is None:
            return
        self._keys.setdefault(event["requestId"], []).append((found[1], int(found[2]), int(found[3])))
        if event["initiator"]["type"] == "preflight":
            self._preflights.add(event["requestId"])

    def _ended(self, event: Json) -> None:
        self._ends[event["requestId"]] = event

    def settle(self) -> None:
        """Waits until everything that began has ended: the last events come after the page's own answer."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and not set(self._keys) <= set(self._ends):
            self._session.send("Runtime.evaluate", {"expression": "1"})
            time.sleep(0.005)

    def said(self, case: Json, number: int, answer: Json) -> Said:
        """All that is known of one step, once it is over."""
        mine = [request for request, keys in self._keys.items() if keys[0][:2] == (case["id"], number)]
        said = Said("error" not in answer, visible=tuple(answer.get("visible", ())))
        for request in mine:
            if request in self._preflights:
                said.preflights.add(self._keys[request][0][2])
                continue
            end = self._ends.get(request, {})
            status = end.get("corsErrorStatus") or {}
            said.error, said.parameter = status.get("corsError"), status.get("failedParameter", "")
            said.network = end.get("blockedReason") or end.get("errorText", "")
            for at, (_, _, hop) in enumerate(self._keys[request]):
                said.hops[hop] = self._hop(request, at, case)
        return said

    def _hop(self, request: str, at: int, case: Json) -> Hop:
        hop = Hop()
        for event in self._sent[request][at : at + 1]:
            for cookie in event["associatedCookies"]:
                name = cookie["cookie"]["name"]
                if not is_of(case, name):
                    continue
                if cookie["blockedReasons"]:
                    hop.held[name] = tuple(cookie["blockedReasons"])
                else:
                    hop.sent.add(name)
        for event in self._received[request][at : at + 1]:
            for cookie in event["blockedCookies"]:
                hop.refused[cookie_key(cookie["cookieLine"])] = tuple(cookie["blockedReasons"])
        return hop


_MARK = re.compile(r"d\d+-\d+")


def cookie_key(line: str) -> str:
    """What tells a set-cookie-string from the others: its mark. DevTools shows bytes that are not ASCII as it likes."""
    found = _MARK.search(line)
    return found[0] if found else ""


def is_of(case: Json, name: str) -> bool:
    """Whether the cookie is one that this case sets."""
    found = _MARK.search(name)
    return found is not None and found[0].partition("-")[0] == case["id"]


class _Lists(dict[str, list[Json]]):
    def __missing__(self, key: str) -> list[Json]:
        return self.setdefault(key, [])
