"""Cookies as the two automation interfaces print them, and what they said of each step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devcors.cookies.browsers import FIREFOX
from devcors.cookies.cases import Browser, Kept

Json = dict[str, Any]

COLUMNS = ("name", "value", "domain", "path", "secure", "httpOnly", "sameSite", "partitionKey")
LOST_TO_REDIRECT = "was omitted because of a cross-site redirect"


def shown(raw: bytes, browser: Browser, *, is_value: bool = False) -> str:
    """Bytes as printed: Chromium leaves out what is not UTF-8, Firefox writes names as latin-1."""
    if browser is FIREFOX:
        return raw.decode("utf-8", "replace") if is_value else raw.decode("latin-1")
    return "".join(_characters(raw))


def _characters(raw: bytes) -> Iterator[str]:
    """A byte that leads a character takes those after it along, also where they do not belong to it."""
    at = 0
    while at < len(raw):
        length = _length(raw[at])
        whole = at + max(length, 1) <= len(raw)
        if length and whole:
            yield raw[at : at + length].decode("utf-8", "ignore") if _continues(raw[at + 1 : at + length]) else ""
        at += length if length and whole else 1


def _length(lead: int) -> int:
    """The bytes of a character, 0 where none begins so."""
    if lead < 0x80:
        return 1
    return next(
        (length for length, bits in ((2, 0xC0), (3, 0xE0), (4, 0xF0)) if bits <= lead < bits + (0x80 >> length)), 0
    )


def _continues(tail: bytes) -> bool:
    return all(0x80 <= byte < 0xC0 for byte in tail)


def row(kept: Kept, browser: Browser) -> Json:
    """A cookie of the jar."""
    stored, cookie = kept.stored, kept.cookie
    unset = "Unset" if browser is FIREFOX else None
    return {
        "name": shown(stored.name, browser),
        "value": shown(stored.value, browser, is_value=True),
        "domain": stored.scope.domain if stored.scope.host_only else "." + stored.scope.domain,
        "path": shown(stored.path, browser, is_value=True),
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "sameSite": cookie.same_site.capitalize() if cookie.same_site else unset,
        "partitionKey": _partition_key(kept, browser),
    }


def _partition_key(kept: Kept, browser: Browser) -> object:
    partition = kept.stored.partition
    if partition is None or partition.anonymous or not partition.site.domain:
        return None
    if browser is FIREFOX:
        return f"({partition.site.scheme},{partition.site.domain})"
    return {"topLevelSite": str(partition.site), "hasCrossSiteAncestor": partition.foreign}


def jar_told(answer: Json) -> list[Json]:
    """The jar after the step, in an order of its own."""
    return sorted(({name: told.get(name) for name in COLUMNS} for told in answer["jar"]), key=str)


def reasons_told(answer: Json) -> list[list[str]]:
    """Chromium's reasons for each Set-Cookie that it refused in this step."""
    return [
        reasons
        for request in answer.get("requests", [])
        for response in request.get("setcookie_blocked", [])
        for _, reasons in response
    ]


def held_told(answer: Json) -> list[tuple[str, list[str]]]:
    """Chromium's reasons for each cookie that it held back in this step, in an order of their own."""
    return sorted(
        (name, reasons)
        for request in answer.get("requests", [])
        for hop in request.get("cookies_blocked", [])
        for name, reasons in hop
    )


def console_told(answer: Json) -> list[str]:
    """Firefox's console texts about cookies in this step, each once, in an order of their own."""
    return sorted(set(_cookie_lines(answer)))


def _cookie_lines(answer: Json) -> Iterator[str]:
    for line in answer.get("console", []):
        category, _, text = line.partition("] ")
        if category.startswith("[cookie"):
            yield text
