"""Templates of the text that this package makes, and strings as several languages write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any


def render(template: str, filters: Mapping[str, Callable[..., str]], values: Mapping[str, Any]) -> str:
    """The template, named by its path in this package, with these values; nothing undefined passes."""
    return str(_template(template, tuple(filters.items())).render(**values))


@lru_cache
def _template(template: str, filters: tuple[tuple[str, Callable[..., str]], ...]) -> Any:
    from jinja2 import Environment, StrictUndefined

    # what is made is a config or source code, not HTML: the filters do the quoting
    environment = Environment(  # noqa: S701 - no HTML is made
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters.update(filters)
    return environment.from_string(files(__package__).joinpath(template).read_text("utf-8"))


def quoted(text: str) -> str:
    """A string in double quotes, as TOML 1.0 ("String") and YAML 1.2 (section 5.7) both read it.

    JSON's escapes, and one for whatever else an editor would not show as it is.
    """
    whole = text.encode("utf-8", "replace").decode()
    return "".join(
        character if character.isprintable() else f"\\U{ord(character):08x}"
        for character in json.dumps(whole, ensure_ascii=False)
    )
