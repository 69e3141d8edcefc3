"""A HAR file (HTTP Archive 1.2), exported from a browser's DevTools or by devcors, judged entry by entry.

Known: heads as the browser logged them, with gaps: Chromium's "sanitized" export leaves out Cookie, Set-Cookie and
Authorization, and an answer that was withheld from the page may stand there with status 0 and no fields. Wanted: the
verdict on every entry to which the CORS protocol applies, and for the gaps a word on what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from devcors.cors.judge import judge
from devcors.cors.locations import parse_location
from devcors.cors.requests import CorsRequest, cors_request
from devcors.errors import UsageError
from devcors.heads import Fields, RequestHead, ResponseHead, value

from .plan import BROWSER_NAMES, location_of
from .report import Advice, Exchange, Judged, Report, Step
from .telling import explained, notes_on, result_of, status_text

_HINT = "export one in DevTools: Network, right click, “Save all as HAR”"


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange of the file; a response status of 0 stands for an answer that is not there.

    Of an entry that devcors wrote: `credentials`, it took the request for one that includes them, be it because none
    followed this preflight; `unjudged`, it gave no verdict (a route with `cors = "off"`, an answer of its own).
    """

    url: str
    request: RequestHead
    response: ResponseHead
    http_version: str
    milliseconds: float | None
    resource_type: str
    error: str
    credentials: bool = False
    unjudged: bool = False


def read_har(path: Path) -> list[Entry]:
    """The http and https entries of a file, in its order. Raises UsageError where it is no HAR."""
    try:
        entries = json.loads(path.read_bytes())["log"]["entries"]
        return [_entry(raw) for raw in entries if _is_read(raw["request"]["url"])]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} is no HAR file", hint=_HINT) from None


def _is_read(url: str) -> bool:
    """A request that devcors refused may have had anything for a host."""
    try:
        return httpx.URL(url).scheme in ("http", "https")
    except httpx.InvalidURL:
        return False


def _entry(raw: dict[str, Any]) -> Entry:
    request, response = raw["request"], raw["response"]
    url = str(httpx.URL(request["url"]).copy_with(fragment=None))
    fields = _fields(request["headers"])
    resource_type = raw.get("_resourceType", "")
    head = RequestHead(request["method"].encode(), httpx.URL(url).raw_path, _with_origin(url, fields, resource_type))
    answer = ResponseHead(int(response["status"]), response["statusText"].encode(), _fields(response["headers"]))
    version = str(response["httpVersion"]).upper().replace("H2", "HTTP/2").replace("/2.0", "/2")
    error, own = response.get("_error") or "", raw.get("_devcors") or {}
    told = own.get("credentials", False)
    return Entry(url, head, answer, version, raw.get("time"), resource_type, error, told is True, told is None)


def _fields(pairs: list[dict[str, str]]) -> Fields:
    """Without HTTP/2's pseudo-fields; Chromium joins the lines of one name with line ends."""
    return tuple(
        (pair["name"].encode("latin-1", "replace"), line.encode("latin-1", "replace"))
        for pair in pairs
        if not pair["name"].startswith(":")
        for line in pair["value"].split("\n")
    )


def _with_origin(url: str, fields: Fields, resource_type: str) -> Fields:
    """ "Provisional headers" lack Origin; whose page it was then stands in Referer."""
    referer = value(fields, b"referer")
    if value(fields, b"origin") is not None or resource_type not in ("fetch", "xhr") or referer is None:
        return fields
    page = parse_location(referer.decode("latin-1"))
    if page is None or page.origin == location_of(url).origin:
        return fields
    return (*fields, (b"Origin", str(page.origin).encode()))


def diagnose_har(name: str, entries: list[Entry], *, url: str | None, credentials: bool) -> Report:
    """A report with one step for each cross-origin entry.

    `url` keeps only entries whose URL begins with it; `credentials` judges all of them as made with credentials.
    """
    judged = [
        step for entry in entries if url is None or entry.url.startswith(url) for step in _step(entry, credentials)
    ]
    subject = f"{name}: {_count(len(entries), 'request')}, {_count(len(judged), 'cross-origin one')}"
    report = Report(subject, url or "", "", "", steps=judged, warnings=[*_gaps(entries, credentials=credentials)])
    if any(step.result == "blocked" for step in judged):
        report.outcome = "blocked"
    elif any(step.result == "warning" for step in judged):
        report.outcome = "undecided"
    return report


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _step(entry: Entry, credentials: bool) -> Iterator[Step]:
    request = cors_request(entry.request, entry.url, location_of(entry.url).origin)
    if request is None or entry.unjudged:
        return
    if credentials or entry.credentials:
        request = replace(request, credentials=True, assumed=())
    if entry.resource_type == "xhr":
        request = replace(request, kind="XMLHttpRequest")
    method = entry.request.method.decode("latin-1")
    what = f"{method} {entry.url}"
    if entry.response.status == 0:
        yield _unanswered(what, request, entry)
        return
    yield _judged_step(what, request, entry)


def _unanswered(what: str, request: CorsRequest, entry: Entry) -> Step:
    why = f" ({entry.error})" if entry.error else ""
    method = "" if request.method == "GET" else f" -X {request.method}"
    return Step(
        "request",
        "warning",
        f"{what}: the file holds no answer{why}",
        (f"ask the server itself: devcors diagnose {entry.url} --origin {request.origin}{method}",),
    )


def _judged_step(what: str, request: CorsRequest, entry: Entry) -> Step:
    verdict = judge(request, entry.response)
    judged = Judged(verdict, BROWSER_NAMES, *explained(request, entry.response))
    exchange = Exchange(entry.url, entry.request, entry.response, entry.http_version, entry.milliseconds)
    notes = (*(f"assumed: {told}" for told in request.assumed), *notes_on(request, entry.response))
    kind = "preflight" if request.preflight else "request"
    title = f"{what} → {status_text(entry.response.status)}"
    return Step(kind, result_of(judged), title, notes, exchange, judged)


def _gaps(entries: list[Entry], *, credentials: bool) -> Iterator[Advice]:
    """Whether the file can tell requests with credentials from others."""
    if entries and not credentials and all(value(entry.request.fields, b"cookie") is None for entry in entries):
        message = (
            "No request in the file has a Cookie: a sanitized export leaves it out, and then credentials cannot be"
            " seen. --credentials judges all requests as made with them."
        )
        yield Advice("no-cookies-in-file", message)
