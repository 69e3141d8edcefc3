"""Routes of a tool that takes the first entry, in the order in which devcors prefers them.

Known: the other tool goes through its entries from the top; devcors takes the most specific pattern, and expressions
last (`routing.table`). Wanted: the same route for every path. An entry that is never reached is left out, and said to
be; a prefix that stands behind an expression which may take the same path becomes an expression itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from devcors.errors import PatternError
from devcors.routing.pattern import parse_pattern

from .expressions import literal_start
from .model import Entry, Remark


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries with routes that devcors tries in the same order, as far as they take the same paths."""
    out: list[Entry] = []
    before: list[tuple[str, str]] = []  # name and pattern, as they are when nothing stands before them
    for entry in entries:
        first = next((name for name, pattern in before if any(_hides(pattern, own) for own, _ in entry.routes)), None)
        if first is not None:
            text = f'never reached: "{first}" stands before it and takes the same paths'
            out.append(replace(entry, routes=(), remarks=(*entry.remarks, Remark("", text, entry.source))))
            continue
        crossed = any(_overlaps(expression, own) for _, expression in before for own, _ in entry.routes)
        routes = tuple(_as_expression(*route) for route in entry.routes) if crossed else entry.routes
        out.append(replace(entry, routes=routes))
        before += [(entry.name, pattern) for pattern, table in entry.routes if "match" not in table]
    return tuple(out)


def _hides(first: str, later: str) -> bool:
    """Whether whatever the later pattern takes is taken by the first one."""
    if first == later:
        return True
    if first.startswith("^") or ":" in first:
        return False
    start = literal_start(later) if later.startswith("^") else later
    return start == first or start.startswith(f"{first.rstrip('/')}/")


def _overlaps(expression: str, prefix: str) -> bool:
    """Whether an expression may take a path that the prefix takes, too."""
    if not expression.startswith("^") or prefix.startswith("^"):
        return False
    start, literal = literal_start(expression), prefix.partition("/:")[0]
    return start.startswith(literal) or literal.startswith(start)


def _as_expression(pattern: str, table: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same route as an expression: a prefix that ends at a segment."""
    if pattern.startswith("^"):
        return pattern, table
    rewrite = table.get("rewrite")
    whole = pattern.endswith("/:path*") and ":path" not in (rewrite or "")
    literal = pattern.removesuffix("/:path*") if whole else pattern
    if parse_pattern(literal or "/").names:
        raise PatternError(f'"{pattern}" cannot be made an expression')
    bare = re.escape(literal.rstrip("/"))
    if whole:  # all of the path is taken, and becomes what the rewrite says
        return f"^{bare}(?:/.*)?$", table
    expression = f"^{bare}/" if pattern.endswith("/") else f"^{bare}(?=/|$)"
    if rewrite is None:
        return expression, table
    # what an expression took is replaced as it is: the slash behind comes with the rest of the path, or with the prefix
    ended = f"{rewrite.rstrip('/')}/" if pattern.endswith("/") else rewrite.rstrip("/")
    return expression, {**table, "rewrite": ended}
