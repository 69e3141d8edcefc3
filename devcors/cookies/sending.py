"""The rules by which a browser holds a stored cookie back (RFC 6265bis, section 5.8.3): one small question each.

Known: a stored cookie, the request it might go with, and the browser's profile. Every rule says whether it is broken.
"""

from __future__ import annotations

from .cases import SendCase, partition_of
from .scope import path_matches, request_path

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_TWO_MINUTES = 120.0


def off_path(case: SendCase) -> bool:
    """The request's path is not under the cookie's."""
    return not path_matches(request_path(case.context.path), case.stored.path)


def other_host(case: SendCase) -> bool:
    """The request's host is not in the cookie's scope."""
    return not case.stored.scope.matches(case.context.host)


def held_strict(case: SendCase) -> bool:
    """SameSite=Strict and any page of another site, even one that only links."""
    return case.cookie.same_site == "strict" and _apart(case)


def held_lax(case: SendCase) -> bool:
    """SameSite=Lax, another site, and not a top-level navigation by a safe method."""
    return case.cookie.same_site == "lax" and _apart(case) and not _lax_lets_through(case)


def held_unset(case: SendCase) -> bool:
    """No SameSite, another site, and no top-level navigation by a safe method, or by POST in the first two minutes."""
    return _unset(case) and not _lax_lets_through(case) and not (_navigates(case) and _young(case))


def young_enough(case: SendCase) -> bool:
    """It goes along only for the first two minutes: no SameSite, and a cross-site POST navigation ("Lax+POST")."""
    return _unset(case) and not _lax_lets_through(case) and _navigates(case)


def anonymous_context(case: SendCase) -> bool:
    """A cookie from outside of the credentialless frame that asks."""
    return case.anonymous and case.stored.partition is None


def other_partition(case: SendCase) -> bool:
    """The cookie is kept for other pages."""
    return case.stored.partition != partition_of(case) and not anonymous_context(case)


def held_foreign(case: SendCase) -> bool:
    """Any cookie asked for by a page of another site."""
    return case.foreign


def _apart(case: SendCase) -> bool:
    return case.cross_site or case.detoured


def _unset(case: SendCase) -> bool:
    return case.cookie.same_site is None and case.browser.unset_is_lax and _apart(case)


def _navigates(case: SendCase) -> bool:
    return case.context.top_level_navigation


def _young(case: SendCase) -> bool:
    return case.age is None or case.age <= _TWO_MINUTES


def _lax_lets_through(case: SendCase) -> bool:
    return _navigates(case) and case.context.method.upper() in _SAFE_METHODS
