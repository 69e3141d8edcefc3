"""`diagnose`: the walk as a tree, then the verdict, why, and the one change."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from devcors.cookies.judge import Judgement
from devcors.cors.safelist import SAFELISTED_METHODS
from devcors.cors.verdict import BrowserVerdict
from devcors.diagnose.asked import Words, ask_of
from devcors.diagnose.asking import Sender
from devcors.diagnose.har import diagnose_har, read_har
from devcors.diagnose.plan import BROWSER_NAMES
from devcors.diagnose.report import Cookie, Exchange, Report, Step, shown
from devcors.diagnose.telling import NAMES, named, status_text
from devcors.diagnose.walk import walk
from devcors.errors import UsageError
from devcors.heads import Fields
from devcors.traffic.lines import printable

from .output import console, print_json

_MARKS = {"ok": ("✓", "green"), "blocked": ("✗", "red"), "failed": ("✗", "red"), "warning": ("!", "yellow")}
_INFO = ("·", "dim")
_BRANCH, _LAST, _TRUNK, _AIR = "├─ ", "└─ ", "│  ", "   "

# the fields on which the answer turns; the others stand in --json
_ASKING = frozenset({"origin", "cookie", "authorization", "content-type", "upgrade"})
_ANSWERING = frozenset({"vary", "location", "set-cookie", "allow", "www-authenticate", "server", "via"})


def diagnose_live(words: Words, sender: Sender, *, follow: bool, as_json: bool) -> int:
    """Asks the server; 0 where a browser lets the page read the answer, else 1."""
    return _print(walk(ask_of(words), sender, follow=follow), as_json=as_json)


def diagnose_file(har: Path, url: str | None, *, credentials: bool, as_json: bool) -> int:
    """Judges what a HAR file recorded; 0 where nothing in it is blocked, else 1."""
    return _print(diagnose_har(har.name, read_har(har), url=url, credentials=credentials), as_json=as_json)


def needed(name: str, given: str | None) -> str:
    """Without --har both URL and --origin are needed."""
    if given is None:
        raise UsageError(
            f"{name} is missing", hint="devcors diagnose http://localhost:8080/api --origin http://localhost:5173"
        )
    return given


def _print(report: Report, *, as_json: bool) -> int:
    if as_json:
        print_json(report.to_json())
    else:
        _Page(console()).report(report)
    return 0 if report.outcome == "passes" else 1


class _Page:
    """A report on a console; on a terminal long texts are folded behind the tree's lines."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def report(self, report: Report) -> None:
        """The tree and everything below it."""
        self._text("", report.subject, "bold")
        self._out.print()
        for step in report.steps:
            last = step is report.steps[-1]
            self._title(_LAST if last else _BRANCH, step)
            self._details(_AIR if last else _TRUNK, step)
        self._out.print()
        self._summary(report)

    def _title(self, branch: str, step: Step) -> None:
        mark, style = _MARKS.get(step.result, _INFO)
        self._text(branch, f"{mark} {step.title}", style if step.result != "ok" else "", mark_style=style)

    def _details(self, trunk: str, step: Step) -> None:
        for note in step.notes:
            self._text(f"{trunk}  ", note)
        if step.exchange and not (step.name == "reach" and step.result == "ok"):
            self._exchange(f"{trunk}  ", step.exchange)
        for cookie in step.cookies:
            self._cookie(f"{trunk}  ", cookie)

    def _exchange(self, margin: str, exchange: Exchange) -> None:
        head = exchange.request
        self._text(margin, f"> {head.method.decode('latin-1')} {head.target.decode('latin-1')}", "dim")
        for line in _lines(head.fields, _ASKING, "access-control-"):
            self._text(margin, f"> {line}", "dim")
        duration = "" if exchange.milliseconds is None else f", {exchange.milliseconds:.0f} ms"
        self._text(margin, f"< {status_text(exchange.response.status)} ({exchange.http_version}{duration})", "cyan")
        # browsers ignore the Set-Cookie of a preflight
        names = _ANSWERING - {"set-cookie"} if head.method == b"OPTIONS" else _ANSWERING
        for line in _lines(exchange.response.fields, names, "access-control-"):
            self._text(margin, f"< {line}", "cyan")

    def _cookie(self, margin: str, cookie: Cookie) -> None:
        judged = cookie.stored
        self._text(margin, f"cookie {judged.name}: {_cookie_fate(cookie)}", "" if judged.accepted else "yellow")
        explanation = judged.explanation or cookie.sent_back.explanation
        for told in (*judged.warnings, *([explanation] if explanation else [])):
            self._text(f"{margin}  ", told)

    def _summary(self, report: Report) -> None:
        for mark, style, text in _outcome(report):
            self._text("", f"{mark} {text}", f"bold {style}")
        for step in report.steps:
            if step.result in ("blocked", "failed"):
                self._why(step, several=not report.origin)
        if command := _fix_command(report):
            self._labelled("next", f"{command} (SERVER: nginx, express, django, …)")
        for warning in report.warnings:
            self._out.print()
            self._text("", f"! {warning.message}", "yellow")

    def _why(self, step: Step, *, several: bool) -> None:
        """What each browser says, what it wants, and what to change."""
        self._out.print()
        if several:
            self._text("", step.title, "bold")
        if step.judged:
            for browser in BROWSER_NAMES:
                if step.blocked_by(browser):
                    self._browser(browser, step.judged.of(browser))
            self._labelled("why", step.judged.explanation)
            self._labelled("fix", step.judged.fix)
        elif step.failure:
            self._labelled("Chromium", f"shows {step.failure.net_error}, without a word of CORS")
            self._labelled("Firefox", "says “CORS request did not succeed”, as it does of every failed connection")
            self._labelled("fix", step.failure.hint)

    def _browser(self, browser: str, verdict: BrowserVerdict) -> None:
        if verdict.error or verdict.messages:
            self._labelled(NAMES[browser], verdict.error or "says")
        for message in verdict.messages:
            self._text("  ", message, "red")

    def _labelled(self, label: str, text: str) -> None:
        self._text("", f"{label}: {text}", "", label=label)

    def _text(self, margin: str, text: str, style: str = "", *, mark_style: str = "", label: str = "") -> None:
        """One text behind a margin; what came over the network must not drive the terminal."""
        for number, line in enumerate(self._folded(margin, printable(text))):
            styled = Text(line, style)
            if number == 0 and mark_style:
                styled.stylize(mark_style, 0, 1)
            if number == 0 and label:
                styled.stylize("bold", 0, len(label) + 1)
            # a title's continuation lines stand behind the trunk, not behind another branch
            before = margin if number == 0 else margin.replace(_BRANCH, f"{_TRUNK}  ").replace(_LAST, f"{_AIR}  ")
            self._out.print(Text.assemble((before, "dim"), styled))

    def _folded(self, margin: str, text: str) -> list[str]:
        """Piped, a line stays a line, for grep."""
        room = self._out.width - len(margin) - 2
        if not self._out.is_terminal or room < 20:
            return [text]
        return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _lines(fields: Fields, names: Iterable[str], prefix: str) -> Iterator[str]:
    for name, value in shown(fields):
        if name.lower() in names or name.lower().startswith(prefix):
            yield f"{name}: {value}"


def _outcome(report: Report) -> Iterator[tuple[str, str, str]]:
    if report.outcome == "passes":
        yield "✓", "green", f"Passes in {named(BROWSER_NAMES)}"
    elif report.outcome == "undecided":
        yield "!", "yellow", "Not decided: the answer that the page would get was not seen"
    elif report.outcome == "no-answer":
        yield "✗", "red", "This is not CORS: no answer came"
    else:
        stopping = [name for name in BROWSER_NAMES if any(step.blocked_by(name) for step in report.steps)]
        yield "✗", "red", f"Blocked in {named(tuple(stopping))}"


def _fix_command(report: Report) -> str:
    """The command that writes the server's configuration, where headers of the server's mend it."""
    judged = report.deciding.judged if report.deciding else None
    # a redirect is mended by calling another address; what ends without a field that decided, by other means still
    if judged is None or not report.origin or not (judged.verdict.header or "").startswith("Access-Control-"):
        return ""
    words = ["devcors fix SERVER", f"--origin {report.origin}"]
    words += [] if report.method in SAFELISTED_METHODS else [f"--methods {report.method}"]
    words += [f"--headers {','.join(report.headers)}"] if report.headers else []
    return " ".join([*words, *(["--credentials"] if report.credentials else [])])


def _cookie_fate(cookie: Cookie) -> str:
    """Each browser with what it does, browsers that agree together."""
    fates: dict[str, list[str]] = {}
    for name in ("chromium", "firefox", "safari"):
        fates.setdefault(_fate(cookie.stored, cookie.sent_back, name), []).append(name.capitalize())
    return "; ".join(
        f"{fate} in {' and '.join(who) if len(who) < 3 else 'every browser'}" for fate, who in fates.items()
    )


def _fate(stored: Judgement, sent_back: Judgement, browser: str) -> str:
    if not getattr(stored, browser).accepted:
        return "refused"
    return "stored and sent back" if getattr(sent_back, browser).accepted else "stored, but not sent back"
