"""Lines in time with a reader: exchanges are collected on the hot path and printed a moment later, no faster than
anybody could read. What is left out is counted; JSON leaves nothing out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from devcors.traffic.record import Exchange

from .view import View

DELAY = 0.03
"""Seconds between an exchange's end and its line."""

TURN = 0.05
"""Seconds of printing after which others have a turn: of JSON nothing is left out, and a flood of it takes long."""

LINES = 60
"""Lines a second, and at once after a pause; exchanges with trouble have as many again."""

VERDICTS = 500
"""Verdicts a second that are made to find out whether there is trouble."""


class Printer(Protocol):
    """Where the lines go."""

    as_json: bool

    def exchange(self, exchange: Exchange) -> None: ...
    def left_out(self, count: int) -> None: ...
    def flush(self) -> None: ...


class Timer(Protocol):
    """What `call_later` of an event loop returns."""

    def cancel(self) -> object: ...


class Pace:
    """A journal's listener. `later` calls a function after some seconds, `now` is a clock in seconds."""

    def __init__(
        self, printer: Printer, later: Callable[[float, Callable[[], None]], Timer], now: Callable[[], float]
    ) -> None:
        self.view = View()
        self._printer = printer
        self._later = later
        self._now = now
        self._waiting: deque[Exchange] = deque()
        self._printing: Timer | None = None
        self._telling: Timer | None = None
        self._quiet = Budget(LINES, now())
        self._trouble = Budget(LINES, now())
        self._verdicts = Budget(VERDICTS, now())
        self._left_out = 0

    def exchange(self, exchange: Exchange) -> None:
        """To be printed soon."""
        self._waiting.append(exchange)
        if self._printing is None:
            self._printing = self._later(DELAY, self.flush)

    def flush(self) -> None:
        """Prints what waits, for a while; what is left then has its next turn after everybody else's."""
        if self._printing is not None:
            self._printing.cancel()
            self._printing = None
        self._fill()
        end = self._now() + TURN
        while self._waiting and self._now() < end:
            exchange = self._waiting.popleft()
            if not self.view.wants(exchange):
                continue
            if self._printer.as_json or self._has_line(exchange):
                self._printer.exchange(exchange)
            else:
                self._left_out += 1
        self._printer.flush()
        if self._waiting:
            self._printing = self._later(0, self.flush)
        if self._left_out and self._telling is None:
            self._telling = self._later(1.0, self._tell_left_out)

    def _fill(self) -> None:
        now = self._now()
        for budget in (self._quiet, self._trouble, self._verdicts):
            budget.fill(now)

    def _has_line(self, exchange: Exchange) -> bool:
        """In a flood not every verdict is made to find out whether somebody will look for the line."""
        if exchange.error is not None or (exchange.status or 500) >= 400:
            return self._trouble.take()
        if exchange.is_cross_origin and self._verdicts.take() and exchange.blocked:
            return self._trouble.take()
        return self._quiet.take()

    def _tell_left_out(self) -> None:
        self._telling = None
        count, self._left_out = self._left_out, 0
        self._printer.left_out(count)
        self._printer.flush()

    def close(self) -> None:
        """Prints what waits, and what was left out."""
        self.flush()
        while self._waiting:
            self.flush()
        if self._telling is not None:
            self._telling.cancel()
            self._tell_left_out()


class Budget:
    """So many at once, and so many a second after that."""

    def __init__(self, rate: int, now: float) -> None:
        self._rate = self._left = float(rate)
        self._filled = now

    def fill(self, now: float) -> None:
        """Adds what has become free by `now`, in seconds."""
        self._left = min(self._rate, self._left + (now - self._filled) * self._rate)
        self._filled = now

    def take(self) -> bool:
        """Whether there is one left, which is then taken."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
