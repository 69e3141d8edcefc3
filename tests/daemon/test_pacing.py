"""Lines no faster than they can be read; nothing is left out without a word, and nothing at all of JSON."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devcors.daemon.pacing import DELAY, LINES, TURN, Pace
from devcors.traffic.record import Exchange


class Time:
    """A clock and timers; nothing happens but by `pass_`."""

    def __init__(self) -> None:
        self.now = 50.0
        self.timers: list[Timer] = []

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        timer = Timer(self.now + seconds, call)
        self.timers.append(timer)
        return timer

    def pass_(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.at <= end and not timer.cancelled]:
            timer = min(due, key=lambda timer: timer.at)
            self.timers.remove(timer)
            self.now = timer.at
            timer.call()
        self.now = end


class Timer:
    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at, self.call, self.cancelled = at, call, False

    def cancel(self) -> None:
        self.cancelled = True


class Page:
    """A printer that remembers: numbers of exchanges, and what was said of those left out."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.lines: list[int | str] = []
        self.flushed = 0

    def exchange(self, exchange: Exchange) -> None:
        self.lines.append(exchange.id)

    def left_out(self, count: int) -> None:
        self.lines.append(f"{count} left out")

    def flush(self) -> None:
        self.flushed = len(self.lines)

    @property
    def seen(self) -> list[int | str]:
        return self.lines[: self.flushed]

    @property
    def told(self) -> int:
        """How many exchanges the page accounts for."""
        return sum(1 if isinstance(line, int) else int(line.split()[0]) for line in self.lines)


class Run:
    def __init__(self, *, as_json: bool = False) -> None:
        self.time = Time()
        self.page = Page(as_json=as_json)
        self.pace = Pace(self.page, self.time.later, lambda: self.time.now)
        self.count = 0

    def ends(self, number: int = 1, status: int | None = 200, error: str | None = None) -> None:
        """So many exchanges end."""
        for _ in range(number):
            self.count += 1
            self.pace.exchange(
                Exchange(
                    id=self.count,
                    lane="gateway",
                    kind="http",
                    method="GET",
                    url="http://localhost/",
                    target=None,
                    route=None,
                    origin=None,
                    started=0.0,
                    status=status,
                    error=error,
                )
            )


def test_lines_are_printed_a_moment_later_together_and_in_order() -> None:
    run = Run()
    run.ends(3)
    assert not run.page.lines
    run.time.pass_(DELAY / 2)
    run.ends(2)
    assert len(run.time.timers) == 1
    run.time.pass_(DELAY / 2)
    assert run.page.seen == [1, 2, 3, 4, 5]
    assert not run.time.timers


def test_a_flood_of_json_leaves_others_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(as_json=True)

    def slowly(exchange: Exchange) -> None:
        run.time.now += TURN / 9.5  # a clock counts in steps of its own
        run.page.lines.append(exchange.id)

    monkeypatch.setattr(run.page, "exchange", slowly)
    run.ends(100)
    run.time.pass_(DELAY)
    assert len(run.page.seen) == 10
    assert len(run.time.timers) == 1
    run.ends(5)
    run.time.pass_(2 * TURN)
    assert len(run.page.seen) == 20
    run.pace.close()
    assert run.page.seen == list(range(1, 106))


def test_what_nobody_could_read_is_left_out_and_told() -> None:
    run = Run()
    run.ends(LINES + 30)
    run.time.pass_(DELAY)
    assert run.page.seen == list(range(1, LINES + 1))
    run.time.pass_(1)
    assert run.page.seen[LINES:] == ["30 left out"]
    assert not run.time.timers


def test_so_many_lines_a_second_are_printed_for_ever() -> None:
    run = Run()
    for _ in range(1000):
        run.ends(LINES // 10)
        run.time.pass_(0.1)
    run.time.pass_(1)
    assert run.page.seen == list(range(1, run.count + 1))


def test_twice_as_many_lose_every_other() -> None:
    run = Run()
    for _ in range(100):
        run.ends(2 * LINES // 10)
        run.time.pass_(0.1)
    run.time.pass_(2)
    printed = [line for line in run.page.lines if isinstance(line, int)]
    assert printed == sorted(printed)
    assert 10 * LINES <= len(printed) <= 12 * LINES
    assert run.page.told == run.count


@pytest.mark.parametrize(("status", "error"), [(404, None), (502, "no"), (None, None), (200, "no")])
def test_trouble_is_printed_beside_a_flood(status: int | None, error: str | None) -> None:
    run = Run()
    run.ends(10 * LINES)
    run.ends(1, status, error)
    run.time.pass_(DELAY)
    assert run.page.seen[-1] == run.count
    run.ends(2 * LINES, status, error)  # but trouble has an end too
    run.time.pass_(3)
    assert run.page.told == run.count
    assert sum(isinstance(line, int) for line in run.page.lines) <= 4 * LINES


def test_json_is_complete() -> None:
    run = Run(as_json=True)
    run.ends(20 * LINES)
    run.time.pass_(DELAY)
    assert run.page.seen == list(range(1, run.count + 1))


def test_a_pause_fills_the_budget_but_no_more_than_it() -> None:
    run = Run()
    run.ends(LINES)
    run.time.pass_(100)
    run.ends(2 * LINES)
    run.time.pass_(2)
    assert run.page.told == run.count
    assert sum(isinstance(line, int) for line in run.page.lines) == 2 * LINES


def test_what_is_left_out_while_the_last_count_is_told_is_told_too() -> None:
    run = Run()
    run.ends(3 * LINES)
    run.time.pass_(0.5)
    run.ends(3 * LINES)
    run.time.pass_(10)
    assert run.page.told == run.count
    assert run.page.flushed == len(run.page.lines)
    assert not run.time.timers


def test_a_line_does_not_wait_until_the_count_is_told() -> None:
    run = Run()
    run.ends(3 * LINES)
    run.time.pass_(0.5)
    run.ends()
    run.time.pass_(DELAY)
    assert run.page.seen[-1] == run.count


def test_the_end_prints_what_waits_and_tells_what_was_left_out() -> None:
    run = Run()
    run.ends(LINES + 5)
    run.pace.close()
    assert run.page.lines[-2:] == [LINES, "5 left out"]
    assert all(timer.cancelled for timer in run.time.timers)
    quiet = Run()
    quiet.pace.close()
    assert not quiet.page.lines
