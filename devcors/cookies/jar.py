"""A browser's cookie jar: what it stores, overwrites, clears and sends (RFC 6265bis, sections 5.7 and 5.8).

Known: the Set-Cookie values of a response, or a request, the exchange around it and the time in seconds, which is
given: there is no clock here. Wanted: what the browser says of each cookie, and what it sends. All in which browsers
differ stands in their profiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from .cases import Browser, Case, Kept, Partition, SendCase, case_of, partition_of, send_case_of, stored_from
from .eviction import MOST
from .lifetime import expiry
from .scope import Context
from .sending import other_partition
from .setcookie import split_set_cookie
from .site import registrable_domain
from .verdict import Verdict, broken_sending, broken_setting, send_verdict, set_verdict

_ACCESS = 60.0  # seconds for which Chromium and Firefox do not write down another use of a cookie

# what makes two cookies one (RFC 6265bis, section 5.7)
_Identity = tuple[bytes, object, bytes, Partition | None]


class Choice(NamedTuple):
    """A cookie that a request might carry, and whether it does."""

    kept: Kept
    verdict: Verdict


class Jar:
    """The cookies of one browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._kept: dict[_Identity, Kept] = {}
        self._created = 0

    def receive(self, values: Iterable[bytes], context: Context, now: float) -> list[Verdict]:
        """The Set-Cookie values of one response, in order. A NUL in one of them costs all: the response is dropped."""
        texts = list(values)
        broken = any(b"\x00" in text for text in texts)
        return [Verdict(accepted=False) if broken else self.set(text, context, now) for text in texts]

    def set(self, set_cookie_string: bytes, context: Context, now: float) -> Verdict:
        """One cookie, from a response or a script. One that has ended by `now` is accepted, and removes its like."""
        self._expire(now)
        cookie = split_set_cookie(set_cookie_string)
        case = case_of(self.browser, cookie, context)
        partition = partition_of(case)
        case.rivals = [
            kept for kept in self._kept.values() if kept.stored.name == case.name and kept.stored.partition == partition
        ]
        verdict = set_verdict(case, broken_setting(case))
        if verdict.accepted:
            self._put(self._new(case, now), now)
        return verdict

    def choose(self, context: Context, now: float) -> list[Choice]:
        """The cookies of the URL's site, in the order of the Cookie field, and whether this request carries them.

        Those kept for other pages are left out: neither browser looks at them.
        """
        self._expire(now)
        choices = []
        for kept in sorted(self._kept.values(), key=_field_order):
            if home_of(kept.stored.scope.domain) == home_of(context.host):
                case = send_case_of(self.browser, kept.cookie, kept.stored, context, now - kept.created)
                if not other_partition(case):
                    choices.append(Choice(kept, self._decided(case, kept, now)))
        return choices

    def contents(self, now: float) -> list[Kept]:
        """All cookies that have not ended, the oldest first."""
        self._expire(now)
        return sorted(self._kept.values(), key=lambda kept: kept.number)

    def clear(self) -> None:
        """No cookie is left."""
        self._kept.clear()

    def _decided(self, case: SendCase, kept: Kept, now: float) -> Verdict:
        broken = broken_sending(case)
        if not broken and now - kept.accessed >= _ACCESS:
            kept.accessed = now
        return send_verdict(case, broken)

    def _new(self, case: Case, now: float) -> Kept:
        self._created += 1
        cookie, stored = case.cookie, stored_from(case)
        return Kept(cookie, case.context, stored, self._created, now, now, expiry(cookie, now, self.browser.max_age))

    def _put(self, new: Kept, now: float) -> None:
        """Overwriting keeps the time of creation (RFC 6265bis, section 5.7), in Chromium only with the same value."""
        identity = _identity(new)
        old = self._kept.pop(identity, None)
        if new.expires is not None and new.expires <= now:
            return
        if old and not (self.browser.overwriting_ages and old.stored.value != new.stored.value):
            new.number, new.created = old.number, old.created
        self._kept[identity] = new
        self._limit(new)

    def _limit(self, new: Kept) -> None:
        """Each site has room for so many, in each partition (RFC 6265bis, section 5.7, on excess cookies)."""
        home, partition = home_of(new.stored.scope.domain), new.stored.partition
        neighbours = [
            kept
            for kept in self._kept.values()
            if kept.stored.partition == partition and home_of(kept.stored.scope.domain) == home
        ]
        if len(neighbours) > MOST:
            for gone in self.browser.evict(neighbours, new):
                del self._kept[_identity(gone)]

    def _expire(self, now: float) -> None:
        ended = [kept for kept in self._kept.values() if kept.expires is not None and kept.expires <= now]
        for kept in ended:
            del self._kept[_identity(kept)]


def cookie_field(choices: Iterable[Choice]) -> bytes:
    """The value of the Cookie field (RFC 6265bis, section 5.8.3), b"" where nothing is sent."""
    return b"; ".join(_pair(choice.kept) for choice in choices if choice.verdict.accepted)


def _pair(kept: Kept) -> bytes:
    stored = kept.stored
    return stored.name + b"=" + stored.value if stored.name else stored.value


def _field_order(kept: Kept) -> tuple[int, int]:
    """Longer paths first, then older cookies."""
    return -len(kept.stored.path), kept.number


def _identity(kept: Kept) -> _Identity:
    stored = kept.stored
    return stored.name, stored.scope, stored.path, stored.partition


@lru_cache(maxsize=256)
def home_of(host: str) -> str:
    """What both browsers keep cookies by: the registrable domain, or the host where there is none (lower case)."""
    name = host.lower()
    return registrable_domain(name) or name
