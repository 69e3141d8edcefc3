"""The rules by which a browser refuses a cookie, or holds a stored one back: one small question each.

Known: a cookie, the exchange it came or would go with, and the browser's profile. Every rule says whether it is broken.
Which rules a browser has, in which order, and what it calls them stands in `browsers`; where browsers read the same
words differently, the profile says how and the rule asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from devcors.urls import is_ip_literal

from .scope import Context, Scope, default_path, path_matches, request_path, scope_of
from .setcookie import MAX_PAIR, SetCookie
from .site import Site, is_trustworthy, site

ThirdParty = Literal["allowed", "partitioned", "blocked"]


@dataclass(frozen=True, slots=True)
class Browser:
    """How one browser departs from the others.

    - `setting`: the rules for storing, in phases; all broken rules of the first phase with one are its reasons
    - `sending`: the rules for sending a stored cookie; all broken ones are reasons
    - `names`: what it calls a broken rule; a rule without a name is broken silently
    - `forbidden`: the bytes that no part of a cookie may hold
    - `prefixes`: the name prefixes it enforces, lower case, the longer before the shorter
    - `prefix_reads_stored`: `__Host-` asks what Domain and Path came to, not how they were written
    - `bare_is_name`: a cookie without `=` is a name with an empty value
    - `secure_on_loopback`: Secure works on http://localhost
    - `schemeful`: http and https of one host are two sites
    - `unset_is_lax`: a cookie without SameSite is Lax, but for POST navigations in its first two minutes
    - `third_party`: what becomes of cookies of another site than the page's
    """

    name: str
    setting: tuple[tuple[Rule, ...], ...]
    sending: tuple[SendRule, ...]
    names: Mapping[Rule | SendRule, str]
    forbidden: re.Pattern[bytes]
    prefixes: tuple[bytes, ...]
    prefix_reads_stored: bool
    bare_is_name: bool
    secure_on_loopback: bool
    schemeful: bool
    unset_is_lax: bool
    third_party: ThirdParty


@dataclass(slots=True)
class Case:
    """A cookie in one browser's hands. `name` and `value` as this browser reads them."""

    browser: Browser
    cookie: SetCookie
    context: Context
    name: bytes
    value: bytes
    secure_url: bool
    cross_site: bool

    @property
    def foreign(self) -> bool:
        """Whether it belongs to another site than the page that the user sees."""
        return self.cross_site and not self.context.top_level_navigation


@dataclass(slots=True)
class SendCase(Case):
    """A stored cookie and a request that might carry it; `context` is the request's."""

    stored: Stored


@dataclass(frozen=True, slots=True)
class Stored:
    """What a browser keeps of an accepted cookie. `partition`: the top-level site it is kept apart for."""

    name: bytes
    value: bytes
    scope: Scope
    path: bytes
    partition: Site | None


Rule = Callable[[Case], bool]
SendRule = Callable[[SendCase], bool]


def case_of(browser: Browser, cookie: SetCookie, context: Context) -> Case:
    """The cookie as this browser sees it arrive."""
    return Case(browser, cookie, context, *_read(browser, cookie), *_url(browser, context))


def send_case_of(browser: Browser, cookie: SetCookie, stored: Stored, context: Context) -> SendCase:
    """The stored cookie as this browser weighs it for a request."""
    return SendCase(browser, cookie, context, *_read(browser, cookie), *_url(browser, context), stored)


def _read(browser: Browser, cookie: SetCookie) -> tuple[bytes, bytes]:
    if cookie.bare and browser.bare_is_name:
        return cookie.value, b""
    return cookie.name, cookie.value


def _url(browser: Browser, context: Context) -> tuple[bool, bool]:
    secure = is_trustworthy(context.scheme, context.host, loopback=browser.secure_on_loopback)
    return secure, context.cross_site(schemeful=browser.schemeful)


def stored_from(case: Case) -> Stored:
    """What is kept of an accepted cookie; a Domain that was refused counts as none."""
    cookie, context = case.cookie, case.context
    scope = scope_of(cookie.domain, context.host) or Scope(context.host.lower(), host_only=True)
    path = cookie.path or default_path(context.path)
    return Stored(case.name, case.value, scope, path, partition_of(case))


def partition_of(case: Case) -> Site | None:
    """The top-level site whose pages alone see the cookie: CHIPS for Partitioned ones, Firefox for all foreign ones."""
    if not (case.cookie.partitioned or (case.foreign and case.browser.third_party == "partitioned")):
        return None
    context = case.context
    top = None if context.top_level_navigation else context.top
    return site(*(top or (context.scheme, context.host)))


# What the cookie itself is


def empty(case: Case) -> bool:
    """Neither name nor value (RFC 6265bis, section 5.7)."""
    return not case.name and not case.value


def oversized(case: Case) -> bool:
    """More than 4096 bytes of name and value (RFC 6265bis, section 5.6)."""
    return len(case.name) + len(case.value) > MAX_PAIR


def forbidden_in_name(case: Case) -> bool:
    """A control character in the name."""
    return case.cookie.has_controls and case.browser.forbidden.search(case.name) is not None


def forbidden_in_value(case: Case) -> bool:
    """A control character in the value."""
    return case.cookie.has_controls and case.browser.forbidden.search(case.value) is not None


def forbidden_in_attributes(case: Case) -> bool:
    """A control character in any attribute, known or not."""
    search = case.browser.forbidden.search
    return case.cookie.has_controls and any(
        search(part) for attribute in case.cookie.attributes for part in attribute if part
    )


def tab_in_path(case: Case) -> bool:
    """A TAB in the path, in a browser that lets TABs pass elsewhere."""
    return b"\t" in (case.cookie.path or b"")


def nameless(case: Case) -> bool:
    """`=value`."""
    return not case.name


def nameless_with_equals(case: Case) -> bool:
    """`=a=b`: on the way back nobody could tell it from a cookie called `a`."""
    return not case.name and b"=" in case.value


# What its attributes ask for


def foreign_domain(case: Case) -> bool:
    """A Domain that the host may not set cookies for (RFC 6265bis, section 5.7)."""
    return case.cookie.domain is not None and scope_of(case.cookie.domain, case.context.host) is None


def broken_prefix(case: Case) -> bool:
    """A name whose prefix promises what the attributes do not keep (RFC 6265bis, sections 4.1.3 and 5.7)."""
    if not case.name:
        # the server could not tell `=__Host-c=1` from a true __Host- cookie
        return case.value.lower().startswith(case.browser.prefixes)
    prefix = prefix_of(case.name, case.browser.prefixes)
    if prefix is None:
        return False
    cookie = case.cookie
    if not (cookie.secure and case.secure_url) or (b"http-" in prefix and not cookie.http_only):
        return True
    return prefix.startswith(b"__host-") and not _bound_to_host(case)


def prefix_of(name: bytes, prefixes: tuple[bytes, ...]) -> bytes | None:
    """The first of the prefixes that the name starts with, whatever its case; lower case."""
    if not name.startswith(b"__"):
        return None
    lower = name.lower()
    return next((prefix for prefix in prefixes if lower.startswith(prefix)), None)


def _bound_to_host(case: Case) -> bool:
    cookie, host = case.cookie, case.context.host.lower()
    if case.browser.prefix_reads_stored:
        stored = stored_from(case)
        return stored.scope.host_only and stored.path == b"/"
    own_address = is_ip_literal(host) and cookie.domain == host.encode("latin-1", "replace")
    return cookie.path == b"/" and (cookie.domain is None or own_address)


def insecure_partitioned(case: Case) -> bool:
    """Partitioned without Secure, or over a connection that is not (CHIPS, "Partitioned requires Secure")."""
    return case.cookie.partitioned and not (case.cookie.secure and case.secure_url)


def insecure_none(case: Case) -> bool:
    """SameSite=None without Secure (RFC 6265bis, section 5.7)."""
    return case.cookie.same_site == "none" and not case.cookie.secure


def insecure_url(case: Case) -> bool:
    """Secure over a connection that is not (RFC 6265bis, sections 5.7 and 5.8.3)."""
    return case.cookie.secure and not case.secure_url


# Whether the site may store it from here (RFC 6265bis, section 5.7: any SameSite may be set by a navigation)


def foreign_strict(case: Case) -> bool:
    """SameSite=Strict set in a page of another site."""
    return case.cookie.same_site == "strict" and case.foreign


def foreign_lax(case: Case) -> bool:
    """SameSite=Lax set in a page of another site."""
    return case.cookie.same_site == "lax" and case.foreign


def foreign_unset(case: Case) -> bool:
    """No SameSite, in a page of another site."""
    return case.cookie.same_site is None and case.browser.unset_is_lax and case.foreign


def foreign_any(case: Case) -> bool:
    """Any cookie in a page of another site."""
    return case.foreign


# Whether a stored one goes along (RFC 6265bis, section 5.8.3)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def off_path(case: SendCase) -> bool:
    """The request's path is not under the cookie's."""
    return not path_matches(request_path(case.context.path), case.stored.path)


def other_host(case: SendCase) -> bool:
    """The request's host is not in the cookie's scope."""
    return not case.stored.scope.matches(case.context.host)


def held_strict(case: SendCase) -> bool:
    """SameSite=Strict and any page of another site, even one that only links."""
    return case.cookie.same_site == "strict" and case.cross_site


def held_lax(case: SendCase) -> bool:
    """SameSite=Lax, another site, and not a top-level navigation by a safe method."""
    return case.cookie.same_site == "lax" and case.cross_site and not _lax_lets_through(case)


def held_unset(case: SendCase) -> bool:
    """No SameSite, another site, and no top-level navigation (see `browsers` on the first two minutes)."""
    unset = case.cookie.same_site is None and case.browser.unset_is_lax
    return unset and case.cross_site and not case.context.top_level_navigation


def young_enough(case: SendCase) -> bool:
    """It goes along only for the first two minutes: no SameSite, and a cross-site POST navigation ("Lax+POST")."""
    unset = case.cookie.same_site is None and case.browser.unset_is_lax
    return unset and case.cross_site and case.context.top_level_navigation and not _lax_lets_through(case)


def _lax_lets_through(case: SendCase) -> bool:
    return case.context.top_level_navigation and case.context.method.upper() in _SAFE_METHODS


def other_partition(case: SendCase) -> bool:
    """The cookie is kept for the pages of another top-level site."""
    return case.stored.partition != partition_of(case)


def held_foreign(case: SendCase) -> bool:
    """Any cookie asked for by a page of another site."""
    return case.foreign
