"""`trust`, `trust --status` and `untrust`."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from devcors.system.trust.trusting import Found, Outcome, stores_here, trust, untrust, whereabouts

from .output import console, print_json

_OTHERS = 'note: Node, and Python\'s own lists, do not ask these stores: eval "$(devcors env)"'


def print_trust(*, as_json: bool) -> int:
    """Installs; 1 where a store could not be given it."""
    found = trust(stores_here())
    if as_json:
        print_json([found.to_json()])
    else:
        _print([found], {True: "installed", False: "already there"})
        console(stderr=True).print("note: browsers that run may have to be started anew")
        console(stderr=True).print(_OTHERS)
    return 1 if any(outcome.message for outcome in found.outcomes) else 0


def print_status(*, as_json: bool) -> int:
    """Where it is; 0 whatever the answer."""
    found = whereabouts(stores_here())
    if as_json:
        print_json([each.to_json() for each in found])
    elif not found:
        console().print("no certificate authority yet; devcors trust makes one")
    else:
        _print(found, {False: "trusted"})
    return 0


def print_untrust(*, as_json: bool) -> int:
    """Removes; 1 where a store still has it, or could not be asked."""
    found = untrust(stores_here())
    if as_json:
        print_json([each.to_json() for each in found])
    elif not found:
        console().print("no certificate authority was ever made here: nothing to remove")
    else:
        _print(found, {True: "removed", False: "was not there"}, absent_is_good=True)
    return 1 if any(outcome.message for each in found for outcome in each.outcomes) else 0


def _print(found: Iterable[Found], words: dict[bool, str], *, absent_is_good: bool = False) -> None:
    out = console()
    for each in found:
        earlier = "" if each.current else ", an earlier one"
        out.print(Text(f"{each.root.name}{earlier}", "bold"))
        width = max((len(outcome.store) for outcome in each.outcomes), default=0)
        for outcome in each.outcomes:
            mark, style, said = _said(outcome, words, absent_is_good)
            out.print(Text.assemble((f"{mark} ", style), f"{outcome.store:<{width}}  ", said))
            out.print(Text(f"  {outcome.place}", "dim"))
            if outcome.hint:
                out.print(f"  hint: {outcome.hint}")
        if not each.outcomes:
            out.print("this machine has no store that devcors knows")


def _said(outcome: Outcome, words: dict[bool, str], absent_is_good: bool) -> tuple[str, str, str]:
    if outcome.message:
        return "✗", "red", outcome.message
    if outcome.state == "absent" and not absent_is_good:
        return "·", "dim", "not trusted"
    return "✓", "green", words[outcome.changed]
