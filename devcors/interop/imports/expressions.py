"""Regular expressions of JavaScript that are compared with paths, as expressions of a pattern.

Known: an expression as it stands in a config. Wanted: the same in Python's words, where both languages mean the same by
it; paths that it takes, to try things with; and the literal text that every path it takes begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product
from re import _constants as code  # type: ignore[attr-defined] # Python's own reader of expressions,
from re import _parser  # type: ignore[attr-defined] # of which its types say nothing; no other reads them as `re` does
from typing import Any

MOST = 12
"""Examples of one expression."""
# ECMA-262, section 22.2.1: what Python has not, or means otherwise by
_FOREIGN = re.compile(
    r"\\[pPkcuAZzaNU]|\{,|\(\?[^:=!<]|\(\?<[=!]|\[\^?\]|&&|--|\|\||~~|\[\["
    r"|(?<!\\)[*+?}]\+"  # possessive in Python, refused in JavaScript
)
_NAMED = re.compile(r"\(\?<([A-Za-z_]\w*)>")


def to_python(source: str) -> str | None:
    """A JavaScript expression without flags in Python's words, None where it may mean something else there."""
    text = source.replace("\\/", "/")
    if not text.isascii() or _FOREIGN.search(text):
        return None
    text = _NAMED.sub(r"(?P<\1>", text)
    try:
        re.compile(text.encode("ascii"))
    except (re.error, OverflowError, RecursionError):
        return None
    return text


_END_OF_SEGMENT = re.compile(r"\(\?[:=](?:\[[/?]{2}\]|[/?]\|\\\?)\|\$\)\Z")


def as_prefix(expression: str) -> str | None:
    """The prefix that takes the same URLs as an expression; None for one that is more than a prefix.

    `^/api(?:[/?]|$)` is `/api`, which ends at a segment, and `^/api/` is `/api/`.
    """
    body = _END_OF_SEGMENT.sub("", expression)
    parsed = _parsed(body.removeprefix("^"))
    text = "".join(chr(argument) for operation, argument in parsed if operation is code.LITERAL)
    whole = len(text) == len(parsed) and text.startswith("/") and ":" not in text
    return text if whole and (body != expression) != text.endswith("/") else None


def literal_start(expression: str) -> str:
    """What everything that the expression takes begins with; for an expression that begins with `^`."""
    return _literal(_parsed(expression))


def _literal(parsed: Iterable[tuple[Any, Any]]) -> str:
    out, ahead = "", ""
    for operation, argument in parsed:
        if operation is code.LITERAL:
            out += chr(argument)
        elif operation is code.ASSERT and argument[0] == 1 and not out:  # `(?=…)`, which takes nothing itself
            ahead = max(ahead, _literal(argument[1]), key=len)
        elif not (operation is code.AT and argument is code.AT_BEGINNING):
            break
    return max(out, ahead, key=len)


def examples(expression: str) -> list[str]:
    """Some paths that the expression takes, at most MOST; perhaps none."""
    found = re.compile(expression)
    texts = (text for text in islice(_texts(_parsed(expression)), 400) if text.startswith("/") and found.search(text))
    return list(islice(dict.fromkeys(texts), MOST))


def _parsed(expression: str) -> list[tuple[Any, Any]]:
    return list(_parser.parse(expression))


def _texts(parsed: Any) -> list[str]:
    """A few of the texts that a parsed expression takes; conditions are left to the caller to check."""
    parts = [_choices(operation, argument) for operation, argument in parsed]
    return ["".join(each) for each in islice(product(*parts), 200)]


def _choices(operation: Any, argument: Any) -> list[str]:
    """Texts for one part of an expression."""
    if operation is code.LITERAL:
        return [chr(argument)]
    if operation is code.BRANCH:
        return [text for branch in argument[1] for text in _texts(branch)][:8]
    if operation is code.SUBPATTERN:
        return _texts(argument[3])
    if operation in (code.MAX_REPEAT, code.MIN_REPEAT):
        return _repeated(*argument)
    if operation is code.IN:
        return _members(argument)
    if operation is code.ANY:
        return ["x", "/"]
    return _negated(argument) if operation is code.NOT_LITERAL else [""]


def _repeated(least: int, most: Any, part: Any) -> list[str]:
    one = _texts(part)[:3]
    counts = sorted({least, min(max(least, 1), int(most)), min(least + 3, int(most))})
    return [text * count for count in counts for text in one][:6]


def _members(items: Any) -> list[str]:
    """Characters of a class: of those that paths have, the first and the last."""
    accepted = re.compile(_class_of(items))
    fitting = [character for character in "aZ0-_.~/%x" if accepted.fullmatch(character)]
    literal = [chr(argument) for operation, argument in items if operation is code.LITERAL]
    ranges = [chr(end) for operation, argument in items if operation is code.RANGE for end in argument]
    return [*literal, *ranges, *fitting][:4] if items[0][0] is not code.NEGATE else fitting[:3]


_CATEGORY = {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
             "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W"}  # fmt: skip


def _class_of(items: Any) -> str:
    out = ""
    for operation, argument in items:
        if operation is code.NEGATE:
            out += "^"
        elif operation is code.LITERAL:
            out += re.escape(chr(argument))
        elif operation is code.RANGE:
            out += f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        else:
            out += _CATEGORY.get(str(argument), "")
    return f"[{out}]"


def _negated(argument: int) -> list[str]:
    return [character for character in "xa/" if ord(character) != argument][:2]
