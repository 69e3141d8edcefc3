"""Values as YAML in block style, for a template to put in at a depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from devcors.interop.exports.writing import printable
from devcors.interop.rendering import quoted

_NAME = re.compile("[A-Za-z][A-Za-z0-9_.]*")
_WORDS = frozenset(["y", "yes", "n", "no", "on", "off", "true", "false", "null"])


def block(value: Any, depth: int) -> str:
    """Mappings and lists of strings, numbers and booleans, one entry a line, `depth` blanks before each.

    Raises UsageError for a control character in a string.
    """
    return "\n".join(" " * depth + line for line in _lines(value))


def _lines(value: dict[str, Any] | list[Any]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _under(f"{_key(key)}:", item, "  ")
    else:
        for item in value:
            if item and isinstance(item, dict | list):
                first, *rest = _lines(item)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
            else:
                yield f"- {_one(item)}"


def _under(head: str, item: Any, step: str) -> Iterator[str]:
    if item and isinstance(item, dict | list):
        yield head
        yield from (step + line for line in _lines(item))
    else:
        yield f"{head} {_one(item)}"


def _key(name: str) -> str:
    # YAML 1.1 takes some words for a boolean or nothing
    return name if _NAME.fullmatch(name) and name.lower() not in _WORDS else quote(name)


def _one(value: Any) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return str(value).lower()


def quote(text: str) -> str:
    """A string in double quotes that means itself."""
    return quoted(printable(text, "Envoy"))
