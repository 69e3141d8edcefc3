"""Keeps Next's order among routes that devcors orders by itself.

Known: Next asks in the order of its config, its own pages and files in between, and the first that takes a path has it.
devcors asks the most specific prefix first, and expressions last, in the order of the file. Wanted: for each path the
same winner, or Next's own front end, which knows its order. So where two take the same path, either devcors' order is
Next's anyway, or both are expressions, or the later one stays with Next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from devcors.interop.imports.model import Source
from devcors.routing.pattern import parse_pattern

from .destinations import Route
from .shapes import Reach

MOST_GUARDS = 12
"""Routes to the front end that one rewrite may cause: nobody reads more."""

_WRITABLE = re.compile(r"[^:*?#\\\x00-\x1f][^?#\\\x00-\x1f]*")


@dataclass(slots=True, eq=False)
class Asked:
    """Something that Next asks whether it takes a path. `forms` are the routes that take the same, the best first; with
    none it stays with Next. `is_always`: it takes all in reach, whatever else the request has.
    """

    name: str
    place: Source
    reach: Reach
    forms: list[Route] = field(default_factory=list)
    below: Route | None = None
    is_always: bool = True
    why: str = ""

    @property
    def route(self) -> Route | None:
        """The route as things stand."""
        return self.forms[0] if self.forms else None

    @property
    def is_expression(self) -> bool:
        """Whether devcors asks it after all prefixes."""
        return bool(self.forms) and self.forms[0].pattern.startswith("^")

    def stays(self, why: str) -> None:
        """It stays with Next, for this reason."""
        self.forms, self.why = [], why


def arranged(asked: Sequence[Asked]) -> list[str]:
    """Chooses among the forms of each, given in Next's order. What comes back are prefixes that have to go to the front
    end, because what is there comes first in Next and stays with it.
    """
    # a form is only ever taken away, so this comes to an end
    while any(_settled(first, later) for first, later in _pairs(asked)) or _crowded(asked):
        pass
    guards = list(dict.fromkeys(guard for each in _guards(asked).values() for guard in each))
    for each in asked:
        if each.is_expression and any(_is_under(guard, each.reach) for guard in guards):
            each.stays("another page or rewrite of the same beginning comes first and stays with Next")
    return guards


def _pairs(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Everything that is asked before something that is a route, with that."""
    for number, later in enumerate(asked):
        if later.route:
            yield from ((first, later) for first in asked[:number])


def _guards(asked: Sequence[Asked]) -> dict[str, list[str]]:
    """By the pattern of a route, the prefixes that keep away from it what comes first; of many files, their folders."""
    found: dict[str, dict[str, Asked]] = {}
    for first, later in _pairs(asked):
        if (guard := _guard(first, later)) and later.route:
            found.setdefault(later.route.pattern, {})[guard] = later
    return {pattern: _folded(list(guards), guards) for pattern, guards in found.items()}


def _folded(guards: list[str], later: Mapping[str, Asked]) -> list[str]:
    if len(guards) <= MOST_GUARDS:
        return guards
    depth = {guard: len(later[guard].reach.literal) + 2 for guard in guards}
    return list(dict.fromkeys("/".join(guard.split("/")[: depth[guard]]) for guard in guards))


def _crowded(asked: Sequence[Asked]) -> bool:
    """Whether a route had to be given up because so much comes before it."""
    crowds = {pattern for pattern, guards in _guards(asked).items() if len(guards) > MOST_GUARDS}
    for each in asked:
        if each.route and each.route.pattern in crowds:
            each.stays("too many files and pages of the project's own come first")
    return bool(crowds)


def _settled(first: Asked, later: Asked) -> bool:
    """Whether something had to change so that the first comes first."""
    if not later.route or not first.reach.meets(later.reach):
        return False
    if first.is_always and first.reach.covers(later.reach):
        later.stays(f"{first.name} comes first and takes all of it")
        return True
    if first.route:
        return _ranked(first, later)
    return _guarded(first, later)


def _ranked(first: Asked, later: Asked) -> bool:
    assert first.route
    assert later.route
    if _rank(first.route.pattern) <= _rank(later.route.pattern):
        return False
    for each in (later, first):
        if each.is_expression:
            continue
        each.forms = [form for form in each.forms if form.pattern.startswith("^")]
        each.below = None
        if not each.forms:
            each.stays(f"{first.name} comes first in Next, and would come after it in devcors")
    return True


def _guarded(first: Asked, later: Asked) -> bool:
    """The first stays with Next: the later one must leave it there."""
    if _guard(first, later):
        return False
    if later.below and not first.reach.more and len(first.reach.segments) == len(later.reach.segments):
        later.forms, later.below = [later.below], None
        later.reach = Reach((*later.reach.segments, None), more=True, exact=later.reach.exact)
        return True
    later.stays(f"{first.name} comes first, and devcors has no pattern for the rest")
    return True


def _guard(first: Asked, later: Asked) -> str | None:
    """The prefix that keeps what the first takes away from the later one, where one does."""
    if first.route or not later.route or not first.reach.meets(later.reach):
        return None
    start = tuple(takewhile(_WRITABLE.fullmatch, first.reach.literal))
    if len(start) <= len(later.reach.literal):
        return None
    pattern = "/" + "/".join(start)
    if _rank(pattern) > _rank(later.route.pattern):
        return None
    return pattern


@lru_cache(maxsize=1024)
def _rank(pattern: str) -> tuple[bool, int, int, bool]:
    return parse_pattern(pattern).rank


def _is_under(guard: str, reach: Reach) -> bool:
    segments = guard.split("/")[1:]
    return reach.literal[: len(segments)] == tuple(segments)
