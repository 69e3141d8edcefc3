"""On which line of a config an entry stands, and an option of it.

A value that was evaluated does not know where it came from. So the text is looked through for the pairs that anybody
reading it would point at; what stands nowhere as it is (a key that is computed) has the file alone as its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from devcors.interop.javascript import Script

from .model import Source


@dataclass(frozen=True)
class Places:
    """The places of one file."""

    file: str
    text: str

    @cached_property
    def script(self) -> Script:
        """The text, taken apart once."""
        return Script(self.text)

    def entry(self, name: str, number: int = 0) -> Source:
        """Where the pair of this name stands, or the text in quotes; the `number`th where there are several."""
        spans = self.script.places(name)
        offsets = [start for start, _ in spans] or self.script.quoted(name)
        return self._at(offsets[min(number, len(offsets) - 1)]) if offsets else Source(self.file)

    def options(self, name: str, number: int = 0) -> Callable[[str], Source]:
        """Where an option of an entry stands; where that cannot be told, the entry."""
        spans = self.script.places(name)
        start, end = spans[min(number, len(spans) - 1)] if spans else (0, len(self.text))

        def place(option: str) -> Source:
            inside = [at for at, _ in self.script.places(option) if start < at < end] if option else []
            return self._at(inside[0]) if inside else self.entry(name, number)

        return place

    def section(self, name: str) -> Source:
        """Where the pair of this name stands; the start of the file, which lacks it, if nowhere."""
        return Source(self.file, self.entry(name).line or 1)

    def at_line(self, line: int) -> Source:
        """This line of the file."""
        return Source(self.file, line)

    def after(self, entry: Source) -> Callable[[str], Source]:
        """Where an option of the entry that begins on this line stands: the first one behind; else the entry itself."""

        def place(option: str) -> Source:
            found = [self._at(start) for start, _ in self.script.places(option)] if option else []
            return next((each for each in found if (each.line or 0) >= (entry.line or 0)), entry)

        return place

    def _at(self, offset: int) -> Source:
        return Source(self.file, self.text.count("\n", 0, offset) + 1)
