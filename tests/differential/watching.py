"""What devcors' records say of a case, beside what the browser said: one row for each hop that devcors saw.

A browser names one error for a whole chain of redirects. It belongs to the last hop that was asked for; the hops
before it have passed. devcors sees only the hops that lead through it, and judges each as it passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.daemon import Record

from .asking import Hop, Said, cookie_key

Json = dict[str, Any]

_AT = re.compile(r"/c/([^/]+)/(\d+)/(\d+)$")
Key = tuple[str, int, int]


@dataclass
class Row:
    """One hop: the verdict on the record and the browser's, and the same of the cookies that the response sets."""

    case: Json
    step: int
    hop: int
    record: tuple[str | None, str]
    browser: tuple[str | None, str]
    record_refuses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    browser_refuses: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether both say the same of the response and of each cookie."""
        return self.record == self.browser and self.record_refuses == self.browser_refuses

    @property
    def kind(self) -> str:
        """What a proxy cannot see that made them differ; "" for what it could."""
        included = includes_credentials(self.case["steps"][self.step])
        if self.record != self.browser:
            return _CREDENTIALS if included else ""
        if not self.browser_refuses:
            return _NO_CREDENTIALS
        return ""


_CREDENTIALS = "credentials-mode"
_NO_CREDENTIALS = "set-cookie-without-credentials"


def includes_credentials(step: Json) -> bool:
    """Whether the credentials mode is "include"."""
    return bool(step.get("withCredentials")) or step.get("credentials") == "include"


def rows(answers: Iterable[tuple[Json, list[Said]]], records: Iterable[Record]) -> Iterator[Row]:
    """A row for each hop of each case of which there is a record."""
    seen: dict[Key, list[Record]] = {}
    for record in records:
        if found := _AT.search(record["url"]):
            seen.setdefault((found[1], int(found[2]), int(found[3])), []).append(record)
    for case, said in answers:
        for number, step in enumerate(said, start=1):
            for at in sorted(step.hops):
                if here := seen.get((case["id"], number, at)):
                    yield _row(case, number, at, here, step)


def _row(case: Json, number: int, at: int, records: list[Record], said: Said) -> Row:
    verdict = next((record["cors"]["chromium"] for record in records if _blocked(record)), None)
    ours = (verdict["error"], verdict["parameter"]) if verdict else (None, "")
    theirs = (said.error, said.parameter) if said.error and at == said.last else (None, "")
    if ours[0] == theirs[0] == "HeaderDisallowedByPreflightResponse":
        theirs = ours  # one of those that are lacking: which one, differs from run to run
    lines = {cookie_key(line): line for line in case["steps"][number]["hops"][at]["response"].get("set_cookie", [])}
    refused = {cookie_key(name): reasons for name, reasons in _refusals(records)}
    return Row(
        case, number, at, ours, theirs, {key: refused[key] for key in refused if key in lines}, said.hops.get(at, Hop()).refused
    )


def _blocked(record: Record) -> bool:
    return record["cors"] is not None and not record["cors"]["chromium"]["allowed"]


def _refusals(records: list[Record]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for record in records:
        for cookie in record["cookies"]:
            if cookie["way"] == "set" and cookie["chromium"]["reasons"]:
                yield cookie["name"], tuple(cookie["chromium"]["reasons"])
