"""The kinds of values that the schema's keys have: each a type, with the checks of `values` and `addresses` on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StrictInt,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from . import addresses
from . import values as check
from .durations import DURATION_PATTERN, parse_duration


def refuse(message: str, hint: str | None = None) -> PydanticCustomError:
    """An error whose message stands as written; `problems` shows the hint below it."""
    return PydanticCustomError("devcors", "{message}", {"message": message, "hint": hint})


def _refusing(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Turns a BadValue into a refusal that keeps its words."""

    def run(given: Any) -> Any:
        try:
            return function(given)
        except check.BadValue as error:
            raise refuse(str(error), error.hint) from None

    return run


def first(function: Callable[[Any], Any]) -> BeforeValidator:
    """A check of whatever stands in the file."""
    return BeforeValidator(_refusing(function))


def then(function: Callable[[str], str]) -> AfterValidator:
    """A check of what is a string already."""
    return AfterValidator(_refusing(function))


def from_folder(given: bool | str, info: ValidationInfo) -> bool | str:
    """A path of the config, which is relative to the config's own folder."""
    folder = (info.context or {}).get("folder")
    return str(Path(folder, given)) if folder and isinstance(given, str) else given


def kind(given: Any) -> str:
    """Which side of a word-or-more key is meant, so that only that side's errors are told."""
    if isinstance(given, str):
        return "word"
    return "list" if isinstance(given, (list, tuple)) else "table"


Duration = Annotated[
    float,
    first(parse_duration),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"type": "number", "minimum": 0}]}),
]
Url = Annotated[str, first(addresses.target_url)]
HeaderName = Annotated[str, then(check.header_name)]
Methods = tuple[Annotated[str, then(check.method)], ...]
Echoed = Literal["request"]
MethodSetting = Annotated[
    Annotated[Echoed, Tag("word")] | Annotated[Methods, Tag("list")],
    Discriminator(kind),
    first(check.echo_or_list),
]
HeaderSetting = Annotated[
    Annotated[Echoed, Tag("word")] | Annotated[tuple[HeaderName, ...], Tag("list")],
    Discriminator(kind),
    first(check.echo_or_list),
]
HeaderValue = Annotated[str, then(check.header_value)]
HeaderEdits = dict[Annotated[str, then(check.edited_header_name)], HeaderValue]
CookieAttribute = Annotated[str, then(check.cookie_attribute)]
Origins = Annotated[tuple[Annotated[str, then(addresses.origin)], ...], first(addresses.origins)]
SameSite = Annotated[
    Literal["strict", "lax", "none", ""],
    BeforeValidator(check.lower),
    WithJsonSchema({"enum": ["strict", "lax", "none", "", "Strict", "Lax", "None"]}),
]
MaxAge = Annotated[StrictInt, Field(ge=0)]
