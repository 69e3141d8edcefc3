"""What the pure rules say of a case: the same steps, played with a table of answers and a jar instead of a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from devcors.cookies.browsers import CHROMIUM as COOKIES
from devcors.cookies.cases import Kept
from devcors.cookies.jar import Jar
from devcors.cookies.scope import Context
from devcors.cors.fetching import fetch
from devcors.cors.local_network import AddressSpace
from devcors.cors.page import Body, Page, PageRequest, served_page
from devcors.cors.profiles import CHROMIUM
from devcors.cors.walking import Sent
from devcors.heads import ResponseHead

from .asking import Hop, Said, cookie_key
from .lab import hop_url, response_lines

Json = dict[str, Any]

_NOW = 0.0
_HOP = re.compile(r"/(\d+)$")
_TYPES = {"urlsearch": "application/x-www-form-urlencoded;charset=UTF-8", "formdata": "multipart/form-data; boundary=x"}


def played(case: Json) -> list[Said]:
    """What Chromium would say of each fetch of the case, by the rules."""
    page_url = f"{case['steps'][0]['url']}/page"
    page = served_page(page_url, (), "loopback", granted=frozenset())
    jar = Jar(COOKIES)
    said = [_said(case, number, page, jar) for number in range(1, len(case["steps"]))]
    said[-1].stored = {_name(kept) for kept in jar.contents(_NOW) if kept.stored.name}
    return said


def _name(kept: Kept) -> str:
    return kept.stored.name.decode("latin-1")


def _said(case: Json, number: int, page: Page, jar: Jar) -> Said:
    step = case["steps"][number]
    answers = _Answers(case, number, page, jar)
    url = hop_url(case["id"], number, 0, step["hops"][0])
    fetched = fetch(_request(page, url, step), answers, CHROMIUM)
    verdict = fetched.verdict
    return Said(
        allowed=verdict.allowed,
        error=verdict.error,
        parameter=verdict.parameter,
        parameters=frozenset(verdict.lacking or (verdict.parameter,)),
        visible=tuple(sorted({name for name, _ in fetched.visible or ()})),
        preflights={_number(sent.url) for sent in fetched.sent if sent.preflight},
        hops=answers.hops,
    )


def _request(page: Page, url: str, step: Json) -> PageRequest:
    xhr = step["do"] == "xhr"
    credentials = step.get("credentials", "include" if step.get("withCredentials") else "same-origin")
    return PageRequest(
        page=page,
        url=url,
        api="xhr" if xhr else "fetch",
        kind="XMLHttpRequest" if xhr else "fetch",
        method=step.get("method", "GET"),
        headers=tuple((name, text) for name, text in step.get("headers", [])),
        credentials=credentials,
        body=_body(step["body"]) if "body" in step else None,
    )


def _body(spec: Any) -> Body:
    """With the Content-Type that it brings along (Fetch, section 5.2, "extract a body")."""
    if isinstance(spec, str):
        return Body("text/plain;charset=UTF-8")
    return Body(spec.get("type") or _TYPES.get(spec["kind"]))


def _number(url: str) -> int:
    found = _HOP.search(url)
    assert found
    return int(found[1])


@dataclass
class _Answers:
    """The network of one step: the lab's answers, and what becomes of cookies on the way."""

    case: Json
    number: int
    page: Page
    jar: Jar
    hops: dict[int, Hop] = field(default_factory=dict)

    def send(self, sent: Sent) -> ResponseHead:
        """The lab's answer to this message."""
        at = _number(sent.url)
        hops = self.case["steps"][self.number]["hops"]
        answer = hops[at]["preflight" if sent.preflight else "response"]
        lines = response_lines(answer, self.case, self.number, at)
        if not sent.preflight:
            self.hops[at] = Hop()
            if sent.credentials:
                self._cookies(at, sent, lines)
        fields = tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in lines)
        return ResponseHead(answer["status"], b"", fields)

    def _cookies(self, at: int, sent: Sent, lines: list[tuple[str, str]]) -> None:
        hop, context = self.hops[at], self._context(at, sent)
        for kept, verdict in self.jar.choose(context, _NOW):
            if not kept.stored.name:
                continue
            if verdict.accepted:
                hop.sent.add(_name(kept))
            else:
                hop.held[_name(kept)] = verdict.reasons
        texts = [text for name, text in lines if name == "Set-Cookie"]
        for text, verdict in zip(
            texts, self.jar.receive([t.encode("latin-1") for t in texts], context, _NOW), strict=True
        ):
            if verdict.reasons:
                hop.refused[cookie_key(text)] = verdict.reasons

    def _context(self, at: int, sent: Sent) -> Context:
        earlier = self.case["steps"][self.number]["hops"][:at]
        return Context(
            *_place(sent.url),
            path=urlsplit(sent.url).path,
            top=_place(self.page.url),
            method=sent.method,
            via=tuple(_place(hop["origin"]) for hop in earlier),
        )

    def address_space(self, url: str) -> AddressSpace:
        """All is on this machine."""
        return "loopback"

    def multiplexed(self, url: str) -> bool:
        """The lab speaks HTTP/1.1."""
        return False


def _place(url: str) -> tuple[str, str]:
    """Scheme and host, an IPv6 address in brackets."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].rpartition(":")[0]


def differences(ours: Said, theirs: Said) -> Iterator[str]:
    """What the rules and the browser do not agree on, a line each."""
    said: dict[str, tuple[object, object]] = {
        "allowed": (ours.allowed, theirs.allowed),
        "error": (ours.error, theirs.error),
        "visible": (ours.visible, tuple(sorted(set(theirs.visible)))),
        "preflights": (ours.preflights, theirs.preflights),
        "stored": (ours.stored, theirs.stored),
    }
    if theirs.error == ours.error and theirs.error is not None and theirs.parameter not in ours.parameters:
        said["parameter"] = (sorted(ours.parameters), theirs.parameter)
    for at in sorted(ours.hops.keys() | theirs.hops.keys()):
        mine, browsers = ours.hops.get(at, Hop()), theirs.hops.get(at, Hop())
        for what in ("sent", "held", "refused"):
            said[f"{what} at hop {at}"] = (getattr(mine, what), getattr(browsers, what))
    yield from (f"{what}: rules {a!r}, browser {b!r}" for what, (a, b) in said.items() if a != b)
