"""What one reader of the live stream has not seen yet, in batches.

Known: a thousand exchanges may end in a second, and a reader may stop reading. Wanted: every row for a reader who keeps
up, and a bound for one who does not. So nothing is queued for anybody: a reader has a cursor into the store, and takes
what has come since, the newest of it, whenever the last batch has gone out.
"""

from __future__ import annotations

from typing import Any

from devcors.traffic.filters import Filter
from devcors.traffic.store import News

from .backstage import Backstage

EVERY = 0.1
"""Seconds between two batches at least."""

MOST = 1_000
"""Rows of one batch; what else came meanwhile is counted."""


class Feed:
    """One reader's. `after` is a cursor of the store; None begins with what comes from now on."""

    def __init__(self, backstage: Backstage, where: Filter, after: int | None) -> None:
        self._backstage = backstage
        self._where = where
        last = backstage.store.last
        self._cursor = last if after is None or after > last else after
        self._seen = self._state()

    def news(self) -> News | None:
        """The next batch, None where nothing came that the filter takes."""
        store = self._backstage.store
        if store.last == self._cursor:
            return None
        news = store.since(self._cursor, self._where, MOST)
        self._cursor = news.cursor
        return news if news.exchanges or news.left_out else None

    def status(self) -> dict[str, Any] | None:
        """What has become of the config, of pause and clear; None where that is as before."""
        before, self._seen = self._seen, self._state()
        if self._seen == before:
            return None
        last, paused, cleared = self._seen
        reloaded = last is not before[0]
        return {
            "config": ("applied" if last.applied else "refused") if reloaded and last else None,
            "changes": list(last.changes) if reloaded and last else [],
            "problems": [problem.to_json() for problem in last.problems] if reloaded and last else [],
            "paused": paused,
            "cleared": cleared != before[2],
        }

    def _state(self) -> tuple[Any, bool, int]:
        backstage = self._backstage
        return backstage.reloader.last, backstage.store.paused, backstage.cleared
