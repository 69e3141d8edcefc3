"""Where each key and value of a TOML text stands.

Known: a text that tomli has parsed, so it is valid and structure is all that is left to find. Wanted: line and column
of everything in it, for the message that refuses one of them. So one pass over the text that knows where keys, values
and tables begin and end and nothing of what they mean. Only used when something is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

import tomli

Path = tuple[str | int, ...]
Span = tuple[int, int]

_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}' + r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}" + r'|"(?:[^"\\]|\\.)*"' + r"|'[^']*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# a date and a time may have a blank between them
_SCALAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[^\s,\]}#]*|[^\s,\]}#]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_IN_LINE_BLANK = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column (from 1, in characters) of a key and of its value, and how many characters of that line each
    takes. The members of a list have no key, so both are the value; a table with a header has both in the header.
    """

    key: tuple[int, int]
    value: tuple[int, int]
    key_width: int
    value_width: int


def positions(text: str) -> dict[Path, Position]:
    """The position of every table, key and list member of a valid text, by its path."""
    lines = [0, *(found.end() for found in re.finditer("\n", text))]
    places = _Scanner(text).document()
    return {path: _position(text, lines, key, value) for path, (key, value) in places.items()}


def _position(text: str, lines: list[int], key: Span, value: Span) -> Position:
    return Position(
        _line_and_column(lines, key), _line_and_column(lines, value), _width(text, key), _width(text, value)
    )


def _line_and_column(lines: list[int], span: Span) -> tuple[int, int]:
    line = bisect_right(lines, span[0])
    return line, span[0] - lines[line - 1] + 1


def _width(text: str, span: Span) -> int:
    return len(text[slice(*span)].partition("\n")[0].rstrip())


class _Scanner:
    """One pass over one text; `found` holds the spans of key and value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, tuple[Span, Span]] = {}
        self._last_of_list: dict[Path, int] = {}  # of arrays of tables

    def document(self) -> dict[Path, tuple[Span, Span]]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found

    def _header(self) -> Path:
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        start = self._at
        self._at += brackets
        *above, (name, span) = self._dotted_key()
        self._at += brackets
        path: Path = ()
        for key, key_span in above:
            path = (*path, key)
            self._found.setdefault(path, (key_span, key_span))
            if path in self._last_of_list:
                path = (*path, self._last_of_list[path])
        path = (*path, name)
        if brackets == 1:
            self._found[path] = span, span
            return path
        self._found.setdefault(path, (span, span))
        index = self._last_of_list[path] = self._last_of_list.get(path, -1) + 1
        path = (*path, index)
        self._found[path] = span, (start, self._at)
        return path

    def _pair(self, table: Path) -> None:
        *above, (name, span) = self._dotted_key()
        path = table
        for key, key_span in above:
            path = (*path, key)
            self._found.setdefault(path, (key_span, key_span))
        path = (*path, name)
        self._at += 1  # the equals sign
        self._skip(_IN_LINE_BLANK)
        self._found[path] = span, span  # before what is in the value, so that the order is that of the text
        self._found[path] = span, self._value(path)

    def _dotted_key(self) -> list[tuple[str, Span]]:
        parts = [self._simple_key()]
        while self._text[self._at] == ".":
            self._at += 1
            parts.append(self._simple_key())
        return parts

    def _simple_key(self) -> tuple[str, Span]:
        self._skip(_IN_LINE_BLANK)
        start = self._at
        quoted = self._text[start] in "\"'"
        self._skip(_STRING if quoted else _BARE_KEY)
        raw, span = self._text[start : self._at], (start, self._at)
        self._skip(_IN_LINE_BLANK)
        if raw.startswith('"') and "\\" in raw:
            return next(iter(tomli.loads(f"{raw} = 0"))), span
        return (raw[1:-1] if quoted else raw), span

    def _value(self, path: Path) -> Span:
        start = self._at
        opening = self._text[start]
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._skip(_STRING if opening in "\"'" else _SCALAR)
        return start, self._at

    def _list(self, path: Path) -> None:
        index = 0
        while self._next_member("]"):
            here = (*path, index)
            span = self._value(here)
            self._found[here] = span, span
            index += 1

    def _inline_table(self, path: Path) -> None:
        while self._next_member("}"):
            self._pair(path)

    def _next_member(self, closing: str) -> bool:
        """Goes past the opening bracket or the comma, to the next member or past the closing bracket."""
        self._skip(_BLANK)
        if self._text[self._at] != closing:  # the opening bracket, or a comma
            self._at += 1
            self._skip(_BLANK)
        if self._text[self._at] == closing:
            self._at += 1
            return False
        return True

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        assert found, f"not valid TOML at {self._at}"
        self._at = found.end()
