"""Which paths a pattern of Next.js takes, and what takes the same in devcors.

Known: Next compares the whole path, in any case, and looks at a `/` at its end before (it redirects) or not at all. A
prefix of devcors takes all below it. Wanted: a prefix where that is the same, `/api` for `/api/:path*`; an expression
where it is not, `^/user/(?P<id>[^/]+)$` for `/user/:id`. Either may take less than Next does (devcors compares with
case), never more: what devcors leaves alone goes to Next, which does with it what it always did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devcors.errors import PatternError
from devcors.interop.imports.expressions import to_python
from devcors.routing.pattern import parse_pattern

from .syntax import SEGMENT, Key, Token

ANY = None
"""In a list of segments: whatever stands there."""

_ALL = (".*", ".+")
_MAY_CROSS = re.compile(r"(?<!\\)\.|\[\^|\\[DWS]|/")
_SIMPLE_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a pattern takes, roughly: its segments, and whether more may follow. Nothing that it takes is outside."""

    segments: tuple[str | None, ...]
    more: bool
    exact: bool = True
    """Whether everything within is taken too."""

    def meets(self, other: Reach) -> bool:
        """Whether some path may be taken by both."""
        for mine, theirs in zip(self.segments, other.segments, strict=False):
            if mine is not ANY and theirs is not ANY and mine.lower() != theirs.lower():
                return False
        short, long = sorted((self, other), key=lambda reach: len(reach.segments))
        return short.more or len(short.segments) == len(long.segments)

    def covers(self, other: Reach) -> bool:
        """Whether every path that the other takes is taken by this one."""
        if not self.exact or len(self.segments) > len(other.segments):
            return False
        if (len(self.segments) < len(other.segments) or other.more) and not self.more:
            return False
        return all(mine is ANY or mine == theirs for mine, theirs in zip(self.segments, other.segments, strict=False))

    @property
    def literal(self) -> tuple[str, ...]:
        """The segments before the first that varies."""
        out: list[str] = []
        for segment in self.segments:
            if segment is ANY:
                break
            out.append(segment)
        return tuple(out)


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern of whole segments: text, `:name`, and at the end perhaps a key for the rest."""

    segments: tuple[str | Key, ...]
    rest: Key | None = None
    ends_in_slash: bool = False

    @property
    def takes_itself(self) -> bool:
        """Whether the rest may be nothing, its slash too."""
        return self.rest is not None and self.rest.modifier == "*"


def shape(tokens: Sequence[Token]) -> Shape | None:
    """The pattern as whole segments, or None where it is none of these."""
    parts = list(_parts(tokens))
    ends_in_slash = bool(parts) and parts[-1] == "/" and len(parts) > 1
    if ends_in_slash:
        parts.pop()
    segments: list[str | Key] = []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            segments += part.split("/")[1:] if part != "/" else []
        elif part.prefix != "/" or part.suffix:
            return None
        elif _is_rest(part):
            return Shape(tuple(segments), part, ends_in_slash) if number == len(parts) - 1 else None
        elif part.pattern != SEGMENT or part.modifier:
            return None
        else:
            segments.append(part)
    return Shape(tuple(segments), None, ends_in_slash)


def _parts(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, a slash at the very end apart. Text that begins within a segment makes a part of its own kind."""
    for number, token in enumerate(tokens):
        if isinstance(token, Key):
            yield token
            continue
        if not token.startswith("/"):
            yield Key("", prefix=token)  # as no pattern of whole segments has it
            continue
        last = number == len(tokens) - 1
        text = token.removesuffix("/") if last else token
        if text:
            yield text
        if text != token:
            yield "/"


def _is_rest(key: Key) -> bool:
    if key.pattern in _ALL and key.modifier == "":
        return True
    return key.pattern == SEGMENT and key.repeats


def reach(tokens: Sequence[Token]) -> Reach:
    """What a pattern takes, at least as far as it goes."""
    found = shape(tokens)
    if found:
        segments = tuple(segment if isinstance(segment, str) else ANY for segment in found.segments)
        if found.rest is None:
            return Reach(segments, more=False)
        if found.takes_itself:
            return Reach(segments, more=True, exact=not found.ends_in_slash)
        return Reach((*segments, ANY), more=True, exact=not found.ends_in_slash)
    return _rough_reach(tokens)


def _rough_reach(tokens: Sequence[Token]) -> Reach:
    """Segment by segment as far as it can be told where one ends."""
    segments: list[str | None] = []
    for token in tokens:
        if isinstance(token, Key):
            if token.modifier or "/" in token.prefix[1:] + token.suffix or not _within_segment(token.pattern):
                # what was written right before it is the beginning of its segment
                return Reach(tuple(segments if token.prefix.startswith("/") else segments[:-1]), more=True, exact=False)
            if token.prefix.startswith("/"):
                segments.append(ANY)
            else:
                segments[-1:] = [ANY]
            continue
        first, *more = token.split("/")
        if first:  # it goes on in the segment of what stands before
            segments[-1:] = [ANY]
        segments += more
    if segments and segments[-1] == "":
        segments.pop()
    return Reach(tuple(segments), more=False, exact=False)


def _within_segment(pattern: str) -> bool:
    """Whether it surely takes no slash."""
    return pattern == SEGMENT or pattern.endswith(")[^/])+?") or not _MAY_CROSS.search(pattern)


def prefix(found: Shape, *, below: bool = False) -> str | None:
    """The prefix of devcors that takes the same, where there is one; `below`: without the path of the prefix itself."""
    if found.rest is None:
        return None
    text = "".join(f"/{part}" if isinstance(part, str) else f"/:{part.name}" for part in found.segments)
    if not found.takes_itself or below:
        if not text:
            return None  # devcors' `/` takes the `/` alone too
        text += "/"
    return text if is_pattern(text or "/") and _is_plain(found) else None


def _is_plain(found: Shape) -> bool:
    """Whether each part means in devcors what it means in Next."""
    for part in found.segments:
        if isinstance(part, Key):
            if not isinstance(part.name, str) or not _SIMPLE_NAME.fullmatch(part.name):
                return False
        elif not part or not part.isascii() or part.startswith(":"):
            return False
    return True


def expression(tokens: Sequence[Token]) -> str | None:
    """The expression of devcors that takes the same, without a slash at the end that Next lets pass; None: there is
    none. What varies and has a name is captured by it.
    """
    out = "^"
    for token in tokens:
        part = re.escape(token) if isinstance(token, str) else _captured(token)
        if part is None:
            return None
        out += part
    out = out.replace(r"\-", "-") + "$"
    return out if is_pattern(out) else None


def _captured(key: Key) -> str | None:
    pattern = to_python(key.pattern) if key.pattern else ""
    if pattern is None:
        return None
    if pattern == SEGMENT:
        pattern = "[^/]+"
    elif "(?!" in pattern or "[^" in pattern:
        pattern = f"(?i:{pattern})"  # Next compares without case: what it excludes is excluded in any case
    before, after = re.escape(key.prefix), re.escape(key.suffix)
    if key.repeats and (before or after):
        pattern = f"(?:{pattern})" if "|" in pattern else pattern
        pattern = f"{pattern}(?:{after}{before}{pattern})*"
    group = _group(key, pattern)
    if not key.is_optional:
        return before + group + after
    return f"{group}?" if not before and not after and group else f"(?:{before}{group}{after})?"


def _group(key: Key, pattern: str) -> str:
    if not pattern:
        return ""
    if isinstance(key.name, str) and _SIMPLE_NAME.fullmatch(key.name):
        return f"(?P<{key.name}>{pattern})"
    return f"(?:{pattern})"


def is_pattern(text: str) -> bool:
    """Whether devcors takes it as a pattern."""
    try:
        parse_pattern(text)
    except PatternError:
        return False
    return True
