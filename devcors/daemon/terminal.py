"""What a running devcors prints: results (exchanges) to stdout, messages to stderr, the child's output in between."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from devcors.errors import ConfigError, DevcorsError
from devcors.traffic.lines import details, is_blocked, line

if TYPE_CHECKING:  # `devcors logs` has no exchanges, and starts in half the time without
    from devcors.traffic.record import Exchange


class Terminal:
    """Prints for people, or with `as_json` one record a line on stdout and nothing else there."""

    def __init__(self, *, as_json: bool, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self.as_json = as_json
        self._out_file = out or sys.stdout
        self._out = Console(file=self._out_file, highlight=False, soft_wrap=True, no_color=_no_colour())
        self._err = Console(file=err or sys.stderr, highlight=False, soft_wrap=True, no_color=_no_colour())
        self._last: tuple[object, ...] = ()
        self._repeats = 1
        self._rows = 1
        # a character may come in two pieces
        self._child_text = codecs.getincrementaldecoder("utf-8")("replace")

    def message(self, text: str | Text, style: str = "") -> None:
        """A message of devcors itself; plain text, never markup."""
        self._last = ()
        self._err.print(text if isinstance(text, Text) else Text(text, style))

    def error(self, error: DevcorsError) -> None:
        """What went wrong, where and why, and the next step."""
        # a problem in a file begins with its place, as compilers have it, so that editors find it
        self.message(str(error) if isinstance(error, ConfigError) else f"error: {error}", "red")
        if error.hint:
            self.message(f"hint: {error.hint}")

    def child_output(self, data: bytes) -> None:
        """The dev server's own words, untouched; beside JSON they go to stderr."""
        self._last = ()
        stream = self._err.file if self.as_json else self._out_file
        stream.write(self._child_text.decode(data))
        stream.flush()

    def exchange(self, exchange: Exchange) -> None:
        """One line, or a count at the end of the last one where it repeats."""
        self.record(exchange.to_json())

    def record(self, record: Mapping[str, Any]) -> None:
        """The same from the record's JSON, as a log has it. KeyError where it is none."""
        if self.as_json:
            self._out_file.write(json.dumps(record, ensure_ascii=False) + "\n")
            return
        more = details(record)
        key = (*(record[name] for name in ("method", "url", "status", "route", "error")), is_blocked(record))
        repeated = key == self._last and not more and self._out.is_terminal
        self._repeats = self._repeats + 1 if repeated else 1
        self._last = key
        text = line(record, self._repeats)
        if repeated:
            # back to where the line that repeats begins, and over it (ECMA-48: CUU, ED)
            self._out_file.write(f"\x1b[{self._rows}A\x1b[J")
        self._rows = -(-text.cell_len // self._out.width)
        self._out.print(text)
        for detail in more:
            self._out.print(detail)

    @property
    def has_keys(self) -> bool:
        """Whether somebody sits here who may press keys."""
        return not self.as_json and self._out.is_terminal and sys.stdin is not None and sys.stdin.isatty()

    def clear(self) -> None:
        """An empty screen (ECMA-48: CUP, ED)."""
        self._last = ()
        self._out_file.write("\x1b[H\x1b[2J")
        self._out_file.flush()

    def left_out(self, count: int) -> None:
        """So many exchanges have no line of their own: they came faster than anybody reads."""
        self._last = ()
        self._out.print(Text(f"         … and {count:,} more", "dim"))

    def flush(self) -> None:
        """What was printed is seen now, by a reader at the other end of a pipe too."""
        self._out_file.flush()


def _no_colour() -> bool | None:
    """https://no-color.org: any value that is not empty; CI logs are no terminals either."""
    return True if os.environ.get("NO_COLOR") or os.environ.get("CI") else None
