"""What a rule is asked about: a cookie in one browser's hands, on its way into the jar or out of it.

`Browser` is the profile: which rules a browser has, in which order, what it calls them, and every point in which it
reads or does something differently. The profiles stand in `browsers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .scope import Context, Scope, default_path, scope_of
from .setcookie import SetCookie
from .site import Site, is_trustworthy, site

ThirdParty = Literal["allowed", "partitioned", "blocked"]
Voice = Literal["names", "console", "none"]


@dataclass(frozen=True, slots=True)
class Browser:
    """How one browser departs from the others.

    - `setting`: the rules for storing, in phases; all broken rules of the first phase with one are its reasons
    - `sending`: the rules for sending a stored cookie; all broken ones are reasons
    - `names`: what it calls a broken rule; a rule without a name is broken silently
    - `voice`: how it tells: names in its DevTools, texts on the console, or not at all
    - `forbidden`: the bytes that no part of a cookie may hold
    - `prefixes`: the name prefixes it enforces, lower case, the longer before the shorter
    - `prefix_reads_stored`: `__Host-` asks what Domain and Path came to, not how they were written
    - `bare_is_name`: a cookie without `=` is a name with an empty value
    - `utf8_values`: it keeps values as UTF-8, with U+FFFD for what is not
    - `secure_on_loopback`: Secure works on http://localhost
    - `schemeful`: http and https of one host are two sites
    - `redirects_count`: a redirect through another site makes a request cross-site (RFC 6265bis, section 5.2)
    - `unset_is_lax`: a cookie without SameSite is Lax, but for POST navigations in its first two minutes
    - `third_party`: what becomes of cookies of another site than the page's
    - `ancestors_partition`: partitions also tell frames below another site from all others
    - `credentialless_frames`: it knows the `credentialless` attribute of an iframe
    - `max_age`: what it takes for a number of seconds: sign and digits
    - `overwriting_ages`: a cookie overwritten with another value counts as new
    - `host_only_shadows`: a host-only cookie hides one of the hosts below it
    - `evict`: which go when a site has too many
    """

    name: str
    setting: tuple[tuple[Rule, ...], ...]
    sending: tuple[SendRule, ...]
    names: Mapping[Rule | SendRule, str]
    voice: Voice
    forbidden: re.Pattern[bytes]
    prefixes: tuple[bytes, ...]
    prefix_reads_stored: bool
    bare_is_name: bool
    utf8_values: bool
    secure_on_loopback: bool
    schemeful: bool
    redirects_count: bool
    unset_is_lax: bool
    third_party: ThirdParty
    ancestors_partition: bool
    credentialless_frames: bool
    max_age: re.Pattern[bytes]
    overwriting_ages: bool
    host_only_shadows: bool
    evict: Evict


class Partition(NamedTuple):
    """The pages that see a cookie: those of one top-level site.

    `foreign`: only in frames below another site, or of another site (in Chromium, the ancestor chain bit).
    `anonymous`: only in one credentialless frame.
    """

    site: Site
    foreign: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What a browser keeps of an accepted cookie. `partition`: the pages it is kept apart for."""

    name: bytes
    value: bytes
    scope: Scope
    path: bytes
    partition: Partition | None


@dataclass(slots=True)
class Kept:
    """A cookie in the jar, and the exchange that set it.

    Times are seconds; `number` is the order of creation, `expires` None for the session's.
    """

    cookie: SetCookie
    context: Context
    stored: Stored
    number: int
    created: float
    accessed: float
    expires: float | None


Evict = Callable[[Sequence[Kept], Kept], Sequence[Kept]]


@dataclass(slots=True)
class Case:
    """A cookie in one browser's hands.

    `name` and `value` as this browser reads them. `detoured`: a redirect on the way went through another site, and
    the browser minds. `rivals`: what is in the jar under the same name and partition.
    """

    browser: Browser
    cookie: SetCookie
    context: Context
    name: bytes
    value: bytes
    secure_url: bool
    cross_site: bool
    detoured: bool
    rivals: Sequence[Kept]

    @property
    def foreign(self) -> bool:
        """Whether it belongs to another site than the page that the user sees, or the frame that asks does."""
        return self.cross_site and not self.context.top_level_navigation

    @property
    def anonymous(self) -> bool:
        """Whether a credentialless frame asks."""
        return self.context.credentialless and self.browser.credentialless_frames


@dataclass(slots=True)
class SendCase(Case):
    """A stored cookie and a request that might carry it; `context` is the request's, `age` None where not known."""

    stored: Stored
    age: float | None


Rule = Callable[[Case], bool]
SendRule = Callable[[SendCase], bool]


def case_of(browser: Browser, cookie: SetCookie, context: Context, rivals: Sequence[Kept] = ()) -> Case:
    """The cookie as this browser sees it arrive."""
    return Case(browser, cookie, context, *_read(browser, cookie), *_url(browser, context), rivals)


def send_case_of(
    browser: Browser, cookie: SetCookie, stored: Stored, context: Context, age: float | None = None
) -> SendCase:
    """The stored cookie as this browser weighs it for a request; `age` in seconds."""
    return SendCase(browser, cookie, context, *_read(browser, cookie), *_url(browser, context), (), stored, age)


def _read(browser: Browser, cookie: SetCookie) -> tuple[bytes, bytes]:
    if cookie.bare and browser.bare_is_name:
        return cookie.value, b""
    return cookie.name, cookie.value


def _url(browser: Browser, context: Context) -> tuple[bool, bool, bool]:
    secure = is_trustworthy(context.scheme, context.host, loopback=browser.secure_on_loopback)
    schemeful = browser.schemeful
    detoured = bool(context.via) and browser.redirects_count and context.detoured(schemeful=schemeful)
    return secure, context.cross_site(schemeful=schemeful), detoured


def stored_from(case: Case) -> Stored:
    """What is kept of an accepted cookie; a Domain that was refused counts as none."""
    cookie, context = case.cookie, case.context
    scope = scope_of(cookie.domain, context.host) or Scope(context.host.lower(), host_only=True)
    path = cookie.path or default_path(context.path)
    value = case.value
    if case.browser.utf8_values and not value.isascii():
        value = value.decode("utf-8", "replace").encode()
    return Stored(case.name, value, scope, path, partition_of(case))


def partition_of(case: Case) -> Partition | None:
    """The pages that alone see the cookie: CHIPS for Partitioned ones, Firefox for all of another site than the page.

    Frames between page and request count in Chromium alone; Firefox asks for the page only.
    """
    context, browser = case.context, case.browser
    if browser.third_party == "partitioned":
        apart = case.cookie.partitioned or context.third_party
    else:
        apart = case.cookie.partitioned or case.anonymous
    if not apart:
        return None
    top = None if context.top_level_navigation else context.top
    if top and context.sandboxed and browser.ancestors_partition:
        top = ("", "")
    of = site(*(top or (context.scheme, context.host)))
    return Partition(of, browser.ancestors_partition and case.foreign, case.anonymous)
