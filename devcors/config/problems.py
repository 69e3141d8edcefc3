"""What is wrong with a configuration, as it is shown: where, what, the line itself with a caret, and the next step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from devcors.errors import ConfigError, DevcorsError

from .positions import Path

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal.

    file: as it is shown. path: of the key in the file, empty for a fault of the syntax. line, column: from 1, in
    characters; both 0 where the source has no lines (the command line). width: characters to underline.
    """

    file: str
    path: Path
    message: str
    hint: str | None = None
    line: int = 0
    column: int = 0
    width: int = 1
    source_line: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [f"{where}: {self.message}" if where else self.message, *self._excerpt()]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """For the admin API; `line` and `column` are null where the source has no lines."""
        return {
            "file": self.file,
            "line": self.line or None,
            "column": self.column or None,
            "width": self.width,
            "message": self.message,
            "hint": self.hint,
            "source_line": self.source_line,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Problem:
        """What `to_json` gave; the path in the file is not among it."""
        place = (told["line"] or 0, told["column"] or 0, told["width"])
        return cls(told["file"], (), told["message"], told["hint"], *place, told["source_line"])

    def _excerpt(self) -> list[str]:
        if not self.line:
            return []
        before = self.source_line[: self.column - 1]
        # tabs stay, so that the caret stands under its text however wide the terminal makes them
        margin = "".join("\t" if character == "\t" else " " for character in before)
        # what is shown must not be able to steer the terminal
        shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", self.source_line)
        return [f"{self.line:>4} | {shown}", f"{'':>4} | {margin}{'^' * max(self.width, 1)}"]


def problems_of(error: DevcorsError) -> tuple[Problem, ...]:
    """What an error says, as a list of problems: one without a place where it is not about a line of a file."""
    if isinstance(error, InvalidConfig):
        return error.problems
    return (Problem(error.where or "", (), error.message, error.hint),)


class InvalidConfig(ConfigError):  # noqa: N818 - it is caught by its base, ConfigError
    """A configuration that is refused, with everything that is wrong with it, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(map(str, self.problems)))
