"""Taking the system's proxy setting, and giving it back whatever happens.

The order is what keeps it safe. Take: read, write the journal (synced), start the watchdog, change. Give back: mark the
journal as being worked at, change back, remove it. Broken off anywhere, what is in the journal is enough to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from devcors.errors import DevcorsError, SettingsError
from devcors.system.identity import Identity, is_alive

from . import journal as journals
from .choosing import desktop_named, this_desktop
from .journal import Journal, locked
from .steps import step
from .values import Desktop, Setting, Values, Wanted, undo
from .watching import start_watchdog


class HeldError(SettingsError):
    """Another devcors, which is alive, holds the setting."""

    def __init__(self, owner: Identity, told: str) -> None:
        super().__init__(
            f"the system's proxy setting belongs to another devcors, pid {owner.pid} ({told})",
            hint="stop that one, or take the setting from it: devcors system-proxy off",
        )


class Restored(NamedTuple):
    """What was given back, and whether something that the user changed meanwhile was left as it is."""

    owner: Identity
    setting: str
    left: bool


def take(wanted: Wanted, owner: Identity, watch: Callable[[Identity], None] = start_watchdog) -> Setting:
    """Sets the system's proxy; returns what was set before. `owner` is who serves there.

    Raises HeldError where a devcors that is alive holds it, SettingsError where it cannot be set; then nothing is.
    """
    desktop = this_desktop()
    with locked():
        found = journals.read()
        if found is not None and _is_held(found) and found.owner != owner:
            raise HeldError(found.owner, found.told)
        if found is not None:
            _give_back(found)
        step("locked")
        before = desktop.get()
        step("read")
        journal = Journal(desktop.name, before, (desktop.wanted(wanted, before),), owner, str(wanted))
        try:
            journals.write(journal)
            step("journal written")
            watch(owner)
            step("watchdog started")
            _put(desktop, journal.ours[-1], "set")
            journals.write(replace(journal, whole=True))
            step("journal whole")
        except BaseException:
            _give_back(journal)
            raise
        return Setting(desktop.summary(before), desktop.proxies(before))


def without_devcors() -> Setting:
    """What would be set now if devcors gave back what it holds. Raises SettingsError."""
    journal = journals.read()
    desktop = desktop_named(journal.desktop) if journal else this_desktop()
    now = desktop.get()
    if journal is not None:
        touched = [key for state in journal.ours for key in state]
        now |= undo(now, journal.before, journal.ours, desktop.switches(touched))
    return Setting(desktop.summary(now), desktop.proxies(now))


def renew(served: Sequence[Wanted], owner: Identity) -> str | None:
    """Sets what the owner serves now, of the kind that is set; gives back where it serves that no longer.

    Returns what is set then, in words; None where nothing had to be done. What the user changed stays.
    """
    with locked():
        journal = journals.read()
        if journal is None or journal.owner != owner:
            return None
        desktop = desktop_named(journal.desktop)
        now, last = desktop.get(), journal.ours[-1]
        states = {wanted: desktop.wanted(wanted, now) for wanted in served}
        same = [(wanted, state) for wanted, state in states.items() if state.keys() == last.keys()]
        if not same:
            return _give_back(journal).setting
        wanted, state = same[0]
        changed = {key: value for key, value in state.items() if now.get(key) == last.get(key) != value}
        if not changed:
            return None
        # both states are ours until the change is made
        journals.write(replace(journal, ours=(*journal.ours[-7:], state), told=str(wanted)))
        step("renewal written")
        _put(desktop, changed, "renew")
        return str(wanted)


def give_back(owner: Identity | None = None) -> Restored | None:
    """Sets what was set before; returns None where there is nothing to give back, or it is not `owner`'s."""
    if not journals.journal_file().exists():
        return None
    with locked():
        journal = journals.read()
        if journal is None or owner not in (None, journal.owner):
            return None
        return _give_back(journal)


def restore_orphan(*, wait: bool = True) -> Restored | None:
    """Gives back what a devcors that has ended, or was broken off at work, has left. A live owner is not disturbed."""
    found = journals.read()
    if found is None or _is_held(found):
        return None
    with locked(wait=wait) as free:
        if not free:
            return None
        found = journals.read()  # somebody may have been quicker
        return None if found is None or _is_held(found) else _give_back(found)


def _is_held(journal: Journal) -> bool:
    return journal.whole and is_alive(journal.owner)


def _give_back(journal: Journal) -> Restored:
    """With the lock held. Raises SettingsError, which says what to do by hand; the journal stays then."""
    desktop = desktop_named(journal.desktop)
    try:
        return _undo(journal, desktop)
    except SettingsError as error:
        error.hint = error.hint or f"by hand: {desktop.by_hand()}"
        raise


def _undo(journal: Journal, desktop: Desktop) -> Restored:
    """Each step may be done twice."""
    if journal.whole:
        journals.write(replace(journal, whole=False))
    step("marked")
    now = desktop.get()
    touched = [key for state in journal.ours for key in state]
    changes = undo(now, journal.before, journal.ours, desktop.switches(touched))
    step("compared")
    _put(desktop, changes, "undo")
    left = any(
        now.get(key) != journal.before.get(key) and key not in changes for state in journal.ours for key in state
    )
    journals.remove()
    step("journal removed")
    return Restored(journal.owner, desktop.summary(desktop.get()), left)


def _put(desktop: Desktop, values: Values, name: str) -> None:
    for number, (key, value) in enumerate(values.items(), 1):
        desktop.put(key, value)
        step(f"{name} {number}")
    if values:
        desktop.told()


class Status(NamedTuple):
    """`setting` is what is set now, in words. The rest is the journal's, where there is one."""

    desktop: str
    setting: str
    owner: int | None
    alive: bool
    told: str | None
    by_hand: str

    @property
    def is_ours(self) -> bool:
        """Whether devcors has set it."""
        return self.owner is not None


def status() -> Status:
    """What is set, and by whom. Raises SettingsError."""
    journal = journals.read()
    desktop = desktop_named(journal.desktop) if journal else this_desktop()
    setting, by_hand = desktop.summary(desktop.get()), desktop.by_hand()
    if journal is None:
        return Status(desktop.name, setting, None, alive=False, told=None, by_hand=by_hand)
    return Status(desktop.name, setting, journal.owner.pid, _is_held(journal), journal.told, by_hand)


def tell_orphan(say: Callable[[str], None]) -> None:
    """At the start of every command: gives an orphan back, and says so. Never fails: the command is what was asked."""
    try:
        restored = restore_orphan()
    except DevcorsError as error:
        say(f"warning: a devcors that has ended left the system's proxy set, and it cannot be taken back: {error}")
        if error.hint:
            say(f"hint: {error.hint}")
        return
    if restored is not None:
        kept = "; what you changed since stays" if restored.left else ""
        who = f"devcors (pid {restored.owner.pid}), which has ended, had left the system's proxy set"
        say(f"note: {who}: now it is {restored.setting}{kept}")
