"""`system-proxy on`, `off`, `status`."""

from __future__ import annotations

from rich.text import Text

from devcors.daemon.running import Running, find_running
from devcors.errors import SettingsError
from devcors.system.proxysettings.holding import Status, give_back, status, take
from devcors.system.proxysettings.values import Manual, Pac, Wanted

from .output import console, print_json


def set_proxy(port: int | None, *, everything: bool) -> None:
    """Sets it to a devcors that runs, which owns it from then on. Raises SettingsError."""
    running = find_running(port)
    wanted = _wanted(running, everything=everything)
    before = take(wanted, running.process)
    out = console(stderr=True)
    out.print(f"the system's proxy is set: {wanted}")
    out.print(f"before: {before}; that comes back with `devcors system-proxy off`, or when devcors ends")
    if everything:
        out.print(Text("note: everything now goes through devcors", "yellow"))
    if before.not_followed:
        whose = "what devcors sends" if everything else "what [intercept] does not name"
        note = f"note: {whose} goes directly meanwhile: devcors follows a proxy set by hand, but no script"
        out.print(Text(note, "yellow"))


def _wanted(running: Running, *, everything: bool) -> Wanted:
    if everything:
        return Manual(running.host, running.port)
    if running.script_url is None:
        raise SettingsError(
            "this devcors has no admin port, so it serves no proxy.pac", hint="take `admin = false` out of [server]"
        )
    return Pac(running.script_url)


def take_back() -> None:
    """Sets what was set before, also while the devcors that it was set to runs on."""
    restored = give_back()
    out = console(stderr=True)
    if restored is None:
        out.print("devcors has not set the system's proxy")
        return
    kept = "; what you changed since stays" if restored.left else ""
    out.print(f"the system's proxy is {restored.setting} again{kept}")


def print_status(*, as_json: bool) -> None:
    """What is set, and by whom."""
    found = status()
    if as_json:
        print_json(
            {
                "desktop": found.desktop,
                "setting": found.setting,
                "set_by_devcors": found.is_ours,
                "told": found.told,
                "owner": found.owner,
                "owner_alive": found.alive,
            }
        )
        return
    console().print(f"{found.desktop}: {found.setting}")
    console().print(_whose(found))


def _whose(found: Status) -> str:
    if not found.is_ours:
        return "not set by devcors"
    return f"set by devcors, pid {found.owner} ({found.told})" + ("" if found.alive else ", which has ended")
