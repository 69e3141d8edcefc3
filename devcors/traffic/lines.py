"""One line an exchange, for people: time, method, path, target, status, duration, route, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.text import Text

_STATUS_STYLES = {1: "cyan", 2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_MEANT = frozenset({"NotOnPath", "DomainMismatch"})
_BEFORE_TARGET = re.compile(r"\A[^:]*://[^/?*]*")  # not urlsplit: a refused request's Host may be anything


Record = Mapping[str, Any]
"""The JSON of an exchange (design, section 6): of this run, or read from a log. KeyError where it is none."""


def line(record: Record, repeats: int = 1) -> Text:
    """The line, styled; without colour it reads the same. `repeats` > 1 says how often it has come in a row."""
    text = Text(no_wrap=False)
    text.append(f"{clock(record['time'])} ", "dim")
    text.append(f"{printable(record['method']):<7} ", "bold")
    text.append(printable(_path(record)))
    if record["target"]:
        text.append(f" → {printable(_host(record['target']))}", "dim")
    status = record["status"]
    style = _STATUS_STYLES.get((status or 0) // 100, "red")
    text.append(f" {status or 'ERR'}", style)
    if (duration := record["duration_ms"]) is not None:
        text.append(f" {_duration(duration)}", "dim")
    if record["route"]:
        text.append(f" [{printable(record['route'])}]", "dim")
    for flag, flag_style in _flags(record):
        text.append(f"  {flag}", flag_style)
    if repeats > 1:
        text.append(f"  ×{repeats}", "bold")
    return text


def details(record: Record) -> list[Text]:
    """What follows the line where a browser would complain: the console's words, why, and the fix."""
    out: list[Text] = []
    cors = record["cors"]
    if is_blocked(record):
        first = next(iter(cors["chromium"]["messages"] or cors["firefox"]["messages"]), "")
        out.append(Text(f"         ✗ {printable(first)}", "red"))
        out.append(Text(f"         hint: {printable(cors['fix'])}"))
        if cors["remedy"]:
            out.append(Text(f"         hint: or let devcors do it: {printable(cors['remedy'])}"))
    if cors is not None:
        out += [_warning(warning) for warning in cors["warnings"]]
    for cookie in record["cookies"]:
        out += _held(cookie) if cookie["way"] == "sent" else _set(cookie)
    return out + [_warning(warning) for warning in record["warnings"]]


def is_blocked(record: Record) -> bool:
    """Whether a browser withholds the response from the page."""
    return record["cors"] is not None and not record["cors"]["allowed"]


def clock(time: str) -> str:
    """A record's time, by the clock of this machine."""
    return datetime.fromisoformat(time).astimezone().strftime("%H:%M:%S")


def _set(cookie: Record) -> list[Text]:
    if cookie["ignored"]:
        return []  # the page did not want any
    name, out = printable(cookie["name"]), []
    if refused := _refusing(cookie):
        out.append(Text(f"         ✗ cookie {name} refused by {refused}", "yellow"))
        out.append(Text(f"         hint: {printable(cookie['explanation'])}"))
    if cookie["rewritten"]:
        out.append(Text(f"         ~ cookie {name}: {printable('; '.join(cookie['rewritten']))}", "dim"))
    return out


def _held(cookie: Record) -> list[Text]:
    """A cookie that stays behind; not where its own Path or Domain says so, which is the usual thing."""
    if _MEANT.issuperset([*cookie["chromium"]["reasons"], *cookie["firefox"]["reasons"]]):
        return []
    return [
        Text(f"         ✗ cookie {printable(cookie['name'])} held back by {_refusing(cookie)}", "yellow"),
        Text(f"         hint: {printable(cookie['explanation'])}"),
    ]


def _refusing(cookie: Record) -> str:
    return ", ".join(browser for browser in ("Chromium", "Firefox") if not cookie[browser.lower()]["accepted"])


def _warning(text: str) -> Text:
    return Text(f"         ! {printable(text)}", "yellow")


def _flags(record: Record) -> list[tuple[str, str]]:
    flags: list[tuple[str, str]] = []
    cors = record["cors"]
    if record["kind"] == "websocket":
        flags.append(("websocket", "magenta"))
    if is_blocked(record):
        error = cors["chromium"]["error"] or cors["firefox"]["error"]
        flags.append((f"CORS blocked: {printable(error)}", "bold red"))
    elif cors and not cors["server"]["allowed"]:
        flags.append(("CORS passes only through devcors", "blue"))
    if record["aborted"]:
        flags.append((f"aborted by the {printable(record['aborted'])}", "yellow"))
    if record["error"]:
        flags.append((printable(record["error"]), "red"))
    return flags


def printable(text: str) -> str:
    """Without control and format characters: what came over the network must not drive the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _path(record: Record) -> str:
    url: str = record["url"]
    if record["kind"] == "tunnel":
        return url
    shown = _BEFORE_TARGET.sub("", url) or "/"
    return shown if len(shown) <= 90 else f"{shown[:89]}…"


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"
