"""The exchanges that belong to one: its preflight before it, and the redirects that lead to it and on from it. Pure.

Known: a browser follows a redirect at once, with a request of its own that names nobody. Wanted: the chain as it was,
as far as it passed through devcors. So a follower is the first request for the URL that Location names, soon after the
redirect; two pages that do the same at the same moment can be taken for one another.
"""

from __future__ import annotations

from collections.abc import Sequence

from devcors.cors.locations import parse_location, resolve
from devcors.heads import value
from devcors.traffic.record import Exchange

SOON = 2.0
"""Seconds within which a redirect is followed."""

MOST = 20
"""Fetch, section 4.4, step 9: so many redirects and no more."""


def timeline(exchange: Exchange, kept: Sequence[Exchange]) -> list[Exchange]:
    """The chain in the order of its beginnings, `exchange` among them. `kept`: all that there are."""
    by_start = sorted(kept, key=lambda one: one.id)
    chain = [exchange]
    while len(chain) <= MOST and (before := _led_to(chain[0], by_start)):
        chain.insert(0, before)
    while len(chain) <= MOST and (after := _followed(chain[-1], by_start)):
        chain.append(after)
    wanted = {one.preflight for one in chain} | {one.id for one in chain}
    found = [one for one in by_start if one.id in wanted or one.preflight == exchange.id]
    return found if exchange in found else [*found, exchange]


def _redirect(exchange: Exchange) -> str | None:
    """The URL that a redirect leads to, without its fragment."""
    head = exchange.sent
    location = value(head.fields, b"location") if head and 300 <= head.status < 400 else None
    base = parse_location(exchange.url) if location is not None else None
    if location is None or base is None:
        return None
    target = resolve(base, location.decode("utf-8", "replace"))
    return target.href.partition("#")[0] if target else None


def _follows(later: Exchange, earlier: Exchange) -> bool:
    """Whether it was asked for right after: not before the redirect's head came."""
    at = earlier.first_byte or earlier.started
    return later.id > earlier.id and at - 0.01 <= later.started <= at + SOON and later.method != "OPTIONS"


def _followed(exchange: Exchange, by_start: Sequence[Exchange]) -> Exchange | None:
    target = _redirect(exchange)
    if target is None:
        return None
    return next((one for one in by_start if one.url == target and _follows(one, exchange)), None)


def _led_to(exchange: Exchange, by_start: Sequence[Exchange]) -> Exchange | None:
    near = (one for one in reversed(by_start) if _follows(exchange, one))
    return next((one for one in near if _redirect(one) == exchange.url), None)
