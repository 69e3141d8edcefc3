"""What libraries log, told in our form: one line and a hint; the traceback only for whoever looks for it."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from .terminal import Terminal

DEBUG = "DEVCORS_DEBUG"


class TerminalHandler(logging.Handler):
    """Warnings and errors of mitmproxy and asyncio. An error there is a fault of devcors, and says so."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.WARNING)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        """One message; never raises."""
        fault = record.levelno >= logging.ERROR
        first = record.getMessage().partition("\n")[0]
        raised = record.exc_info[1] if record.exc_info else None
        cause = f": {type(raised).__name__}: {raised}" if raised else ""
        self._terminal.message(f"{'internal fault' if fault else 'note'}: {first}{cause}", "red" if fault else "yellow")
        if os.environ.get(DEBUG) and record.exc_info:
            self._terminal.message("".join(traceback.format_exception(*record.exc_info)))
        elif fault:
            self._terminal.message(f"hint: run it again with {DEBUG}=1 and report what it prints")


@contextmanager
def logging_to(terminal: Terminal) -> Iterator[None]:
    """While the block runs, what libraries log goes to the terminal."""
    handler, root = TerminalHandler(terminal), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
