"""What the admin API shows and changes: the parts of one running devcors, for all handlers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from devcors.daemon.logfile import LogFile
from devcors.daemon.reloading import Reloader
from devcors.proxy.engine import Engine
from devcors.routing.upstream_proxies import UpstreamProxies
from devcors.traffic.store import Store

from .rows import Rows


@dataclass
class Backstage:
    """`token` is what every question wants; `started` is in seconds since the epoch. `others` is for proxy.pac."""

    engine: Engine
    store: Store
    reloader: Reloader
    token: str
    started: float = field(default_factory=time.time)
    rows: Rows = field(default_factory=lambda: Rows(time.monotonic))
    others: Callable[[], UpstreamProxies] = UpstreamProxies
    """Where hosts go that the config does not name."""
    cleared: int = 0
    """How often the store was cleared by the API."""
    log: LogFile | None = None
    """Of one in the background."""
    readers: dict[asyncio.Event, asyncio.Task[Any]] = field(default_factory=dict)
    """Of each open stream, what tells it to end, and what ends then."""
