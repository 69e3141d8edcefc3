"""The patterns of Next.js: path-to-regexp 6, the copy that Next brings along, with `/` as the only delimiter.

Text, `:name` for a segment, `(…)` for an expression of one's own, `{…}` around a group, and behind each `?`, `*` or
`+`. A `/` or `.` right before a `:name` belongs to it: it is not there when the name is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devcors.errors import PatternError

SEGMENT = "[^/]+?"
"""What a `:name` takes that has no expression of its own."""

_NAME = re.compile(r":([A-Za-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Key:
    """A part that varies. `name` is a number where it has none, empty where nothing varies but its being there."""

    name: str | int
    prefix: str = ""
    suffix: str = ""
    pattern: str = SEGMENT
    modifier: str = ""

    @property
    def is_optional(self) -> bool:
        """Whether it may be absent, with its prefix and suffix."""
        return self.modifier in ("?", "*")

    @property
    def repeats(self) -> bool:
        """Whether there may be several of it."""
        return self.modifier in ("*", "+")


Token = str | Key


def parse(text: str) -> tuple[Token, ...]:
    """The parts of a pattern. Raises PatternError, with the offset, where Next refuses it too."""
    return _Parser(text).parsed()


def names(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """The names of what varies, without the parts that have none."""
    return tuple(
        token.name for token in tokens if isinstance(token, Key) and isinstance(token.name, str) and token.name
    )


class _Parser:
    """One pass over the text; `_text` is what has been read and stands for itself."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._text = ""
        self._tokens: list[Token] = []
        self._unnamed = 0
        self._was_escaped = False

    def parsed(self) -> tuple[Token, ...]:
        while self._at < len(self._source):
            self._step()
        self._flush()
        return tuple(self._tokens)

    def _step(self) -> None:
        character = self._source[self._at]
        if character in ":(":
            self._key()
        elif character == "{":
            self._flush()
            self._group()
        elif character in "*+?}":
            raise self._fault(f'"{character}" stands behind nothing that it could belong to')
        else:
            self._text += self._character()

    def _character(self) -> str:
        """One character that stands for itself, perhaps behind a backslash."""
        self._was_escaped = self._source[self._at] == "\\"
        self._at += self._was_escaped
        character = self._source[self._at : self._at + 1]
        self._at += 1
        return character

    def _key(self) -> None:
        # only a character as it was written, not an escaped one, can be the prefix
        prefix = self._text[-1:] if self._text and self._text[-1] in "/." and not self._was_escaped else ""
        self._text = self._text.removesuffix(prefix)
        self._flush()
        name, pattern = self._name(), self._expression()
        self._tokens.append(
            Key(self._number() if name is None else name, prefix, "", pattern or self._safe(prefix), self._modifier())
        )

    def _group(self) -> None:
        self._at += 1
        prefix = self._plain()
        name, pattern = self._name(), self._expression()
        suffix = self._plain()
        if self._source[self._at : self._at + 1] != "}":
            raise self._fault('a "{" is not closed')
        self._at += 1
        if name is None:
            key: str | int = self._number() if pattern else ""
        else:
            key, pattern = name, pattern or self._safe(prefix)
        self._tokens.append(Key(key, prefix, suffix, pattern, self._modifier()))

    def _plain(self) -> str:
        out = ""
        while self._at < len(self._source) and self._source[self._at] not in ":(){}*+?":
            out += self._character()
        return out

    def _name(self) -> str | None:
        if self._source[self._at : self._at + 1] != ":":
            return None
        found = _NAME.match(self._source, self._at)
        if not found:
            raise self._fault("a name is missing")
        self._at = found.end()
        return found[1]

    def _expression(self) -> str:
        """What stands in parentheses, empty where none do."""
        if self._source[self._at : self._at + 1] != "(":
            return ""
        start, depth = self._at + 1, 1
        at = start
        while depth and at < len(self._source):
            if self._source[at] == "\\":
                at += 1
            elif self._source[at] == ")":
                depth -= 1
            elif self._source[at] == "(":
                depth += 1
                if self._source[at + 1 : at + 2] != "?":
                    raise self._fault("a group within an expression has to be (?:…)")
            at += 1
        if depth or at == start + 1 or self._source[start] == "?":
            raise self._fault("an expression is empty, not closed, or begins with ?")
        self._at = at
        return self._source[start : at - 1]

    def _modifier(self) -> str:
        found = self._source[self._at : self._at + 1]
        if found and found in "?*+":
            self._at += 1
            return found
        return ""

    def _number(self) -> int:
        self._unnamed += 1
        return self._unnamed - 1

    def _safe(self, prefix: str) -> str:
        """A segment, up to the text before it where that is no whole segment: `-` in `:from-:to`."""
        before = self._tokens[-1] if self._tokens else ""
        text = prefix or (before if isinstance(before, str) else "")
        if isinstance(before, Key) and not text:
            raise self._fault("there must be text between two names")
        return SEGMENT if not text or "/" in text else f"(?:(?!{re.escape(text)})[^/])+?"

    def _flush(self) -> None:
        if self._text:
            self._tokens.append(self._text)
            self._text = ""

    def _fault(self, message: str) -> PatternError:
        return PatternError(f"{message}: {self._source}", offset=self._at)
