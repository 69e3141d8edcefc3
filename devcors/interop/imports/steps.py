"""A middleware of a chain as routes of devcors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .bypassing import Front, bypassed
from .chain import Chain, Sent, Step, base_of, is_under, literal_of, origin_of
from .evaluating import Function, Session
from .handling import edits_of
from .middleware import merged, target_table, with_rewrite
from .model import Entry, Remark, Routes
from .options import take_options
from .ordering import in_order
from .probing import Outcome, Rule, Try, find_rules
from .taking import before, methods_of, paths_for, paths_in, patterns_of

Frontend = str | Mapping[str, Any] | None
HANDLED = ("path", "name")  # the context by its older name, and what we call the entry
_OWN_HOST = "localhost"  # what chain.mjs asks for
_ESCAPED = "{}|\\^`'<>\" "  # what http-proxy's parsing of a URL escapes; no route does


def entries_of(
    chain: Chain, steps: Sequence[Step], tool: str, session: Session, frontend: Frontend = None
) -> tuple[Entry, ...]:
    """What became of each middleware, in the order in which devcors tries the routes like the chain does.

    frontend: where the dev server listens, for what `bypass` keeps there.
    """
    reading = _Reading(chain, steps, tool, session, frontend)
    return in_order([reading.entry(step) for step in steps])


@dataclass(frozen=True, slots=True)
class _Part:
    """One pattern of a middleware with its target and rules, and the host that is asked for, if only one is."""

    pattern: str
    target: str
    rules: tuple[Rule, ...]
    host: str | None = None
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    chain: Chain
    steps: Sequence[Step]
    tool: str
    session: Session
    frontend: Frontend

    def entry(self, step: Step) -> Entry:
        """What became of one middleware."""
        patterns = patterns_of(self.chain, step)
        if not patterns:
            return Entry(step.name, step.source, (), (self._unfound(step),))
        routes: list[tuple[str, dict[str, Any]]] = []
        remarks: list[Remark] = []
        for pattern in patterns:
            parts = self._parts(step, pattern)
            if isinstance(parts, Remark):
                remarks.append(parts)
                continue
            more, said = self._routes(step, parts)
            routes += more
            remarks += [each for each in said if each not in remarks]
        return Entry(step.name, step.source, tuple(routes), tuple(remarks))

    def _unfound(self, step: Step) -> Remark:
        earlier = before(self.chain, step)
        if earlier is not None:
            name = self.steps[earlier].name
            return Remark("", f'never reached: "{name}" stands before it and takes the same paths', step.source)
        if not step.known:
            passes = all(sent.step is None for sent in self.chain.asked(paths_for(step), only=step.number))
            text = "it passes on every request that was tried" if passes else "a route cannot run code of the project"
            return Remark("", text, step.source)
        if "bypass" in step.options:
            text = "it keeps every request that was tried from the backend: no route"
            return Remark("bypass", text, step.place("bypass"))
        return Remark("", "no pattern of devcors takes the same paths; write the route by hand", step.source)

    # -- where it sends to, and as what -------------------------------------------------------------------------

    def _parts(self, step: Step, pattern: str) -> list[_Part] | Remark:
        """The pattern, and patterns below it that have a target or a rule of their own, the more specific first."""
        single = self._part(step, pattern, [], tolerant=False)
        if single:
            return [*self._for_hosts(step, single), single]
        parts: list[_Part] = []
        for each in [*_below(step, pattern), pattern]:
            without = [other.pattern for other in parts if other.pattern != pattern]
            part = self._part(step, each, without, tolerant=False) or self._part(step, each, without, tolerant=True)
            if part is None:
                return self._unexplained(step, each)
            parts.append(part)
        return parts

    def _unexplained(self, step: Step, pattern: str) -> Remark:
        names = ("pathRewrite", "router", "bypass", "context")
        option = next((each for each in names if step.options.get(each) is not None), "")
        text = f"no rule does the same for every path of {pattern} that was tried; write the route by hand"
        return Remark(option, text, step.place(option))

    def _part(
        self, step: Step, pattern: str, without: Sequence[str], *, tolerant: bool, host: str | None = None
    ) -> _Part | None:
        """What is sent where. tolerant: even if it is otherwise for paths that have the pattern again, behind it."""
        fields = {} if host is None else {"host": host}
        sample = [path for path in paths_in(pattern) if not any(is_under(path, each) for each in without)]
        targets = {self._target(step, each) for each in self._asked(step, sample, fields)} if sample else {None}
        target = targets.pop() if len(targets) == 1 else None
        if target is None:
            return None
        base = base_of(target)

        def ask(paths: Sequence[str]) -> list[Outcome]:
            results = self._asked(step, paths, fields)
            return [_outcome(path, each, target, base) for path, each in zip(paths, results, strict=True)]

        def skip(path: str) -> bool:
            # a slash that is there twice is made one by http-proxy up to version 1, whatever the config says
            again = tolerant and pattern in path[len(pattern) :]
            return "//" in path or again or any(is_under(path, each) for each in without)

        rules = find_rules(pattern, ask, sources=step.texts, skip=skip)
        if rules is None:
            return None
        remark = self._otherwise(step, pattern, rules, ask) if tolerant else None
        return _Part(pattern, target, self._bare(rules, step, base, fields), host, remark)

    def _otherwise(self, step: Step, pattern: str, rules: Sequence[Rule], ask: Try) -> Remark | None:
        """Says what a path that has the pattern twice becomes, which no rule does."""
        bare = pattern.rstrip("/")
        for path in (f"{bare}{bare}/x", f"{bare}/x{bare}/y"):
            there = ask([path])[0]
            here = next((sent for rule in rules if (sent := rule.sends(path)) is not None), None)
            if there != here:
                text = f"{path} becomes {there} there, and {here} here"
                return Remark("pathRewrite", text, step.place("pathRewrite"))
        return None

    def _asked(self, step: Step, paths: Sequence[str], fields: Mapping[str, str]) -> list[Sent]:
        """For a method that the middleware takes."""
        given = {"only": step.number, "fields": fields} if fields else {"only": step.number}
        results = self.chain.asked(paths, **given)
        if any(each.origin for each in results):
            return results
        return self.chain.asked(paths, method="POST", **given)

    def _target(self, step: Step, sent: Sent) -> str | None:
        """The target as the config has it, path and all, which this was sent to."""
        if not sent.origin:
            return None
        urls = [step.options.get("target"), *step.router.values()]
        for url in urls:
            if isinstance(url, str) and origin_of(url) == sent.origin and is_under(sent.path, base_of(url) or "/"):
                return url
        return sent.origin

    def _bare(self, rules: tuple[Rule, ...], step: Step, base: str, fields: Mapping[str, str]) -> tuple[Rule, ...]:
        """A rewrite to nothing loses the slash that http-proxy puts behind the path of a target, `/v1/`: it is kept."""
        if not base or len(rules) != 1 or rules[0].rewrite != "" or rules[0].pattern.startswith("^"):
            return rules
        sent = self._asked(step, [rules[0].pattern], fields)[0]
        return (Rule(rules[0].pattern, "/"),) if sent.path == f"{base}/" else rules

    def _for_hosts(self, step: Step, usual: _Part) -> list[_Part]:
        """Parts for the hosts of a router that have a target of their own."""
        hosts = [key for key in step.router if "/" not in key]
        parts = [self._part(step, usual.pattern, [], tolerant=False, host=host) for host in hosts]
        return [each for each in parts if each and each.target != usual.target]

    # -- the tables ---------------------------------------------------------------------------------------------

    def _routes(self, step: Step, parts: Sequence[_Part]) -> tuple[Routes, list[Remark]]:
        routes: list[tuple[str, dict[str, Any]]] = []
        remarks: list[Remark] = []
        for part in parts:
            options = {**step.options, "target": part.target}
            if not step.known:  # its options are not to be had, but what it sends shows this one
                options["changeOrigin"] = self._asked(step, paths_in(part.pattern)[:1], {})[0].host != _OWN_HOST
            table, said = take_options(options, self.tool, step.place, handled=HANDLED)
            if "target" not in table:
                return (), said
            merged(table, edits_of(options, step.place, self.session, said))
            front = Front(target_table(self.frontend)) if self.frontend is not None else None
            conditions = bypassed(part.pattern, options, step.place, self.session, said, front)
            if conditions is None:
                return (), said
            merged(table, conditions)
            self._conditions(step, part, table, said)
            routes += front.routes if front else []
            routes += [(rule.pattern, with_rewrite(table, rule)) for rule in part.rules]
            remarks += [each for each in (*said, part.remark) if each and each not in remarks]
        return tuple(routes), remarks

    def _conditions(self, step: Step, part: _Part, table: dict[str, Any], remarks: list[Remark]) -> None:
        if part.host is not None:
            table.setdefault("match", {})["hosts"] = [part.host.partition(":")[0]]
        if isinstance(step.options.get("bypass"), Function):
            return  # it is tried by itself
        methods, no_pages = methods_of(self.chain, step, part.pattern)
        if methods:
            table.setdefault("match", {})["methods"] = list(methods)
        if no_pages:
            text = "requests for a page (Accept: text/html) are kept from the backend there, and go to it here"
            remarks.append(Remark("", text, step.source))


def _below(step: Step, pattern: str) -> list[str]:
    """Patterns below a prefix that the keys of `pathRewrite` and `router` name, the longest first."""
    if pattern.startswith("^"):
        return []
    rewrite = step.options.get("pathRewrite")
    keys = [*(rewrite if isinstance(rewrite, Mapping) else ()), *step.router]
    literals = [each for each in map(literal_of, keys) if each]
    # since version 3 what a mount has taken is no part of the path that is looked at
    mounted = [pattern.rstrip("/") + each for each in literals if not is_under(each, pattern)]
    return sorted({each for each in (*literals, *mounted) if each != pattern and is_under(each, pattern)}, key=len)[
        ::-1
    ]


def _outcome(path: str, sent: Sent, target: str, base: str) -> Outcome:
    """The request target without the target's own path. What http-proxy does to every path is taken back."""
    if sent.origin != origin_of(target):
        return None
    made, mark, query = sent.path.partition("?")
    made = re.sub("/{2,}", "/", made)  # version 4 leaves them, the others merge them: a route makes none
    if not is_under(made, base):
        return None
    out = (made.removeprefix(base) or "/") + mark + query
    for character in _ESCAPED:
        escaped = quote(character)
        if character in path and escaped not in path:
            out = out.replace(escaped, character)
    return out
