"""The list of what is known to differ: one line each, `GROUP-OR-ID BROWSER FIELD REASON`.

FIELD may be `*`. Blank lines and lines that begin with `#` say nothing. Every line must have its reason, and must still
differ: a line that matches no disagreement is a failure like a disagreement that no line matches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Comparison(NamedTuple):
    """What a browser answered beside what the rules say, for one field of one step."""

    case: str
    group: str
    browser: str
    step: int
    field: str
    expected: object
    got: object

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.expected == self.got


@dataclass(frozen=True, slots=True)
class Known:
    """One line of the list."""

    selector: str
    browser: str
    field: str
    reason: str

    def covers(self, found: Comparison) -> bool:
        """Whether the line speaks of this disagreement."""
        return (
            self.selector in (found.case, found.group)
            and self.browser == found.browser
            and self.field in ("*", found.field)
        )

    def __str__(self) -> str:
        return f"{self.selector} {self.browser} {self.field}"


def read_known(path: Path) -> list[Known]:
    """The list in a file. Raises ValueError for a line without its four parts."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(maxsplit=3)
        if len(parts) < 4 or parts[1] not in ("chromium", "firefox"):
            raise ValueError(f"{path}:{number}: expected GROUP-OR-ID BROWSER FIELD REASON")
        found.append(Known(*parts))
    return found


def unexplained(disagreements: Iterable[Comparison], known: Iterable[Known]) -> list[Comparison]:
    """The disagreements that no line covers."""
    lines = list(known)
    return [found for found in disagreements if not any(line.covers(found) for line in lines)]


def outdated(disagreements: Iterable[Comparison], known: Iterable[Known]) -> list[Known]:
    """The lines that cover no disagreement."""
    found = list(disagreements)
    return [line for line in known if not any(line.covers(one) for one in found)]
