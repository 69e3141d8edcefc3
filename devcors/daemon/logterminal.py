"""What a devcors in the background says, for its log; until it serves also for whoever started it."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from rich.text import Text

from .logfile import LogFile, stamped
from .terminal import Terminal

Tell = Callable[[str, str], None]
"""A message and its style."""


class LogTerminal(Terminal):
    """A terminal that is a file of JSON lines: records, `{time, message, style}`, and `{time, output}` of the child."""

    def __init__(self, log: LogFile, tell: Tell | None = None) -> None:
        super().__init__(as_json=True, out=io.StringIO(), err=io.StringIO())
        self.log = log
        self.tell = tell
        self._output = codecs.getincrementaldecoder("utf-8")("replace")

    def message(self, text: str | Text, style: str = "") -> None:
        """A message of devcors itself."""
        plain = text.plain if isinstance(text, Text) else text
        self.log.add(stamped(message=plain, style=style))
        self.log.flush()
        if self.tell is not None:
            self.tell(plain, style)

    def child_output(self, data: bytes) -> None:
        """The dev server's own words, colours too."""
        if text := self._output.decode(data):
            self.log.add(stamped(output=text))
            self.log.flush()

    def record(self, record: Mapping[str, Any]) -> None:
        """One exchange; `flush` writes it."""
        self.log.add(json.dumps(record, ensure_ascii=False))

    def left_out(self, count: int) -> None:
        """A log leaves nothing out: `as_json` says so."""

    def flush(self) -> None:
        """What was added is in the file now, if it can be."""
        self.log.flush()
