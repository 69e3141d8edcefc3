"""The exchanges of a case, as the cookie rules ask about them.

Known: the steps of a case (what the pages did, what the servers were told to answer) and which requests the servers
saw. Wanted: each exchange in order: its context, whether it carries credentials, and the Set-Cookie values that came
back. Whether a request was made at all is not the cookies' business, so what the servers saw is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from devcors.cookies.scope import Context

Json = dict[str, Any]

NAVIGATIONS = {"goto": "GET", "page_raw": "GET", "linknav": "GET", "formpost": "POST"}
BY_BROWSER = {"goto", "page_raw"}
# the credentials mode of what has no crossorigin attribute, and of what is without it (Fetch, HTML, CSS standards)
FIXED = {"font": "same-origin", "modimport": "same-origin", "cssmask": "same-origin", "beacon": "include"}
ABSENT = {"module": "same-origin"}
CROSSORIGIN = {"": "same-origin", "anonymous": "same-origin", "use-credentials": "include"}
_PROGRAMMED = re.compile(r"/c/[^/]+/(\d+)/(\d+)")


class Place(NamedTuple):
    """Where a page or a request is: scheme, host and port; `opaque` for a sandboxed page, a data: or a file: URL."""

    scheme: str
    host: str
    port: int | None
    opaque: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """What cookies ask of it."""
        return self.scheme, self.host

    @property
    def tuple_origin(self) -> tuple[str, str, int | None] | None:
        """Its origin; None, which equals nothing, where that is opaque."""
        return None if self.opaque else (self.scheme, self.host, self.port)


@dataclass(frozen=True)
class Exchange:
    """One request that a server saw (`seen`), and the Set-Cookie values that came back, in order."""

    context: Context
    seen: Json
    credentials: bool
    set_cookies: tuple[bytes, ...]


class Pages:
    """The page that the user sees, from step to step."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.page: Place | None = None
        self.page_path = "/"

    def exchanges(self, number: int, seen: list[Json]) -> Iterator[Exchange]:
        """The exchanges of one step, in order, and the page after it."""
        step = self.case["steps"][number]
        navigates = step["do"] in NAVIGATIONS
        chain: list[Place] = []
        arrived: tuple[Place, str] | None = None
        for record in seen:
            place = _place(record)
            chain = [*chain, place] if record["kind"] == "c" and record["hop"] > 0 else [place]
            answer = self._answer(number, record)
            yield Exchange(
                self._context(number, record, chain),
                record,
                navigates or _is_document(step, record) or self._credentialed(step, chain),
                () if record["preflight"] else tuple(_bytes(text) for text in answer.get("set_cookie", [])),
            )
            arrived = place._replace(opaque=_sandboxes(answer.get("headers", []))), self._path(number, record)
        if step["do"] == "page_raw" and not arrived:
            url = urlsplit(step["raw_url"])
            arrived = Place(url.scheme, _bracketed(url.hostname or ""), url.port, opaque=True), url.path
        if navigates and arrived:
            self.page, self.page_path = arrived

    def written_by_script(self, number: int) -> Context | None:
        """Where document.cookie writes in this step; None where the page or frame may not."""
        step, page = self.case["steps"][number], self.page
        if step["do"] == "doccookie" and page and not page.opaque:
            return Context(*page.pair, self.page_path, page.pair, from_script=True)
        if step["do"] == "iframe-run" and page and step["inner"]["do"] == "doccookie":
            frame = _frame(step)
            if not frame.opaque:
                path = f"/page/{self.case['id']}/{number}"
                return Context(
                    *frame.pair,
                    path,
                    page.pair,
                    sandboxed=page.opaque,
                    frame=frame.pair,
                    from_script=True,
                    credentialless=bool(step.get("credentialless")),
                )
        return None

    def _answer(self, number: int, record: Json) -> Json:
        """What the server was told to answer; a URL written out in the step may be another step's."""
        step, hop = self.case["steps"][number], record["hop"]
        if record["kind"] == "page":
            return dict(step.get("page", {}))
        if found := _PROGRAMMED.search(step.get("raw_url", "")):
            step = self.case["steps"][int(found[1])]
        hops = step.get("hops") or [{}]
        answer = hops[hop].get("response", {}) if hop < len(hops) else {}
        return answer if isinstance(answer, dict) and not record["preflight"] else {}

    def _path(self, number: int, record: Json) -> str:
        step = self.case["steps"][number]
        if found := _PROGRAMMED.search(step.get("raw_url", "")):
            number = int(found[1])
        suffix = step.get("suffix", "") if record["hop"] == 0 else ""
        where = f"/page/{self.case['id']}/{number}"
        return (where if record["kind"] == "page" else f"/c/{self.case['id']}/{number}/{record['hop']}") + suffix

    def _context(self, number: int, record: Json, chain: list[Place]) -> Context:
        step, page = self.case["steps"][number], self.page
        navigates = step["do"] in NAVIGATIONS
        frame = _frame(step).pair if step["do"] == "iframe-run" and record["kind"] == "c" else None
        top = page.pair if page and step["do"] not in BY_BROWSER else None
        return Context(
            *chain[-1].pair,
            path=self._path(number, record),
            top=top,
            method=record["method"],
            top_level_navigation=navigates,
            sandboxed=bool(top and page and page.opaque),
            frame=frame,
            via=tuple(place.pair for place in chain[:-1]),
            credentialless=bool(step.get("credentialless")),
        )

    def _credentialed(self, step: Json, chain: list[Place]) -> bool:
        """Whether cookies go along and come back (Fetch Standard, "includeCredentials")."""
        asking, page = step, self.page
        if step["do"] == "iframe-run":
            asking, page = step["inner"], _frame(step)
        mode = _credentials_mode(asking)
        if mode != "same-origin" or page is None:
            return mode == "include"
        # a request that has left its origin stays tainted, also when it comes back
        return all(page.tuple_origin == place.tuple_origin for place in chain)


def _credentials_mode(step: Json) -> str:
    kind, crossorigin = step.get("kind", ""), step.get("crossOrigin")
    if step["do"] == "xhr" or kind == "eventsource":
        return "include" if step.get("withCredentials") else "same-origin"
    if step["do"] != "element":
        return str(step.get("credentials", "same-origin"))
    if crossorigin is None or kind in FIXED:
        return FIXED.get(kind) or ABSENT.get(kind, "include")
    return CROSSORIGIN.get(crossorigin.lower(), "same-origin")


def _is_document(step: Json, record: Json) -> bool:
    """A frame's own page: a navigation, which always carries cookies."""
    return record["kind"] == "page" or (step["do"], step.get("kind")) == ("element", "iframe")


def _place(record: Json) -> Place:
    url = urlsplit("//" + record["host"])
    return Place("https" if record["tls"] else "http", _bracketed(url.hostname or ""), url.port)


def _frame(step: Json) -> Place:
    url = urlsplit(step["frame"])
    opaque = "sandbox" in step and "allow-same-origin" not in (step["sandbox"] or "").split()
    host = _bracketed(url.hostname or "")
    return Place("", "", None, opaque=True) if opaque else Place(url.scheme, host, url.port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _sandboxes(fields: list[list[str]]) -> bool:
    """Whether the page's policy makes its origin opaque (CSP, `sandbox`)."""
    policies = [text for name, text in fields if name.lower() == "content-security-policy"]
    directives = [
        directive.split() for policy in policies for part in policy.split(",") for directive in part.split(";")
    ]
    return any(
        words and words[0].lower() == "sandbox" and "allow-same-origin" not in map(str.lower, words[1:])
        for words in directives
    )


def _bytes(text: str) -> bytes:
    """As the servers sent it."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
