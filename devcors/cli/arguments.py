"""Options of the command line in the shape of devcors.toml."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devcors.errors import UsageError


def overrides(
    *,
    frontend: str | None = None,
    routes: Iterable[str] = (),
    host: str | None = None,
    port: int | None = None,
    https: bool = False,
) -> dict[str, Any]:
    """What is laid over the files. Raises UsageError for a route without `=`."""
    found: dict[str, Any] = {}
    if frontend is not None:
        found["frontend"] = frontend
    if table := dict(_route(text) for text in routes):
        found["routes"] = table
    if host is not None or port is not None:
        shown = f"[{host}]" if host and ":" in host and not host.startswith("[") else host
        found["server"] = {"listen": f"{shown or 'localhost'}:{2677 if port is None else port}"}
    if https:
        found.setdefault("server", {})["https"] = True
    return found


def _route(text: str) -> tuple[str, str]:
    """`PATTERN=TARGET`; an expression may hold `=`, a target may in its path: the one before the scheme parts them."""
    pattern, separator, target = text.partition("=")
    for scheme in ("http://", "https://", "ws://", "wss://"):
        if f"={scheme}" in text:
            pattern, _, rest = text.partition(f"={scheme}")
            target = scheme + rest
    if not separator or not pattern or not target:
        raise UsageError(f"{text!r} is no route", hint="--route /api=http://localhost:8080")
    return pattern, target
