"""The route table: compiled once, asked for each request.

Known: patterns with conditions, in the order of the file. Wanted: the most specific entry that takes a request, in
about the same time for ten routes and for a thousand. The literal start of a pattern ends at a segment, so a look-up
for each segment of the path, longest first, finds the few patterns that can take it, already in order of preference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from devcors.errors import MalformedError
from devcors.heads import RequestHead, combined

from .paths import climbs, fold_escapes, is_plain, plain_path
from .pattern import Pattern, Span

T = TypeVar("T")

_REMEMBERED = 2048  # paths, and bytes of the longest:
_MEMORABLE = 256  # what is longer is rare, and would make the memory of them large
_ANY_HEAD = RequestHead(b"", b"", ())

_PORT = re.compile(r":[0-9]*\Z")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold besides the pattern; empty is no condition.

    hosts: names as in Host, `*.example.com` for any depth below; the port counts where it is written here.
    methods: exactly as in the request (RFC 9110, section 9.1: with case). headers: name and exact combined value, or
    `*` for any value.
    """

    hosts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def unmet(self, head: RequestHead, authority: str) -> str | None:
        """Why a request is not meant, in a few words; None when all of it holds."""
        if self.methods and (method := head.method.decode("latin-1")) not in self.methods:
            return f"method is {method}, wanted {' or '.join(self.methods)}"
        if self.hosts and not any(_is_host(wanted, authority) for wanted in self.hosts):
            return f"host is {authority}, wanted {' or '.join(self.hosts)}"
        for name, wanted in self.headers:
            given = combined(head.fields, name.lower().encode())
            if given is None:
                return f"header {name} is absent"
            if wanted != "*" and given != wanted.encode():
                return f'header {name} is not "{wanted}"'  # the given value may be a secret
        return None


def _is_host(wanted: str, authority: str) -> bool:
    wanted, given = wanted.lower(), authority.lower()
    if not _PORT.search(wanted):
        given = _PORT.sub("", given)
    if wanted.startswith("*."):
        return given.endswith(wanted[1:]) and len(given) >= len(wanted)
    return given == wanted


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One pattern, one set of conditions, and what they lead to."""

    pattern: Pattern
    conditions: Conditions
    value: T


class Match(NamedTuple, Generic[T]):
    """A path taken apart: before + matched + rest is the raw path.

    `rest` starts with `/` or is empty, unless the pattern itself ends in `/` or is an expression. `before` is empty
    unless an expression found its match further on. Captures hold raw bytes. A tuple because one is made for each
    request, and a frozen dataclass takes three times as long.
    """

    entry: Entry[T]
    matched: bytes
    rest: bytes
    captures: dict[str, bytes]
    before: bytes = b""


@dataclass(frozen=True, slots=True)
class Considered(Generic[T]):
    """One entry's part in a decision: whether it won, and a sentence that says why."""

    entry: Entry[T]
    won: bool
    why: str


# An entry with what is asked of it for each request: its pattern's `take`, and `unmet` where it has conditions
_Candidate = tuple[Entry[T], Callable[[bytes, bytes], Span | None], Callable[[RequestHead, str], str | None] | None]


class Table(Generic[T]):
    """All entries, in order of preference: longest literal start, then more segments, then `:name` before `:name*`,
    then as given; expressions last.
    """

    def __init__(self, entries: Iterable[Entry[T]]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.pattern.rank)
        self._expressions: list[_Candidate[T]] = []
        self._index: dict[bytes, list[_Candidate[T]]] = {}
        for entry in self.entries:
            unmet = None if entry.conditions == Conditions() else entry.conditions.unmet
            key = entry.pattern.literal.removesuffix(b"/")
            group = self._expressions if entry.pattern.is_expression else self._index.setdefault(key, [])
            group.append((entry, entry.pattern.take, unmet))
        self._longest = max(map(len, self._index), default=0)
        self._by_path = lru_cache(maxsize=_REMEMBERED)(self._match_safely)
        self._unconditional = all(entry.conditions == Conditions() for entry in self.entries)

    def candidates(self, folded: bytes) -> Iterator[_Candidate[T]]:
        """The entries whose pattern may take a path (given with folded escapes), the most specific first."""
        end = len(folded)
        if end > self._longest:  # no key is longer: a path of a thousand slashes costs no more than a short one
            end = folded.rfind(b"/", 0, self._longest + 1)
        while end >= 0:
            if group := self._index.get(folded[:end]):
                yield from group
            end = folded.rfind(b"/", 0, end)
        yield from self._expressions

    def match(self, head: RequestHead, path: bytes, authority: str) -> Match[T] | None:
        """The most specific entry that takes the raw path (without query) and whose conditions hold.

        authority: the request's, `host` or `host:port`.
        """
        folded = fold_escapes(path)
        for entry, take, unmet in self.candidates(folded):
            if (span := take(path, folded)) and not (unmet and unmet(head, authority)):
                start, end, captures = span
                return Match(entry, path[start:end], path[end:], captures, path[:start])
        return None

    def match_safely(self, head: RequestHead, path: bytes, authority: str) -> Match[T] | None:
        """As `match`, for paths that somebody may have spelled to step out of a route, or into one.

        Raises MalformedError when a lenient backend would take the path for one that another entry takes, or when
        dot segments lead above the root, or a capture or the rest above its own start: a rewrite would let it out.
        """
        if self._unconditional and len(path) <= _MEMORABLE:  # a page asks for the same paths with each reload
            return self._by_path(_ANY_HEAD, path, "")
        return self._match_safely(head, path, authority)

    def _match_safely(self, head: RequestHead, path: bytes, authority: str) -> Match[T] | None:
        found = self.match(head, path, authority)
        if is_plain(path):
            return found
        if climbs(path):
            raise _misleading(path, "climbs above the root")
        if found and any(map(climbs, (found.rest, *found.captures.values()))):
            raise _misleading(path, f'climbs out of what "{found.entry.pattern.text}" takes')
        if found and not found.entry.pattern.is_plain:
            return found
        plain = plain_path(path)
        meant = self.match(head, plain, authority)
        if (meant and meant.entry) is not (found and found.entry):
            reason = f'goes to {_route(found)}, but may be taken for "{_shown(plain)}" of {_route(meant)}'
            raise _misleading(path, reason)
        return found

    def explain(self, head: RequestHead, path: bytes, authority: str) -> list[Considered[T]]:
        """What became of every entry, in order of preference. For a human: takes time with the number of routes."""
        folded = fold_escapes(path)
        winner: Entry[T] | None = None
        considered: list[Considered[T]] = []
        for entry in self.entries:
            why = _missed(entry.pattern, path, folded) or entry.conditions.unmet(head, authority)
            won = why is None and winner is None
            if won:
                winner = entry
            considered.append(Considered(entry, won, why or _rank(entry, winner)))
        return considered


def _rank(entry: Entry[T], winner: Entry[T] | None) -> str:
    """A word on an entry that takes the request; it won, or came behind `winner`."""
    if winner is None or winner is entry:
        return f'"{entry.pattern.text}" takes the path'
    if entry.pattern.is_expression and not winner.pattern.is_expression:
        return f"expressions come after prefixes such as {winner.pattern.text}"
    if entry.pattern.rank == winner.pattern.rank:
        return f"comes after {winner.pattern.text}, which takes it too"
    return f"less specific than {winner.pattern.text}"


def _missed(pattern: Pattern, path: bytes, folded: bytes) -> str | None:
    """Why the pattern does not take the path, or None where it does."""
    if pattern.take(path, folded) is not None:
        return None
    if pattern.is_expression:
        return f'the expression finds nothing in "{_shown(path)}"'
    stem = pattern.literal.removesuffix(b"/")
    if not folded.startswith(stem):
        return f'"{_shown(path)}" does not start with "{_shown(stem)}"'
    if folded[len(stem) : len(stem) + 1] not in (b"", b"/"):
        segment_end = path.find(b"/", len(stem))
        segment = path if segment_end < 0 else path[:segment_end]
        return f'"{_shown(segment)}" is another segment than "{_shown(stem)}"'
    return f'"{_shown(path)}" lacks what "{pattern.text}" asks for behind "{_shown(stem)}"'


def _misleading(path: bytes, reason: str) -> MalformedError:
    return MalformedError(
        f'"{_shown(path)}" {reason}',
        hint="send the path that is meant: no dot segments, `//`, backslashes, `;` and no escapes of them",
    )


def _route(match: Match[T] | None) -> str:
    return f'route "{match.entry.pattern.text}"' if match else "no route"


def _shown(path: bytes) -> str:
    text = path.decode("ascii", "backslashreplace")
    return text if len(text) <= 200 else text[:200] + "…"
