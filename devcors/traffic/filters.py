"""Which exchanges somebody wants to see. One rule for the store, the admin API and `logs`.

Known: an exchange of this run, or only its record's JSON, read from a log. Wanted: the same answer for both. A verdict
takes longer than all other questions together, so it is asked for last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .redaction import redacted_url


class Seen(Protocol):
    """What a filter asks of an exchange; `Exchange` answers it, and `Told` does."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def target(self) -> str | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def route(self) -> str | None: ...
    @property
    def origin(self) -> str | None: ...
    @property
    def error(self) -> str | None: ...
    @property
    def started(self) -> float: ...
    @property
    def blocked(self) -> bool: ...
    @property
    def concerns_cookies(self) -> bool: ...


class Told:
    """The JSON of a record (design, section 6) as what a filter asks of. KeyError where it is none."""

    __slots__ = ("_record", "error", "method", "origin", "route", "status", "target", "url")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.method: str = record["method"]
        self.url: str = record["url"]
        self.target: str | None = record["target"]
        self.status: int | None = record["status"]
        self.route: str | None = record["route"]
        self.origin: str | None = record["origin"]
        self.error: str | None = record["error"]

    @property
    def started(self) -> float:
        """Seconds since the epoch."""
        return datetime.fromisoformat(self._record["time"]).timestamp()

    @property
    def blocked(self) -> bool:
        """Whether a browser withholds the response from the page."""
        cors = self._record["cors"]
        return cors is not None and not cors["allowed"]

    @property
    def concerns_cookies(self) -> bool:
        """Whether a cookie was set or held back."""
        return bool(self._record["cookies"])


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is asked must hold.

    `text`: words, each of which must stand in the method, URL, target, status, route, origin or error, in any case.
    `route`: the route's name, exactly. `blocked`: a browser withholds the response. `cookies`: some were set, or held
    back. `since`: begun at that time or later, in seconds since the epoch.
    """

    text: str = ""
    route: str | None = None
    blocked: bool = False
    cookies: bool = False
    since: float | None = None

    def takes(self, exchange: Seen) -> bool:
        """Whether it is wanted."""
        if self.route is not None and exchange.route != self.route:
            return False
        if self.since is not None and exchange.started < self.since:
            return False
        if self.text and not self._says(exchange):
            return False
        if self.cookies and not exchange.concerns_cookies:
            return False
        return not self.blocked or exchange.blocked

    def takes_record(self, record: Mapping[str, Any]) -> bool:
        """Whether an exchange is wanted of which only the record's JSON is there. KeyError where it is none."""
        return self.takes(Told(record))

    def _says(self, exchange: Seen) -> bool:
        # redacted, as a record has it: what cannot be read can also not be found out by searching
        shown = (
            exchange.method,
            redacted_url(exchange.url),
            redacted_url(exchange.target or ""),
            str(exchange.status or ""),
            exchange.route or "",
            exchange.origin or "",
            exchange.error or "",
        )
        text = "\n".join(shown).casefold()
        return all(word in text for word in self.text.casefold().split())


EVERYTHING = Filter()
