"""Text to table; what tomli cannot read becomes a Problem in our words, with the slip that most likely caused it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import tomli

from .layers import Source
from .problems import InvalidConfig, Problem
from .values import shown

_ONE_LINE_STRING = re.compile(r"\"\"\"|'''|" + r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'")
_BEFORE_QUOTE = re.compile(r"[^\"'#]*(?=[\"'])")
_LINE = re.compile(r"[^\n]+")
_UNQUOTED = re.compile(r"[^\s,\]}]*")
_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


class _Fault(NamedTuple):
    """What is wrong from `offset` on, over `width` characters."""

    offset: int
    message: str
    hint: str | None = None
    width: int = 1


def parse(source: Source) -> dict[str, Any]:
    """The table that stands in the source. Raises InvalidConfig where it is not TOML."""
    try:
        return tomli.loads(source.text)
    except tomli.TOMLDecodeError as error:
        raise InvalidConfig([_problem(source, _explained(source.text, error.msg, error.pos))]) from None
    except RecursionError:
        raise InvalidConfig([_problem(source, _Fault(0, "brackets are nested too deeply"))]) from None


def _problem(source: Source, fault: _Fault) -> Problem:
    start, line = _line(source.text, fault.offset)
    column = fault.offset - start + 1
    width = max(1, min(fault.width, len(line) - column + 1))
    number = source.text.count("\n", 0, fault.offset) + 1
    return Problem(source.name, (), fault.message, fault.hint, number, column, width, line)


def _line(text: str, offset: int) -> tuple[int, str]:
    start = text.rfind("\n", 0, offset) + 1
    return start, text[start:].partition("\n")[0]


def _explained(text: str, message: str, offset: int) -> _Fault:
    offset = min(offset, len(text.rstrip()))  # what is missing at the end is missed where the text ends
    for start, explain in _EXPLANATIONS:
        if message.startswith(start):
            return explain(text, offset)
    return _Fault(offset, message[:1].lower() + message[1:])


def _value(text: str, offset: int) -> _Fault:
    token = _UNQUOTED.match(text, offset)
    word = token[0] if token else ""
    if not word or word.startswith("#"):
        return _Fault(offset, "a value is missing", "a string stands in quotes")
    if word[0] in "“”„‘’«»":
        return _Fault(offset, f"{word[0]} is no quote in TOML", 'use straight quotes: "', 1)
    if boolean := _BOOLEANS.get(word.lower()):
        return _Fault(offset, f"{shown(word)} is no value", f"write {boolean}", len(word))
    if word.lower() in ("null", "none", "nil"):
        return _Fault(offset, "TOML has no null", "leave the key out, or write false to remove it", len(word))
    return _Fault(offset, "this is no value", f'put it in quotes: "{word}"', len(word))


def _open_string(text: str, offset: int) -> _Fault:
    """The quote that no other quote closes: in the line of `offset`, else in the first line that has one."""
    lines = [_line(text, offset), *((found.start(), found[0]) for found in _LINE.finditer(text))]
    for start, line in lines:
        at = _open_quote(line)
        if at is not None:
            hint = f"add the missing {line[at]}"
            return _Fault(start + at, "a string begins here and does not end in its line", hint, len(line))
    return _Fault(offset, "a string does not end", "add the missing quote")


def _open_quote(line: str) -> int | None:
    at = 0
    while found := _BEFORE_QUOTE.match(line, at):
        at = found.end()
        string = _ONE_LINE_STRING.match(line, at)
        if not string:
            return at
        at = string.end()
    return None


def _illegal(text: str, offset: int) -> _Fault:
    if text[offset] in "\r\n":
        return _open_string(text, offset)
    return _Fault(offset, f"the character U+{ord(text[offset]):04X} cannot stand here", "remove it")


def _table_twice(text: str, offset: int) -> _Fault:
    start, line = _line(text, offset)
    header = line.partition("#")[0].strip()
    first = next((number for number, one in _numbered(text[:start]) if one.partition("#")[0].strip() == header), None)
    hint = f"move its keys to line {first}, where it begins" if first else "its keys stand higher up already"
    return _Fault(start + line.index("["), f"{header} stands twice", hint, len(header))


def _key_twice(text: str, offset: int) -> _Fault:
    start, line = _line(text, offset)
    key = line.partition("=")[0].strip()
    found = [number for number, one in _numbered(text[:start]) if one.partition("=")[0].strip() == key]
    hint = f"it stands in line {found[-1]} already" if found else "remove one of the two"
    return _Fault(start + line.index(key), f"{key} stands twice", hint, len(key))


def _numbered(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.splitlines(), 1))


def _statement(text: str, offset: int) -> _Fault:
    start, line = _line(text, offset)
    key = line.strip().partition("=")[0].strip()
    at = start + line.index(line.strip())
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return _Fault(at, "a merge conflict is not resolved", "keep one of the two sides", len(line))
    hint = f'put the key in quotes: "{key}"' if "=" in line and key and '"' not in key else None
    return _Fault(at, "no key begins like this", hint, len(key))


def _equals(text: str, offset: int) -> _Fault:
    start, line = _line(text, offset)
    key = line.partition("=")[0].strip()
    if text[offset : offset + 1] == ":":
        return _Fault(offset, "a colon cannot follow a key", "write = in its place")
    if key and "=" in line and "{" not in key and '"' not in key:
        return _Fault(start + line.index(key), f"{key} is no key", f'put it in quotes: "{key}"', len(key))
    return _Fault(offset, "a key is followed by = and a value")


def _something_after(text: str, offset: int) -> _Fault:
    rest = text[offset:].partition("\n")[0]
    hint = "is a quote missing or one too many?" if rest[:1] in "\"'" else "one key and value stand in one line"
    return _Fault(offset, f"{shown(rest)} follows the value", hint, len(rest))


def _at_once(message: str, hint: str) -> Callable[[str, int], _Fault]:
    return lambda _text, offset: _Fault(offset, message, hint)


# how tomli's messages begin
_EXPLANATIONS: tuple[tuple[str, Callable[[str, int], _Fault]], ...] = (
    ("Invalid value", _value),
    ("Illegal character", _illegal),
    ("Unterminated string", _open_string),
    ("Expected \"'", _open_string),
    (
        "Unescaped '\\'",
        _at_once("a backslash begins an escape in double quotes", "use single quotes: nothing is special there"),
    ),
    ("Cannot declare", _table_twice),
    ("Cannot overwrite", _key_twice),
    ("Invalid statement", _statement),
    ("Expected '=' after a key", _equals),
    ("Expected newline or end of document", _something_after),
    ("Expected ']' at the end of a table", _at_once("the header of a table is not closed", "add the missing ]")),
    ("Unclosed array", _at_once("a list is not closed", "a comma or ] is missing")),
    ("Unclosed inline table", _at_once("a table is not closed", "a comma or } is missing")),
    ("Duplicate inline table key", _at_once("a key of this table stands twice", "remove one of the two")),
)
