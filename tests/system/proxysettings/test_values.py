"""Taking back: every value's own way, whatever was left where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devcors.system.proxysettings.values import Values, undo

KEYS = ("pointer", "other", "switch")
SWITCHES = {"switch": ("pointer", "other")}
BEFORE: Values = {"pointer": "before", "other": None, "switch": "off"}
FIRST: Values = {"pointer": "first", "other": "first", "switch": "on"}
SECOND: Values = {"pointer": "second", "other": "second", "switch": "on"}
TO_US = {"first", "second"}


def after(now: Values) -> Values:
    return {**now, **undo(now, BEFORE, [FIRST, SECOND], SWITCHES)}


@given(st.fixed_dictionaries({key: st.sampled_from([BEFORE[key], FIRST[key], SECOND[key], "users"]) for key in KEYS}))
def test_nothing_points_to_us_and_what_is_the_users_stays(now: Values) -> None:
    done = after(now)
    assert not TO_US & {done["pointer"], done["other"]}
    for key in KEYS:
        assert done[key] == now[key] if now[key] == "users" else done[key] in (BEFORE[key], now[key])
    if "users" not in now.values():
        assert done == BEFORE
    assert after(done) == done  # may be done twice


def test_a_switch_stays_on_for_what_the_user_pointed_it_to() -> None:
    assert after({"pointer": "users", "other": "first", "switch": "on"}) == {
        **BEFORE,
        "pointer": "users",
        "switch": "on",
    }
    assert after({"pointer": "first", "other": "first", "switch": "users"}) == {**BEFORE, "switch": "users"}


def test_switches_go_first() -> None:
    assert list(undo(SECOND, BEFORE, [FIRST, SECOND], SWITCHES)) == ["switch", "pointer", "other"]
