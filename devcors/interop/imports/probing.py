"""A rewrite function as a rule: tried with paths, explained by a `rewrite`, and the explanation checked on more paths.

Known: a pattern, and a function from request targets to request targets that can be called, but not read. Wanted: the
rules of devcors that give the same for every path, or none; nothing is guessed. Each explanation is judged by the code
that the policy itself uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from devcors.errors import PatternError
from devcors.routing.paths import fold_escapes, split_target
from devcors.routing.pattern import Pattern, check_rewrite, parse_pattern
from devcors.routing.rewrite import upstream_target
from devcors.routing.table import Conditions, Entry, Match

from .expressions import examples, literal_start

Outcome = str | None
"""What the tool sends for a request target; None where its function threw or returned no text."""
Try = Callable[[Sequence[str]], Sequence[Outcome]]
"""Asks the tool for many request targets at once."""

# behind a prefix: what a page asks for, and what gives a rewrite away that looks further than the prefix
_FIRST = ("/x", "/x/y", "/items/42/", "/x?a=1&b=c%2Fd", "/%C3%A9%20b", "/A/B.json", "/a.b-c_d~e!$&'()*+,;=:@")
_MORE = ("/v1/users/7", "/v2/x", "/index.html", "/graphql?query={a}", "/ws", "/socket.io/?EIO=4", "/api/x", "/x/api",
         "/0", "/dev/test", "/auth/login", "/admin/", "/x?y", "/x?", "/main.js", "/u/:id", "/a/b/c/d/e")  # fmt: skip
_LITERAL = re.compile(r"""["'`/^](\\?/[\w./~%@:-]+(?:\\/[\w.~%@:-]+)*)""")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern as in `[routes]`, and its `rewrite`; None leaves the path as it is."""

    pattern: str
    rewrite: str | None = None

    def sends(self, target: str) -> str | None:
        """The request target that the backend gets, None where the pattern does not take the path."""
        try:
            pattern = _parsed(self.pattern)
        except PatternError:
            return None
        raw = target.encode("utf-8")
        path, query = split_target(raw)
        span = pattern.take(path, fold_escapes(path))
        if span is None:
            return None
        start, end, captures = span
        match = Match(Entry(pattern, Conditions(), None), path[start:end], path[end:], captures, path[:start])
        return upstream_target(match, self.rewrite, b"", query).decode("utf-8")

    @property
    def is_valid(self) -> bool:
        """Whether the config takes it."""
        try:
            check_rewrite(_parsed(self.pattern), self.rewrite or "")
        except PatternError:
            return False
        return True


@lru_cache(maxsize=256)
def _parsed(text: str) -> Pattern:
    return parse_pattern(text)


def with_slash(outcome: str) -> str:
    """The request target that http-proxy makes of a rewritten one: it always begins with a slash."""
    return outcome if outcome.startswith("/") else f"/{outcome}"


def with_single_slashes(outcome: str) -> str:
    """The same of http-proxy up to version 1, which joins paths by merging the slashes in them."""
    path, mark, query = with_slash(outcome).partition("?")
    return re.sub("/{2,}", "/", path) + mark + query


def find_rules(
    pattern: str, ask: Try, *, sources: Iterable[str] = (), skip: Callable[[str], bool] = lambda _: False
) -> tuple[Rule, ...] | None:
    """The rules that do what a function does to all paths of a pattern, or None where there are none.

    pattern: one of devcors. ask: the function, tried with request targets that the pattern takes; its outcome is what
    is sent to the backend but for the target's own path (see `with_slash`). sources: the function's text, whose paths
    are tried too. skip: request targets that other rules stand for. Mostly it is one rule, two where the prefix alone
    is treated otherwise than what is below it.
    """
    hints = [hint for source in sources for hint in hints_in(source)]
    first = _asked(ask, [path for path in paths_for(pattern, hints) if not skip(path)])
    more = _asked(ask, [path for path in further_paths(pattern, hints) if not skip(path)])
    if not first or any(outcome is None for outcome in (*first.values(), *more.values())):
        return None
    known = {path: outcome for path, outcome in {**first, **more}.items() if outcome is not None}
    return next((rules for rules in _explanations(pattern, known) if explains(rules, known)), None)


def explains(rules: Sequence[Rule], known: Mapping[str, str]) -> bool:
    """Whether the rules, of which the first that takes a path counts, give the known outcome for every path."""
    return all(rule.is_valid for rule in rules) and all(
        next((sent for rule in rules if (sent := rule.sends(path)) is not None), None) == outcome
        for path, outcome in known.items()
    )


def paths_for(pattern: str, hints: Iterable[str] = ()) -> list[str]:
    """Request targets to try first, all of which the pattern takes."""
    return _below(pattern, _FIRST, hints)


def further_paths(pattern: str, hints: Iterable[str] = ()) -> list[str]:
    """Request targets to check an explanation with."""
    return _below(pattern, _MORE, hints)


def hints_in(source: str) -> list[str]:
    """The paths that stand in a function's text, as text or in an expression: what it may look for."""
    return [found.replace("\\", "") for found in _LITERAL.findall(source)][:20]


def _below(pattern: str, tails: Iterable[str], hints: Iterable[str]) -> list[str]:
    parsed = _parsed(pattern)
    starts = examples(pattern) if parsed.is_expression else [_filled(pattern)]
    paths: list[str] = []
    for start in starts:
        bare = start.rstrip("/")
        paths += [start, f"{start}?a=1", f"{bare}/", f"{bare}{bare}/x", f"{bare}/x{bare}/y", f"{bare}/x?next={bare}/y"]
        paths += [bare + tail for tail in tails]
        for hint in hints:
            paths += [hint, f"{hint}/x", f"{bare}{hint}", f"{bare}{hint}/x", f"{bare}/x{hint}"]
    return [path for path in dict.fromkeys(paths) if path.isascii() and _takes(parsed, path)]


def _takes(pattern: Pattern, target: str) -> bool:
    path, _ = split_target(target.encode())
    return path.startswith(b"/") and pattern.take(path, fold_escapes(path)) is not None


def _filled(pattern: str) -> str:
    return re.sub(r":([A-Za-z_]\w*)\*?", r"some-\1", pattern)


def _asked(ask: Try, paths: Sequence[str]) -> dict[str, Outcome]:
    return dict(zip(paths, ask(paths), strict=True))


def _explanations(pattern: str, known: Mapping[str, str]) -> Iterator[tuple[Rule, ...]]:
    yield (Rule(pattern),)
    if pattern.startswith("^"):
        yield from _of_expression(pattern, known)
        return
    for rewrite in _replacements(pattern.rstrip("/"), known):
        yield (Rule(pattern, rewrite),)
    yield from _apart(pattern, known)


def _apart(pattern: str, known: Mapping[str, str]) -> Iterator[tuple[Rule, ...]]:
    """The prefix alone and what is below it, each by a rule of its own: a function that asks for the slash behind."""
    if pattern.endswith("/"):
        return
    alone = {path: sent for path, sent in known.items() if split_target(path.encode())[0].decode() == pattern}
    below = {path: sent for path, sent in known.items() if path not in alone}
    for lower in (None, *_replacements(pattern, below)):
        for upper in (None, *_replacements(pattern, alone)):
            yield Rule(f"{pattern}/", lower), Rule(pattern, upper)


def _replacements(prefix: str, known: Mapping[str, str]) -> list[str]:
    """What the prefix may have become: whatever stands before the rest of the path. With and without a slash behind."""
    found: dict[str, None] = {}
    for path, sent in known.items():
        rest = path.removeprefix(prefix)
        if path.startswith(prefix) and sent.endswith(rest):
            replaced = sent.removesuffix(rest)
            found.update({replaced.rstrip("/"): None, replaced: None, f"{replaced}/": None})
    return [text for text in found if not text or text.startswith("/")][:12]


def _of_expression(pattern: str, known: Mapping[str, str]) -> Iterator[tuple[Rule, ...]]:
    """A literal start is replaced; the expression itself becomes a condition, so that the rest goes on as it is."""
    start = literal_start(pattern)
    ends = range(len(start), 0, -1)
    for end in sorted(ends, key=lambda end: pattern != f"^{start}" and start[end : end + 1] != "/"):  # whole segments
        prefix = start[:end]
        narrowed = pattern if pattern == f"^{prefix}" else f"^(?={pattern[1:]}){re.escape(prefix)}"
        for rewrite in _replacements(prefix, known):
            yield (Rule(narrowed, rewrite),)
