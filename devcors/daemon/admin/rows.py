"""An exchange as a row of a table: the little that a list shows, made a thousand times a second if need be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devcors.daemon.pacing import Budget
from devcors.traffic.record import Exchange
from devcors.traffic.redaction import redacted_url

VERDICTS = 400
"""Verdicts a second that are made for rows alone; past it a row says that its own is not made."""

Row = dict[str, Any]


class Rows:
    """Makes them; `now` is a clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._verdicts = Budget(VERDICTS, now())

    def row(self, exchange: Exchange) -> Row:
        """`verdict` is null (not cross-origin), "allowed", "blocked", "only with devcors", or "unmade"."""
        url = redacted_url(exchange.url)
        return {
            "id": exchange.id,
            "time": round(exchange.started * 1000),
            "kind": exchange.kind,
            "lane": exchange.lane,
            "method": exchange.method,
            "url": url,
            "path": url if exchange.kind == "tunnel" else path_of(url),
            "route": exchange.route,
            "status": exchange.status,
            "duration_ms": exchange.duration_ms,
            "request_bytes": exchange.request_bytes,
            "response_bytes": exchange.response_bytes,
            "origin": exchange.origin,
            "error": exchange.error,
            "aborted": exchange.aborted,
            "preflight": exchange.preflight,
            "cross_origin": exchange.is_cross_origin,
            "verdict": self._verdict(exchange),
            "cookies": {"set": len(exchange.cookies), "refused": refused_cookies(exchange)},
        }

    def _verdict(self, exchange: Exchange) -> str | None:
        if not exchange.is_cross_origin:
            return None
        if exchange.judge is not None:
            self._verdicts.fill(self._now())
            if not self._verdicts.take():
                return "unmade"
        return verdict_of(exchange)


def verdict_of(exchange: Exchange) -> str | None:
    """The verdict in a word or three."""
    if exchange.cors is None:
        return None
    if exchange.blocked:
        return "blocked"
    return "only with devcors" if exchange.cors.only_through_devcors else "allowed"


def refused_cookies(exchange: Exchange) -> int:
    """How many of the cookies that were set some browser does not take."""
    return sum(
        not cookie.ignored and not (cookie.judgement.chromium.accepted and cookie.judgement.firefox.accepted)
        for cookie in exchange.cookies
    )


def path_of(url: str) -> str:
    """What a narrow list shows of a URL: path and query."""
    # not urlsplit: a refused request's Host may be anything
    rest = url.partition("://")[2]
    at = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    return rest[at:] or "/"
