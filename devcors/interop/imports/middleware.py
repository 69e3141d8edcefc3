"""One entry of a proxy that is made of http-proxy: its pattern, options and functions as routes of devcors.

Shared by all tools that hand their options on to http-proxy or http-proxy-middleware. What each option becomes stands
in `options`; here are the functions, which are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .bypassing import Front, bypassed
from .evaluating import Function, Session
from .handling import edits_of
from .model import Remark, Routes, Source
from .options import VITE, take_options
from .probing import Outcome, Rule, find_rules, with_slash


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one entry. rewrite: the function of the path, if there is one. sent: what the tool sends for a
    path that was rewritten. handled: options that the caller has treated itself. texts: what names paths for `rewrite`,
    beside its own text. frontend: where the dev server listens, for what `bypass` keeps there.
    """

    tool: str
    values: Mapping[str, Any]
    place: Callable[[str], Source]
    rewrite: Function | None = None
    rewrite_name: str = "rewrite"
    sent: Callable[[str], str] = with_slash
    handled: Collection[str] = ()
    texts: tuple[str, ...] = ()
    frontend: str | Mapping[str, Any] | None = None


def routes_of(pattern: str, options: Options, session: Session) -> tuple[Routes, list[Remark]]:
    """The routes of an entry whose paths are those of `pattern`, none if it cannot be, and what there is to say."""
    table, remarks = take_options(options.values, options.tool, options.place, handled=options.handled)
    if "target" not in table:
        if not remarks:
            remarks.append(Remark("target", "there is none", options.place("")))
        return (), remarks
    rules = _rules(pattern, options, session)
    if rules is None:
        text = "no rule does the same as this function for every path that was tried; write the route by hand"
        return (), [*remarks, Remark(options.rewrite_name, text, options.place(options.rewrite_name))]
    merged(table, edits_of(options.values, options.place, session, remarks))
    front = None if options.frontend is None else Front(target_table(options.frontend))
    conditions = bypassed(pattern, options.values, options.place, session, remarks, front)
    if conditions is None:
        return (), remarks
    merged(table, conditions)
    before = tuple(front.routes) if front else ()
    return (*before, *((rule.pattern, with_rewrite(table, rule)) for rule in rules)), remarks


def target_table(frontend: str | Mapping[str, Any]) -> dict[str, Any]:
    """A front end as it stands in devcors.toml, as a table."""
    return {"target": frontend} if isinstance(frontend, str) else dict(frontend)


def _rules(pattern: str, options: Options, session: Session) -> tuple[Rule, ...] | None:
    function = options.rewrite
    if function is None:
        return (Rule(pattern),)

    # http-proxy-middleware hands the request over too, Vite does not
    more = [] if options.tool == VITE else [{"method": "GET", "headers": {}}]

    def ask(paths: Sequence[str]) -> list[Outcome]:
        results = session.calls(function, [[path, *({**each, "url": path} for each in more)] for path in paths])
        return [options.sent(result) if isinstance(result, str) else None for result in results]

    return find_rules(pattern, ask, sources=[function.source, *options.texts])


def with_rewrite(table: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """The table with the rule's rewrite, at its usual place behind the target."""
    if rule.rewrite is None:
        return dict(table)
    rest = {key: value for key, value in table.items() if key != "target"}
    return {"target": table["target"], "rewrite": rule.rewrite, **rest}


def merged(table: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Lays more keys over a table, tables over tables."""
    for key, value in more.items():
        if isinstance(value, Mapping):
            merged(table.setdefault(key, {}), value)
        else:
            table[key] = value
