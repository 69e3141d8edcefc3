"""kill -9 between any two steps of `system-proxy on` and `off`, and of a renewal: nothing is left half done.

The next devcors command finds the machine as before or as asked, and makes it so where it is not.
"""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.support.gnome import MANUAL, SCHEMA, SCRIPT, Gnome
from tests.support.proxied import CONFIG, Proxied, until

TAKING = ["locked", "read", "journal written", "watchdog started", "set 1", "set 2", "journal whole"]
TAKING_ALL = [*TAKING[:-1], "set 3", "set 4", "set 5", "journal whole"]
GIVING_BACK = ["marked", "compared", "undo 1", "undo 2", "journal removed"]
KILLED = -signal.SIGKILL


@pytest.fixture
def proxied(gnome: Gnome, proxied: Proxied) -> Proxied:
    """A devcors that runs without the system's proxy, and has found the one by hand: its script does not change now."""
    gnome.begin(MANUAL)
    proxied.up()
    proxied.says("what leaves this machine goes through proxy.corp.test:3128")
    return proxied


def _without_the_watchdogs_help(proxied: Proxied) -> None:
    """What the watchdog mends within a second hides what the next command would have to mend."""
    proxied.kill_watchdogs()


@pytest.mark.parametrize("watched", [False, True], ids=["next command", "watchdog"])
@pytest.mark.parametrize(
    ("words", "step"),
    [*(((), step) for step in TAKING), *((("--all",), step) for step in TAKING_ALL)],
    ids=lambda part: part if isinstance(part, str) else " ".join(part) or "script",
)
def test_on(gnome: Gnome, proxied: Proxied, words: tuple[str, ...], step: str, watched: bool) -> None:
    before = gnome.begin(MANUAL)
    assert proxied.devcors("system-proxy", "on", *words, DEVCORS_KILL_AT=step).code == KILLED
    if step == "journal whole":  # as asked; and held by a devcors that is alive, so nobody disturbs it
        asked = gnome.now()
        assert asked != before
        assert proxied.devcors("config", "path") == (0, "")
        assert gnome.now() == asked
        assert proxied.devcors("system-proxy", "off").code == 0
    elif watched and step not in ("locked", "read", "journal written"):
        until(lambda: not proxied.journal.exists())
    else:
        _without_the_watchdogs_help(proxied)
        assert proxied.devcors("config", "path").code == 0
    assert gnome.now() == before
    assert not proxied.journal.exists()


@pytest.mark.parametrize("step", GIVING_BACK)
@pytest.mark.parametrize("before", [MANUAL, SCRIPT], ids=["manual", "pac"])
def test_off(gnome: Gnome, proxied: Proxied, before: dict[str, str], step: str) -> None:
    at_first = gnome.begin(before)
    assert proxied.devcors("system-proxy", "on", "--all").code == 0
    proxied.kill_watchdogs()
    assert proxied.devcors("system-proxy", "off", DEVCORS_KILL_AT=step).code == KILLED
    assert proxied.devcors("config", "path").code == 0
    assert gnome.now() == at_first
    assert not proxied.journal.exists()


@pytest.mark.parametrize("step", ["renewal written", "renew 1"])
def test_a_renewal(gnome: Gnome, tmp_path: Path, step: str) -> None:
    before = gnome.begin(SCRIPT)
    proxied = Proxied(gnome, tmp_path)
    proxied.environ["DEVCORS_KILL_AT"] = step
    proxied.up("--system-proxy")
    owner = proxied.pid
    proxied.kill_watchdogs()
    (tmp_path / "devcors.toml").write_text(CONFIG.replace("api.", "other."))
    assert proxied.wait() == KILLED
    del proxied.environ["DEVCORS_KILL_AT"]
    assert str(owner) in proxied.devcors("config", "path").err
    assert gnome.now() == before


def test_the_steps_are_all_that_there_are(gnome: Gnome, proxied: Proxied) -> None:
    """A name that no step has kills nobody: the tests above would say so, but not that one is missing."""
    gnome.begin(MANUAL)
    assert proxied.devcors("system-proxy", "on", DEVCORS_KILL_AT="set 3").code == 0
    assert proxied.devcors("system-proxy", "off", DEVCORS_KILL_AT="undo 3").code == 0
    assert len({*TAKING, *TAKING_ALL, *GIVING_BACK}) >= 10


def test_a_new_proxy_pac_has_a_new_url(gnome: Gnome, tmp_path: Path) -> None:
    gnome.begin(SCRIPT)
    proxied = Proxied(gnome, tmp_path)
    proxied.up("--system-proxy")

    def url() -> str:
        return gnome.tool("get", SCHEMA, "autoconfig-url").strip("'\n")

    first = url()
    (tmp_path / "devcors.toml").write_text(CONFIG.replace("api.", "other."))
    until(lambda: url() != first)
    assert url().partition("?")[0] == first.partition("?")[0]
    (tmp_path / "devcors.toml").write_text(CONFIG.replace('"http://localhost:9"', '"http://localhost:10"'))
    until(lambda: url() == first)
    assert len(json.loads(proxied.journal.read_text())["ours"]) == 3
    # without an admin port there is no script to point to
    (tmp_path / "devcors.toml").write_text(CONFIG + "[server]\nadmin = false\n")
    until(lambda: not proxied.journal.exists())
    assert url() == "http://wpad.corp.test/proxy.pac?a=1"
    proxied.end()


def test_on_needs_a_devcors_that_runs(gnome: Gnome, tmp_path: Path) -> None:
    before = gnome.begin(MANUAL)
    ran = Proxied(gnome, tmp_path).devcors("system-proxy", "on")
    assert (ran.code, "no devcors runs" in ran.err, gnome.now()) == (1, True, before)


def test_it_ends_with_the_devcors_that_it_was_set_to(gnome: Gnome, proxied: Proxied) -> None:
    before = gnome.begin(MANUAL)
    assert proxied.devcors("system-proxy", "on", "--all").code == 0
    assert f"'{proxied.gnome.tool('get', f'{SCHEMA}.http', 'host').strip().strip(chr(39))}'" == "'127.0.0.1'"
    proxied.signal(signal.SIGTERM)
    assert proxied.wait() == 0
    assert gnome.now() == before
