"""What all targets need to turn a `Site` into text: their templates, comments, and values that cannot be quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from devcors.errors import UsageError

from .description import Note

FOREVER = 7 * 24 * 3600
"""Seconds to write where devcors has no limit and a server wants one."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Output:
    """The text of a config, and what it leaves out or has otherwise."""

    text: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How a target writes one key of devcors.toml; an empty `written` means that it cannot, and `remark` says why."""

    key: str
    written: str
    remark: str = ""


def render(target: str, filters: Mapping[str, Callable[..., str]], values: Mapping[str, Any]) -> str:
    """The target's template with these values; nothing undefined passes."""
    return str(_template(target, tuple(filters.items())).render(**values))


@lru_cache
def _template(target: str, filters: tuple[tuple[str, Callable[..., str]], ...]) -> Any:
    from jinja2 import Environment, StrictUndefined

    # what is made is a server's config, not HTML: the filters do the quoting
    environment = Environment(  # noqa: S701 - no HTML is made
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters.update({"comment": comment, **dict(filters)})
    return environment.from_string(files(__package__).joinpath(target, f"{target}.j2").read_text("utf-8"))


def comment(text: object) -> str:
    """Text that stays within a comment of one line, in any target."""
    # Apache goes on with the next line after a backslash; Caddy puts variables of the environment even into comments
    return _CONTROL.sub("?", str(text)).replace("{$", "{ $").rstrip("\\")


def printable(text: str, target: str) -> str:
    """The text itself. Raises UsageError for a control character, which no config can hold."""
    if _CONTROL.search(text):
        raise refused(text, target, "a control character")
    return text


def refused(text: str, target: str, what: str) -> UsageError:
    """For a value that the target's language has no way to write."""
    return UsageError(f"{target} cannot write {text!r}: it holds {what}", hint="change the value, or leave it out")


def filled(parts: Iterable[str | int], text: Callable[[str], str], group: Callable[[int], str]) -> str:
    """The parts of a rewriting or an edit in a target's own words."""
    return "".join(text(part) if isinstance(part, str) else group(part) for part in parts)
