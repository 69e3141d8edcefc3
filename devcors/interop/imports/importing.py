"""The way in: another tool's config in, routes of devcors out."""

from __future__ import annotations

from typing import Any

from .model import Imported, Routes


def document(imported: Imported) -> dict[str, Any]:
    """The keys of a devcors.toml for what was imported."""
    out: dict[str, Any] = {}
    if imported.frontend is not None:
        out["frontend"] = imported.frontend
    out["routes"] = routes_table(imported.routes)
    return out


def routes_table(routes: Routes) -> dict[str, Any]:
    """`[routes]`: a URL where a table says no more than its target, an array where several have one pattern."""
    by_pattern: dict[str, list[Any]] = {}
    for pattern, table in routes:
        by_pattern.setdefault(pattern, []).append(table["target"] if set(table) == {"target"} else table)
    return {
        pattern: tables[0]
        if len(tables) == 1
        else [{"target": each} if isinstance(each, str) else each for each in tables]
        for pattern, tables in by_pattern.items()
    }
