"""Next's way with a rewrite, written down once more by itself: what path-to-regexp makes of a pattern, in Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

from devcors.interop.imports.nextjs.syntax import Key, Token, parse


def matched(source: str, path: str) -> dict[str, str] | None:
    """What varies, by name, where Next takes the path; of several segments, all with their slashes between."""
    found = re.compile(_expression(parse(source)), re.IGNORECASE).fullmatch(path)
    return None if found is None else {name: text for name, text in found.groupdict().items() if text is not None}


def _expression(tokens: Sequence[Token]) -> str:
    """tokensToRegexp with `strict`, and a slash at the end that does not count, as Next adds it."""
    return "".join(re.escape(token) if isinstance(token, str) else _of_key(token) for token in tokens) + "/?"


def _of_key(key: Key) -> str:
    before, after = re.escape(key.prefix), re.escape(key.suffix)
    if not key.pattern:
        return f"(?:{before}{after}){key.modifier}"
    name = f"?P<{key.name}>" if isinstance(key.name, str) else ""
    if key.modifier in ("*", "+") and (before or after):
        optional = "?" if key.modifier == "*" else ""
        repeated = f"(?:{key.pattern})(?:{after}{before}(?:{key.pattern}))*"
        return f"(?:{before}({name}{repeated}){after}){optional}"
    return f"(?:{before}({name}{key.pattern}){after}){key.modifier}"


def compiled(destination: str, captured: dict[str, str]) -> str:
    """The path of the destination, for a destination that has no query and whose names are all captured."""
    out = ""
    for token in parse(destination):
        if isinstance(token, str):
            out += token
        elif str(token.name) in captured:
            out += token.prefix + captured[str(token.name)] + token.suffix
    return out or "/"
