"""Values as JavaScript: literals, regular expressions, and what those make of what they find."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .description import Edit, Note, Rewriting, Route
from .writing import printable

_BARE_SLASH = re.compile(r"(\\.)|/")
_NAME = re.compile("[A-Za-z_$][A-Za-z0-9_$]*")
# ECMA-262, section 22.2.1, has none of them, or means something else by them
_UNKNOWN = re.compile(r"\(\?(?:P=|\(|#|>|[aiLmsux-]+[:)])|\\[AZ]|[*+?}]\+|\[\^?\]|\{,[0-9]|[^\x20-\x7e]")


class Code(str):
    """Text that is written as it stands."""

    __slots__ = ()


def string(text: str) -> str:
    """A string in single quotes. Raises UsageError for a control character."""
    inner = json.dumps(printable(text, "JavaScript"))[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def expression(regex: str) -> str:
    """A literal for one of the expressions of a description."""
    flags = "i" if regex.startswith("(?i)") else ""
    escaped = _BARE_SLASH.sub(lambda found: found[1] or "\\/", source(regex))
    return f"/{escaped}/{flags}"


def source(regex: str) -> str:
    """The text of an expression, as `new RegExp` takes it."""
    return regex.removeprefix("(?i)").replace("(?P<", "(?<")


def beyond_javascript(route: Route) -> Iterable[Note]:
    """`left_out` of a target whose expressions are JavaScript's."""
    if _UNKNOWN.search(route.path):
        yield Note(route.place, "its expression holds what JavaScript's have not: it is left out")


def replacement(parts: tuple[str | int, ...]) -> str:
    """What an expression's find becomes, for `String.prototype.replace`."""
    made = ""
    for part, behind in zip(parts, (*parts[1:], ""), strict=True):
        # ECMA-262, section 22.1.3.19.1: a second digit belongs to the group's number
        wide = isinstance(behind, str) and behind[:1].isdigit()
        made += part.replace("$", "$$") if isinstance(part, str) else f"${part:02}" if wide else f"${part}"
    return made


def pair(edit: Edit | Rewriting) -> Code:
    """An expression, and what its find becomes."""
    return Code(f"[{expression(edit.regex)}, {string(replacement(edit.parts))}]")


def literal(value: Any, depth: int = 0) -> str:
    """A value; entries of objects one a line, `depth` blanks deep. Keys stay in order; `...` spreads what it has."""
    lines = list(_lines(value))
    return "\n".join([lines[0], *(" " * depth + line if line else line for line in lines[1:])])


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Code):
        yield from value.split("\n")
    elif isinstance(value, str):
        yield string(value)
    elif isinstance(value, bool | int | float):
        yield json.dumps(value)
    elif isinstance(value, dict):
        yield from _object(value)
    else:
        yield f"[{', '.join(map(_inline, value))}]"


def _inline(value: Any) -> str:
    """A value in one line."""
    if not isinstance(value, dict):
        return literal(value)
    return f"{{ {', '.join(f'{_key(key)}: {_inline(item)}' for key, item in value.items())} }}"


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else string(name)


def _object(value: dict[str, Any]) -> Iterator[str]:
    if not value:
        yield "{}"
        return
    yield "{"
    for key, item in value.items():
        first, *rest = _lines(item)
        lines = [f"...{first}" if key == "..." else f"{_key(key)}: {first}", *rest]
        yield from (f"  {line}" if line else line for line in lines[:-1])
        yield f"  {lines[-1]},"
    yield "}"
