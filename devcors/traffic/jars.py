"""What browsers were seen to store: a small model of their cookie jars, filled by the Set-Cookie fields that pass.

One jar for each browser (by User-Agent; curl has none) and site, the longest unused forgotten first. Where nothing was
set, a request costs one look into an empty table.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from devcors.cookies.cases import Kept
from devcors.cookies.holding import browser_of
from devcors.cookies.jar import Jar, home_of
from devcors.heads import value, values
from devcors.policy import held
from devcors.policy.outcomes import Forward, Outcome
from devcors.policy.returning import cookie_context

LIMIT = 64

Key = tuple[bytes, str]


class _Seen(NamedTuple):
    """A jar and what is in it now: the tuple is another one after each change, so that a request may keep it."""

    jar: Jar
    contents: tuple[Kept, ...]


class SeenJars:
    """Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Key, _Seen] = OrderedDict()

    def at(self, forward: Forward, now: float) -> held.Jar | None:
        """The jar as it was when this request came, None where nothing is known of one."""
        if not self._seen:
            return None
        key = _key(forward)
        seen = self._seen.get(key)
        if seen is None or not seen.contents:
            return None
        self._seen.move_to_end(key)
        return held.Jar(seen.jar.browser, seen.contents, forward, now)

    def receive(self, forward: Forward, outcome: Outcome, now: float) -> None:
        """The cookies of a response, as the browser gets them."""
        if not outcome.cookies or outcome.cookies[0].ignored:
            return
        key = _key(forward)
        browser = browser_of(key[0])
        if browser is None:
            return
        seen = self._seen.pop(key, None)
        jar = seen.jar if seen else Jar(browser)
        jar.receive(values(outcome.head.fields, b"set-cookie"), cookie_context(forward), now)
        self._seen[key] = _Seen(jar, tuple(jar.contents(now)))
        if len(self._seen) > LIMIT:
            self._seen.popitem(last=False)


def _key(forward: Forward) -> Key:
    return value(forward.received.fields, b"user-agent") or b"", home_of(forward.own_origin.host)
