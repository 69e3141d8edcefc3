"""Proxy settings of other dev servers as routes of devcors.

Known: Vite, webpack-dev-server, Vue CLI and Angular share one shape (http-proxy-middleware's options), Create React
App has one string, Next.js has rewrites. Wanted: each entry as a route that the config accepts, or a note that says why
not; nothing is silently different.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .imports.model import Source
from .imports.nextjs.rewriting import Rewrite, Settings, entries
from .imports.options import VITE, WEBPACK, needs_nothing, take_options
from .javascript import Code

READ = {"context", "path", "rewrite", "pathRewrite"}
_GLOB_END = re.compile(r"/?\*\*?(?:/\*)?$")
_REPLACE = re.compile(
    r"""\.replace\(\s*/\^(?P<from>(?:\\.|[^/\\])+)/\w*\s*,\s*(?P<quote>["'`])(?P<to>[^"'`]*)(?P=quote)"""
)


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """A route that another tool's file asks for.

    more: its keys besides target and rewrite. certain: all of its meaning was read.
    """

    pattern: str
    target: str
    source: str
    rewrite: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    certain: bool = True

    def table(self) -> dict[str, Any]:
        """The route as it stands in devcors.toml, without what is as by default."""
        table: dict[str, Any] = {"target": self.target}
        if self.rewrite is not None:
            table["rewrite"] = self.rewrite
        return {**table, **self.more}


@dataclass(slots=True)
class Findings:
    """What was found: routes, at most one for a pattern, and notes for the user on what could not be taken over."""

    routes: list[FoundRoute] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Takes a note; what a file brought along cannot drive the terminal."""
        self.notes.append(printable(text))

    def add(self, route: FoundRoute) -> None:
        """Takes a route if the config would, else notes why not."""
        if any(known.pattern == route.pattern for known in self.routes):
            self.note(f'{route.source} proxies "{route.pattern}" more than once: the first is taken')
        elif why := refusal(route):
            self.note(f'{route.source} proxies "{route.pattern}" to "{route.target}": {why}')
        else:
            self.routes.append(route)


def printable(text: str) -> str:
    """The text on one line, without control characters."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def refusal(route: FoundRoute) -> str | None:
    """Why the config would not take this route, or None."""
    from pydantic import ValidationError

    from devcors.config.schema import Config

    try:
        Config.model_validate({"routes": {route.pattern: route.table()}})
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    return None


def read_proxy(given: Any, source: str, findings: Findings, *, tool: str = WEBPACK, certain: bool = True) -> None:
    """Reads `{ "/api": "URL" | { target, … } }` or `[{ context, target, … }]`."""
    if isinstance(given, Code):
        findings.note(f"{source} computes its proxy settings: add the routes by hand")
    for context, value in _entries(given):
        # the short form is another default in Vite than in the others
        options = {"target": value, "changeOrigin": tool == VITE} if isinstance(value, str) else value
        if not isinstance(options, Mapping) or isinstance(options.get("target", Code("")), Code):
            findings.note(f'{source} proxies "{context}" to a target that is computed: add it by hand')
            continue
        _read_entry(context, options, source, findings, tool=tool, certain=certain)


def _entries(given: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(given, Mapping):
        yield from given.items()
    elif isinstance(given, list):
        for options in given:
            if isinstance(options, Mapping):
                contexts = options.get("context", options.get("path"))
                for context in contexts if isinstance(contexts, list) else [contexts]:
                    if isinstance(context, str):
                        yield context, options


def _read_entry(
    context: str, options: Mapping[str, Any], source: str, findings: Findings, *, tool: str, certain: bool
) -> None:
    pattern = context if context.startswith("^") else _GLOB_END.sub("", context).rstrip("/") or "/"
    if not pattern.startswith(("/", "^")):
        pattern = f"/{pattern}"
    if not pattern.startswith("^") and re.search(r"[*!{}()\[\]]", pattern):
        findings.note(f'{source} proxies "{context}": devcors has no such patterns, add it by hand')
        return
    rewrite, understood = _rewrite(pattern, options)
    data = {key: value for key, value in options.items() if not isinstance(value, Code)}
    table, remarks = take_options(data, tool, lambda _: Source(source), handled=READ)
    for remark in remarks:
        findings.note(f'{source}: of the proxy for "{context}", {remark}')
    computed = [key for key in options.keys() - data.keys() - READ if not needs_nothing(key, tool)]
    unread = [*([] if understood else ["a path rewrite"]), *sorted(computed)]
    if unread:
        findings.note(f'{source}: of the proxy for "{context}", {", ".join(unread)} cannot be taken over')
    target = table.pop("target", None)
    if target is not None:
        certain = certain and understood
        findings.add(FoundRoute(pattern, target, source, rewrite=rewrite, more=table, certain=certain))


def _rewrite(pattern: str, options: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The route's `rewrite` and whether all was understood: only the replacement of the pattern itself is."""
    given = options.get("pathRewrite", options.get("rewrite"))
    if given is None:
        return None, True
    if isinstance(given, Code) and (found := _REPLACE.search(given.text)):
        start, to = found["from"].replace("\\/", "/"), found["to"]
    elif isinstance(given, Mapping) and len(given) == 1:
        start, to = (value if isinstance(value, str) else "\\" for value in next(iter(given.items())))
    else:
        return None, False
    plain = pattern.removeprefix("^")
    if start.removeprefix("^").rstrip("/") != plain.rstrip("/") or not re.fullmatch(r"(?:/[\w./~%-]*)?", to):
        return None, False
    return to.rstrip("/"), True


def read_rewrites(given: Sequence[Mapping[str, Any]], source: str, findings: Findings) -> None:
    """Reads Next.js' `{ source: "/api/:path*", destination: "http://…" }`, whose list (`fallback`) is not known."""
    rewrites: list[Rewrite] = []
    for each in given:
        if "permanent" in each or "statusCode" in each:
            continue  # a redirect has the same two
        if not isinstance(each["source"], str) or not isinstance(each["destination"], str):
            findings.note(f"{source} has a rewrite that is computed: add it by hand")
            continue
        has, missing = (_conditions(each.get(name)) for name in ("has", "missing"))
        rewrites.append(Rewrite("afterFiles", each["source"], each["destination"], Source(source), has, missing))
    made = entries(rewrites, Settings(), {"target": ""})
    for rewrite, entry in zip(rewrites, made, strict=False):  # behind them are routes to the front end
        tables = [table for _, table in entry.routes]
        for remark in entry.remarks if not rewrite.destination.startswith("/") else ():
            findings.note(f'{source}: the rewrite of "{entry.name}" {entry.without}: {remark}')
        if any(not table["target"] for table in tables):
            findings.note(f'{source}: the rewrite of "{entry.name}" has conditions for the front end: add it by hand')
            continue
        for pattern, table in entry.routes:
            more = {key: value for key, value in table.items() if key not in ("target", "rewrite")}
            findings.add(FoundRoute(pattern, table["target"], source, table.get("rewrite"), more, certain=False))


def _conditions(given: Any) -> tuple[Mapping[str, Any], ...]:
    """`has` or `missing`; what is computed is a condition of no kind, which no route has."""
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return ({"type": "what is computed"},)
    return tuple(given)
