"""Whatever was set before, however devcors ends, whoever changed what meanwhile: the right setting stands afterwards.

Real gsettings and dconf on a session bus of their own, and the real command.
"""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable

import pytest

from tests.support.gnome import MANUAL, NONE, SCHEMA, SCRIPT, Gnome, Setting
from tests.support.proxied import Proxied, until

BEFORE = {"none": NONE, "manual": MANUAL, "pac": SCRIPT}
MEANWHILE: dict[str, Setting] = {
    "unchanged": {},
    "another script": {f"{SCHEMA} autoconfig-url": "'http://users.own.test/x.pac'"},
    "switched off": {f"{SCHEMA} mode": "'none'"},
    "by hand": {f"{SCHEMA} mode": "'manual'", f"{SCHEMA}.http host": "'users.own.test'"},
}


def by_signal(number: int) -> Callable[[Proxied], None]:
    def end(proxied: Proxied) -> None:
        proxied.signal(number)
        assert proxied.wait() == 0

    return end


def by_itself(proxied: Proxied) -> None:
    proxied.go()
    assert proxied.wait() == 0


def by_an_exception(proxied: Proxied) -> None:
    proxied.go()
    assert proxied.wait() == 1


def killed(proxied: Proxied) -> None:
    assert proxied.watchdogs(proxied.pid)
    proxied.signal(signal.SIGKILL)
    proxied.wait()
    until(lambda: not proxied.journal.exists())


def killed_with_the_watchdog(proxied: Proxied) -> None:
    _nobody_left(proxied)
    _next_command_gives_back(proxied)


def power_cut(proxied: Proxied) -> None:
    _nobody_left(proxied)
    proxied.after_a_power_cut()
    _next_command_gives_back(proxied)


def _nobody_left(proxied: Proxied) -> None:
    proxied.kill_watchdogs()
    set_now = proxied.gnome.now()
    proxied.signal(signal.SIGKILL)
    proxied.wait()
    assert proxied.gnome.now() == set_now


def _next_command_gives_back(proxied: Proxied) -> None:
    ran = proxied.devcors("config", "path")
    assert ran.code == 0
    assert "had left the system's proxy set" in ran.err
    assert proxied.devcors("config", "path").err == ""


ENDS = {
    "exit": by_itself,
    "SIGINT": by_signal(signal.SIGINT),
    "SIGTERM": by_signal(signal.SIGTERM),
    "SIGHUP": by_signal(signal.SIGHUP),
    "exception": by_an_exception,
    "kill -9": killed,
    "kill -9 of both": killed_with_the_watchdog,
    "power cut": power_cut,
}
CASES = [
    *((before, end, meanwhile, "") for before, end, meanwhile in itertools.product(BEFORE, ENDS, list(MEANWHILE)[:2])),
    *(("manual", end, meanwhile, "") for end, meanwhile in itertools.product(ENDS, list(MEANWHILE)[2:])),
    *((before, end, "unchanged", "second") for before, end in zip(itertools.cycle(BEFORE), ENDS, strict=False)),
]


@pytest.mark.parametrize(("before", "end", "meanwhile", "second"), CASES, ids=lambda word: word or "alone")
def test_the_right_setting_stands_afterwards(
    gnome: Gnome, proxied: Proxied, before: str, end: str, meanwhile: str, second: str
) -> None:
    at_first = gnome.begin(BEFORE[before])
    proxied.up("--system-proxy", broken=end == "exception", ending=end == "exit")
    owner, while_set = proxied.pid, gnome.now()
    assert while_set != at_first
    if second:
        _a_second_one_does_not_disturb(proxied, while_set)
    gnome.set(MEANWHILE[meanwhile])
    ENDS[end](proxied)
    assert gnome.now() == _expected(at_first, meanwhile)
    assert not proxied.journal.exists()
    until(lambda: not proxied.watchdogs(owner))


def _expected(at_first: list[str], meanwhile: str) -> list[str]:
    """As it was, but what the user set; a script of the user's own counts only while scripts are on."""
    changed = dict(MEANWHILE[meanwhile])
    if meanwhile == "another script":
        changed[f"{SCHEMA} mode"] = "'auto'"
    kept = [line for line in at_first if " ".join(line.split(" ")[:2]) not in changed]
    return sorted([*kept, *(f"{key} {value}" for key, value in changed.items())])


def _a_second_one_does_not_disturb(proxied: Proxied, while_set: list[str]) -> None:
    refused = proxied.devcors("up", "--port", "0", "--system-proxy")
    assert refused.code == 1
    assert f"another devcors, pid {proxied.pid}" in refused.err
    assert proxied.devcors("system-proxy", "status") == (0, "")
    assert proxied.gnome.now() == while_set


def test_there_are_enough_cases() -> None:
    assert len(set(CASES)) == len(CASES) >= 40


@pytest.mark.alone
def test_after_kill_9_it_is_back_within_a_second(gnome: Gnome, proxied: Proxied) -> None:
    at_first = gnome.begin(MANUAL)
    proxied.up("--system-proxy")
    proxied.signal(signal.SIGKILL)
    assert until(lambda: gnome.now() == at_first) < 1.0


def test_nothing_of_the_users_is_left_where_there_was_nothing(gnome: Gnome, proxied: Proxied) -> None:
    """A value at its default is the user's in dconf once it was set, and no longer follows the default."""
    gnome.begin(NONE)
    proxied.up("--system-proxy")
    assert b"autoconfig-url" in gnome.database()
    proxied.signal(signal.SIGTERM)
    proxied.wait()
    assert b"http://127.0.0.1" not in gnome.database()
