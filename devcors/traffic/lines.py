"""One line an exchange, for people: time, method, path, target, status, duration, route, and what is wrong."""

from __future__ import annotations

import re
from datetime import datetime

from rich.text import Text

from devcors.cookies.judge import Judgement

from .record import Exchange
from .redaction import redacted_text, redacted_url

_STATUS_STYLES = {1: "cyan", 2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_MEANT = frozenset({"NotOnPath", "DomainMismatch"})
_BEFORE_TARGET = re.compile(r"\A[^:]*://[^/?*]*")  # not urlsplit: a refused request's Host may be anything


def line(exchange: Exchange, repeats: int = 1) -> Text:
    """The line, styled; without colour it reads the same. `repeats` > 1 says how often it has come in a row."""
    moment = datetime.fromtimestamp(exchange.started).astimezone().strftime("%H:%M:%S")
    text = Text(no_wrap=False)
    text.append(f"{moment} ", "dim")
    text.append(f"{printable(exchange.method):<7} ", "bold")
    text.append(printable(_path(exchange)))
    if exchange.target:
        text.append(f" → {printable(_host(exchange.target))}", "dim")
    status = exchange.status
    style = _STATUS_STYLES.get((status or 0) // 100, "red")
    text.append(f" {status or 'ERR'}", style)
    if (duration := exchange.duration_ms) is not None:
        text.append(f" {_duration(duration)}", "dim")
    if exchange.route:
        text.append(f" [{printable(exchange.route)}]", "dim")
    for flag, flag_style in _flags(exchange):
        text.append(f"  {flag}", flag_style)
    if repeats > 1:
        text.append(f"  ×{repeats}", "bold")
    return text


def details(exchange: Exchange) -> list[Text]:
    """What follows the line where a browser would complain: the console's words, why, and the fix."""
    out: list[Text] = []
    if exchange.cors is not None and exchange.blocked:
        first = next(iter(exchange.cors.verdict.chromium.messages or exchange.cors.verdict.firefox.messages), "")
        out.append(Text(f"         ✗ {printable(redacted_text(first))}", "red"))
        out.append(Text(f"         hint: {printable(exchange.cors.fix)}"))
        if exchange.cors.remedy:
            out.append(Text(f"         hint: or let devcors do it: {printable(exchange.cors.remedy)}"))
    if exchange.cors is not None:
        out += [_warning(warning) for warning in exchange.cors.warnings]
    for cookie in exchange.cookies:
        name = printable(cookie.judgement.name)
        if cookie.ignored:
            continue  # the page did not want any
        refused = [
            browser
            for browser, verdict in (("Chromium", cookie.judgement.chromium), ("Firefox", cookie.judgement.firefox))
            if not verdict.accepted
        ]
        if refused:
            explanation = printable(cookie.judgement.explanation)
            out.append(Text(f"         ✗ cookie {name} refused by {', '.join(refused)}", "yellow"))
            out.append(Text(f"         hint: {explanation}"))
        if cookie.changes:
            told = "; ".join(cookie.changes)
            out.append(Text(f"         ~ cookie {name}: {printable(told)}", "dim"))
    for held in exchange.held:
        out += _held(held.judgement)
    return out + [_warning(warning) for warning in exchange.warnings]


def _held(judgement: Judgement) -> list[Text]:
    """A cookie that stays behind; not where its own Path or Domain says so, which is the usual thing."""
    if _MEANT.issuperset(judgement.chromium.reasons + judgement.firefox.reasons):
        return []
    who = [
        browser
        for browser, verdict in (("Chromium", judgement.chromium), ("Firefox", judgement.firefox))
        if not verdict.accepted
    ]
    return [
        Text(f"         ✗ cookie {printable(judgement.name)} held back by {', '.join(who)}", "yellow"),
        Text(f"         hint: {printable(judgement.explanation)}"),
    ]


def _warning(text: str) -> Text:
    return Text(f"         ! {printable(text)}", "yellow")


def _flags(exchange: Exchange) -> list[tuple[str, str]]:
    flags: list[tuple[str, str]] = []
    if exchange.kind == "websocket":
        flags.append(("websocket", "magenta"))
    if exchange.blocked and exchange.cors:
        error = exchange.cors.verdict.chromium.error or exchange.cors.verdict.firefox.error
        flags.append((f"CORS blocked: {error}", "bold red"))
    elif exchange.cors and exchange.cors.only_through_devcors:
        flags.append(("CORS passes only through devcors", "blue"))
    if exchange.aborted:
        flags.append((f"aborted by the {exchange.aborted}", "yellow"))
    if exchange.error:
        flags.append((printable(exchange.error), "red"))
    return flags


def printable(text: str) -> str:
    """Without control and format characters: what came over the network must not drive the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _path(exchange: Exchange) -> str:
    if exchange.kind == "tunnel":
        return exchange.url
    shown = _BEFORE_TARGET.sub("", redacted_url(exchange.url)) or "/"
    return shown if len(shown) <= 90 else f"{shown[:89]}…"


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"
