"""Route patterns: what `[routes]` may have on its left, and which part of a path each takes.

A pattern starts with `/` (a prefix that ends at a segment, with `:name` for one segment and `:name*` for the rest) or
with `^` (an expression, searched in the raw path). Comparison is on bytes as they come over the wire: the text of a
prefix is encoded once, here, and only the case of escapes makes no difference (RFC 3986, section 6.2.2.1).
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from urllib.parse import quote

from devcors.errors import PatternError

from .paths import fold_escapes, is_plain

_NAME = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)(\*?)")
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff?#\\]")
_UNFIT_REWRITE = re.compile(r"[\x00-\x20\x7f\ud800-\udfff?#]")
# One alternative for each way of referring: `:name` or `:name*`, `\1`, and a backslash that refers to nothing
_REFERENCE = re.compile(rf"(/?){_NAME.pattern}|\\([0-9]*)")

Span = tuple[int, int, dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. `literal` is its literal start as it comes over the wire, escapes in upper case, empty for
    an expression; `segments` counts the segments; `tail` tells that it ends in `:name*`; `names` are its captures.
    """

    text: str
    literal: bytes = b""
    segments: int = 0
    tail: bool = False
    names: tuple[str, ...] = ()
    regex: re.Pattern[bytes] | None = None

    @property
    def is_expression(self) -> bool:
        """Whether it is a regular expression."""
        return self.text.startswith("^")

    @property
    def is_plain(self) -> bool:
        """Whether a path that it takes can be plain; a pattern with `%2F` in its text asks for that very spelling."""
        return self.is_expression or is_plain(self.text.encode())

    @property
    def rank(self) -> tuple[bool, int, int, bool]:
        """The most specific pattern has the least rank; equal ranks go in the order of the file."""
        return self.is_expression, -len(self.literal), -self.segments, self.tail

    def take(self, path: bytes, folded: bytes) -> Span | None:
        """Start and end of what it takes of the path, and the captures; `folded` is `fold_escapes(path)`."""
        if self.regex is None:
            literal, end = self.literal, len(self.literal)
            if folded.startswith(literal) and (folded[end : end + 1] in (b"", b"/") or literal.endswith(b"/")):
                return 0, end, {}
            return None
        found = self.regex.search(path) if self.is_expression else self.regex.match(folded)
        if found is None:
            return None
        # spans of the folded path are spans of the raw one: captures keep the spelling of the request
        groups = [path[start:end] if start >= 0 else b"" for start, end in found.regs[1:]]
        return found.start(), found.end(), self._captures(groups, self.regex)

    def _captures(self, groups: list[bytes], regex: re.Pattern[bytes]) -> dict[str, bytes]:
        if not self.is_expression:
            return dict(zip(self.names, groups, strict=True))
        numbered = {str(number): group for number, group in enumerate(groups, 1)}
        return numbered | {name: groups[number - 1] for name, number in regex.groupindex.items()}


def parse_pattern(text: str) -> Pattern:
    """Compile one pattern. Raises PatternError, with the offset of what it cannot take."""
    if text.startswith("^"):
        return _expression(text)
    if not text.startswith("/"):
        raise PatternError(f'a pattern starts with "/" or "^", not as "{text}"', hint=f'write "/{text}"')
    if unfit := _UNFIT.search(text):
        raise PatternError(
            f"a pattern is compared with the path of a request, which never holds {unfit[0]!r}",
            hint="write the path alone, without query or fragment; a character that is meant is written as %XX",
            offset=unfit.start(),
        )
    return _prefix(text)


def encoded(text: str) -> bytes:
    """The text of a path as it comes over the wire: blanks and what is not ASCII as escapes, the rest as it is."""
    return quote(text, safe=string.punctuation).encode("ascii")


def _expression(text: str) -> Pattern:
    if not text.isascii():
        offset = next(place for place, character in enumerate(text) if not character.isascii())
        hint = "write its UTF-8 bytes as they come: %C3%A9 for é"
        raise PatternError(f"no path holds {text[offset]!r}", hint=hint, offset=offset)
    try:
        regex = re.compile(text.encode("ascii"))
    except re.error as error:
        raise PatternError(
            f"not a regular expression: {error.msg}",
            hint="expressions are Python's; (?i:…) ignores case",
            offset=error.pos or 0,
        ) from None
    except (OverflowError, RecursionError):
        raise PatternError("not a regular expression: too large", hint="write a shorter one") from None
    numbers = (str(number) for number in range(1, regex.groups + 1))
    return Pattern(text, names=(*numbers, *regex.groupindex), regex=regex)


def _prefix(text: str) -> Pattern:
    names: list[str] = []
    parts: list[bytes] = []
    literal = text
    offset = 1
    segments = text[1:].split("/")
    for segment in segments:
        if segment.startswith(":"):
            literal = literal if names else text[:offset]
            parts.append(_capture(text, segment, names, offset))
        else:
            _refuse_star(text, segment, offset)
            parts.append(re.escape(b"/" + fold_escapes(encoded(segment))))
        offset += len(segment) + 1
    tail = bool(names) and segments[-1].endswith("*")
    end = b"" if tail or not segments[-1] else rb"(?=/|\Z)"
    regex = re.compile(b"".join(parts) + end, re.DOTALL) if names else None
    return Pattern(text, fold_escapes(encoded(literal)), sum(map(bool, segments)), tail, tuple(names), regex)


def _refuse_star(text: str, segment: str, offset: int) -> None:
    if segment in ("*", "**"):
        message = f'"{segment}" stands for nothing here: a pattern is always a prefix'
        hint = f'write "{text[: offset - 1] or "/"}", or "{text[:offset]}:rest*" to use the rest in a rewrite'
        raise PatternError(message, hint=hint, offset=offset)


def _capture(text: str, segment: str, names: list[str], offset: int) -> bytes:
    """The expression for one `:name` segment; the name goes to `names`."""
    found = _NAME.fullmatch(segment)
    if not found:
        hint = 'write ":name", or ":name*" for the rest; for anything finer use an expression, "^…"'
        raise PatternError(f'"{segment}" is no name of a segment', hint=hint, offset=offset)
    name, star = found.groups()
    end = offset + len(segment)
    if name in names:
        raise PatternError(f'":{name}" is there twice', hint="give each capture a name of its own", offset=offset)
    if star and end < len(text):
        raise PatternError(f'nothing can follow "{segment}": it is the rest', hint=f'write "{text[:end]}"', offset=end)
    names.append(name)
    # the rest leaves slashes at its end alone, so that a rewrite loses none of them
    return rb"(?:/(.*[^/]))?(?=/*\Z)" if star else rb"/([^/]+)"


@dataclass(frozen=True, slots=True)
class Reference:
    """A capture in a rewrite; with `slash` it brings the slash before it, which goes when a `:name*` took nothing."""

    name: str
    slash: bool = False


def rewrite_parts(rewrite: str) -> list[bytes | Reference]:
    """A rewrite as literal bytes and references, in order."""
    parts: list[bytes | Reference] = []
    at = 0
    for found in _REFERENCE.finditer(rewrite):
        parts.append(encoded(rewrite[at : found.start()]))
        parts.append(Reference(found[2] or found[4], slash=bool(found[1])))
        at = found.end()
    return [part for part in (*parts, encoded(rewrite[at:])) if part]


def check_rewrite(pattern: Pattern, rewrite: str) -> None:
    """Raises PatternError for a rewrite that is no path or refers to what the pattern does not capture."""
    if unfit := _UNFIT_REWRITE.search(rewrite):
        hint = "a rewrite is a path; a character that is meant is written as %XX, and the query goes on by itself"
        raise PatternError(f"a rewrite cannot hold {unfit[0]!r}", hint=hint, offset=unfit.start())
    if rewrite and rewrite[0] not in "/:\\":
        raise PatternError(f'a rewrite starts with "/" or is empty, not as "{rewrite}"', hint=f'write "/{rewrite}"')
    for found in _REFERENCE.finditer(rewrite):
        _check_reference(pattern, found)


def _check_reference(pattern: Pattern, found: re.Match[str]) -> None:
    written = found[0].removeprefix("/")
    if (found[2] or found[4]) not in pattern.names:
        offset, message = found.end() - len(written), f'"{written}" is not captured by "{pattern.text}"'
    elif found[3] and not (pattern.tail and found[2] == pattern.names[-1]):
        offset, message = found.end() - 1, f'"{written}" takes the rest, in "{pattern.text}" it is one segment'
    else:
        return
    known = ", ".join(f"\\{name}" if name.isdigit() else f":{name}" for name in pattern.names)
    hint = f"it captures {known}" if known else "it captures nothing; a colon that is meant is written as %3A"
    raise PatternError(message, hint=hint, offset=offset)
