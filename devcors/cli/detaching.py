"""`up -d`: what it prints."""

from __future__ import annotations

from rich.text import Text

from devcors.daemon.background import start
from devcors.daemon.session import UpOptions

from .output import console, print_json


def start_background(options: UpOptions, *, as_json: bool) -> None:
    """Says what it says until it serves, and how to go on."""
    err = console(stderr=True)
    running = start(options, lambda text, style: err.print(Text(text, style)))
    if as_json:
        print_json({"pid": running.process.pid, "port": running.port, "admin": running.admin, "log": running.log})
        return
    if running.dashboard:
        err.print(Text.assemble(("  ➜  ", "green"), ("Dashboard: ", "bold"), (running.dashboard, "cyan")))
    err.print(Text.assemble("it runs in the background, pid ", (str(running.process.pid), "bold")))
    err.print("next: devcors status, devcors logs -f, devcors down")
