"""The system's proxy as it is without devcors: what leaves this machine goes through it.

Known: asking a desktop takes a few processes, so tens of milliseconds, and the user may change the setting at any time.
Wanted: nobody waits for it but the first request that leaves this machine, and a change is followed soon. So the answer
is kept, and asked for anew, in a thread and beside the requests, when it is old.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from devcors.errors import DevcorsError
from devcors.proxy.listening import LOOPBACK
from devcors.proxy.ownership import Place, is_here, is_own
from devcors.proxy.tasks import spawn
from devcors.routing.upstream_proxies import UpstreamProxies, UpstreamProxy
from devcors.system.proxysettings.holding import without_devcors
from devcors.urls import is_loopback_host

from .running import all_running

_FRESH = 2.0  # seconds for which an answer is not asked for again
_PATIENCE = 2.0  # seconds that the first request waits for the desktop


async def nobody() -> None:
    """Whom no change concerns."""


class WayOut:
    """`changed` is awaited after each change of what is `known`."""

    def __init__(self, read: Callable[[], UpstreamProxies] | None = None) -> None:
        self.known = UpstreamProxies()
        self.changed: Callable[[], Awaitable[None]] = nobody
        self._read = read or system_proxies
        self._looked = -math.inf
        self._looking: asyncio.Task[None] | None = None

    async def proxies(self) -> UpstreamProxies:
        """For a request that leaves this machine."""
        looking = self.refresh()
        if self._looked < 0:
            # not cancelled with the request: others wait for it too
            await asyncio.wait([looking], timeout=_PATIENCE)
        return self.known

    def latest(self) -> UpstreamProxies:
        """For proxy.pac: what is known now, with no wait; a browser fetches it after each change of the setting."""
        self.refresh()
        return self.known

    def refresh(self, *, at_once: bool = False) -> asyncio.Task[None]:
        """Asks where the answer is old, or `at_once`; the task ends when it is known."""
        looking = self._looking
        if looking is None or (looking.done() and (at_once or time.monotonic() - self._looked > _FRESH)):
            looking = self._looking = spawn(self._look(), name="the system's proxy")
        return looking

    async def _look(self) -> None:
        found = await asyncio.to_thread(self._read)
        self._looked = time.monotonic()
        if found != self.known:
            self.known = found
            await self.changed()


def system_proxies() -> UpstreamProxies:
    """The manual proxies of this system that are no devcors; none where the system cannot be asked."""
    try:
        found = without_devcors().proxies
    except DevcorsError:
        return UpstreamProxies()
    return without(found, [(running.host.strip("[]"), running.port) for running in all_running()]) if found else found


def without(proxies: UpstreamProxies, listeners: Iterable[Place]) -> UpstreamProxies:
    """Those that are none of these devcors: what went through one would come back, or to the next one, for ever."""
    places = list(listeners)

    def kept(proxy: UpstreamProxy | None) -> UpstreamProxy | None:
        if proxy is None:
            return None
        addresses = LOOPBACK if is_loopback_host(proxy.host.lower()) else (proxy.host,)
        ours = any(is_own((address, proxy.port), places, is_here) for address in addresses)
        return None if ours else proxy

    return replace(proxies, http=kept(proxies.http), https=kept(proxies.https))
