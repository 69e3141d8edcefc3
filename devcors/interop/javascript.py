"""What stands literally in a JavaScript or TypeScript configuration file, without running any of it.

Known: such a file is a program; what it exports can only be had by running it, and a file from somebody else's
repository must not run by being looked at. Wanted: the `key: value` pairs that anybody reading the file would see. So
the text is cut into tokens and nested brackets (ECMA-262, section 12), and a value is read as data where it is a
literal; whatever is not stays `Code`. It takes any text, also broken; brackets that do not match end early.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

# no setting goes deeper or is longer, and a hostile file shall not cost more than its size
DEEPEST = 12  # levels of nested literals
LONGEST = 400  # characters of Code

_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)                                       # comments
    |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`          # strings and templates
    |[\w$]+|=>|\S                                                       # words, numbers, punctuation""",
    re.VERBOSE | re.DOTALL,
)
# ECMA-262, section 12.9.5; taken for one only where an expression can begin
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])*/\w*")
_BEFORE_REGEX = frozenset("([{,;:=!&|?+-*%<>~^")
_OPEN, _CLOSE = "([{", ")]}"
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}


@dataclass(frozen=True, slots=True)
class Code:
    """A value that is no literal: the text as it stands, or the start of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Group:
    """What stands between a pair of brackets."""

    opening: str
    start: int
    end: int = 0
    items: list[Token | Group] = field(default_factory=list)

    def parts(self) -> Iterator[list[Token | Group]]:
        """The items between commas; semicolons part the statements of a block in the same way."""
        part: list[Token | Group] = []
        for item in self.items:
            if isinstance(item, Token) and item.text in (",", ";"):
                yield part
                part = []
            else:
                part.append(item)
        if part:
            yield part

    def pairs(self) -> Iterator[tuple[str, list[Token | Group]]]:
        """Key and value of each `key: value` and each method of an object."""
        for part in self.parts():
            if len(part) > 1 and isinstance(key := part[0], Token):
                second = part[1]
                if isinstance(second, Token) and second.text == ":":
                    yield _unquoted(key.text), part[2:]
                elif isinstance(second, Group) and second.opening == "(":
                    yield key.text, part


class Script:
    """A file's text, read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._whole = Group("", 0, len(text))
        self._groups = [self._whole]
        self._read()

    def whole(self) -> Any:
        """The value that the whole text is, as in a JSON file with comments."""
        return self._value(self._whole.items)

    def named(self, key: str) -> list[Any]:
        """The values of all `key: value` pairs, wherever they stand, in order."""
        return [self._value(items) for group in self._groups for name, items in group.pairs() if name == key]

    def places(self, key: str) -> list[tuple[int, int]]:
        """Where each `key: value` pair stands, wherever, in order: offset of its key, and of its value's end."""
        return [
            (part[0].start, part[-1].end)
            for group in self._groups
            if group.opening == "{"
            for part in group.parts()
            if part and isinstance(part[0], Token) and _unquoted(part[0].text) == key
        ]

    def quoted(self, text: str) -> list[int]:
        """The offsets at which this text stands in quotes, in order."""
        tokens = (item for group in self._groups for item in group.items if isinstance(item, Token))
        return sorted(token.start for token in tokens if token.text[0] in "\"'`" and _unquoted(token.text) == text)

    def objects(self, wanted: Callable[[set[str]], bool]) -> list[dict[str, Any]]:
        """All objects whose keys are wanted, wherever they stand, in order."""
        objects = (group for group in self._groups if group.opening == "{")
        return [self._value([group]) for group in objects if wanted({name for name, _ in group.pairs()})]

    def _read(self) -> None:
        open_groups = [self._whole]
        for token in _tokens(self._text):
            if token.text in _OPEN:
                group = Group(token.text, token.start)
                open_groups[-1].items.append(group)
                open_groups.append(group)
                self._groups.append(group)
            elif token.text in _CLOSE:
                if len(open_groups) > 1:
                    open_groups.pop().end = token.end
            else:
                open_groups[-1].items.append(token)
        for group in open_groups:
            group.end = len(self._text)

    def _value(self, items: list[Token | Group], depth: int = 0) -> Any:
        if len(items) == 1 and depth < DEEPEST:
            item = items[0]
            if isinstance(item, Token):
                return _scalar(item.text)
            if item.opening == "{":
                return {name: self._value(value, depth + 1) for name, value in item.pairs()}
            if item.opening == "[":
                return [self._value(part, depth + 1) for part in item.parts()]
        start, end = (items[0].start, items[-1].end) if items else (0, 0)
        return Code(self._text[start : min(end, start + LONGEST)])


def _tokens(text: str) -> Iterator[Token]:
    before, at = "", 0
    while found := _TOKEN.search(text, at):
        if found[0] == "/" and (before in _BEFORE_REGEX or before in ("", "=>", "return")):
            found = _REGEX.match(text, found.start()) or found
        at = found.end()
        if not found[0].startswith(("//", "/*")):
            before = found[0]
            yield Token(before, found.start(), at)


def _scalar(text: str) -> Any:
    if text[0] in "\"'" or (text[0] == "`" and "${" not in text):
        return _unquoted(text)
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return _WORDS.get(text, Code(text))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text[0] in "\"'`" and len(text) > 1 else text
