"""`logs`: what its options mean."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from devcors.daemon.choosing import meant
from devcors.daemon.logreading import Wanted
from devcors.daemon.logshowing import show_logs, since
from devcors.daemon.terminal import Terminal
from devcors.traffic.filters import Filter

USUAL = 100


def print_logs(
    folder: Path | None,
    config: Path | None,
    port: int | None,
    *,
    follow: bool,
    count: int | None,
    from_: str | None,
    route: str | None,
    blocked: bool,
    as_json: bool,
) -> None:
    """Everything to stdout; with JSON the records alone, and messages to stderr, as `up` has them."""
    begin = None if from_ is None else since(from_, time.time())
    wanted = Wanted(
        USUAL if count is None and begin is None else count, Filter(route=route, blocked=blocked, since=begin)
    )
    terminal = Terminal(as_json=as_json, err=None if as_json else sys.stdout)
    try:
        show_logs(meant(folder, config, port), wanted, terminal, follow=follow)
    except KeyboardInterrupt:  # how one leaves `-f`
        return
