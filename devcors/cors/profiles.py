"""Where the browsers leave the Fetch standard, or each other: one value per browser, and nowhere else.

Known: Chromium 156 and Firefox ESR 153, as measured (tests/oracle) and, where no run could tell, as their sources say.
Wanted: rules that are written once. A rule asks the profile only where the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

BrowserName = Literal["chromium", "firefox"]


@dataclass(frozen=True, slots=True)
class MaxAge:
    """How Access-Control-Max-Age is read (Fetch, section 4.9): seconds, and what becomes of other texts.

    `garbage` is the lifetime that a value which is no number gives.
    """

    cap: int
    garbage: int
    plus_sign: bool
    default: int = 5


@dataclass(frozen=True, slots=True)
class Profile:
    """One browser. Every field is a place where it differs from the other one."""

    name: BrowserName
    names: Mapping[str, str]
    """The rules are called by Chromium's Network.CorsError; here stands the browser's own name for the same fault."""

    # what needs permission
    hints_safelisted: bool
    """Client hints and `Intervention` count as CORS-safelisted, if their value is well-formed."""
    ignored_headers: frozenset[str]
    """Fields that the page's code may name to no effect, beyond the forbidden ones of Fetch, section 2.2.2."""
    high_bytes_safelisted: bool
    """Bytes from 0x80 on do not make a value unsafe (the standard's view)."""
    streams: bool
    """A ReadableStream is sent as one, which takes HTTP/2; without it, it is sent as text."""

    upload_needs_body: bool
    """Listeners for upload progress ask for a preflight only where there is a body to upload."""

    # preflights
    redirect_first: bool
    """A redirected preflight is refused before its Access-Control-Allow-Origin is looked at."""
    parses_all_first: bool
    """Both lists are parsed before the method is looked for in the first."""
    max_age: MaxAge
    wildcard_cached: bool
    """`*` is remembered as such; else only for the method and the fields that were asked for."""
    cached_for_credentials_exactly: bool
    """An entry made with credentials serves no request without; one made without never serves one with."""
    failure_clears_cache: bool
    """A response that fails the CORS check takes the preflight's entry with it."""

    # redirects
    preflight_stays: bool
    """Once a preflight was needed it is made at every further hop, even for a plain GET."""
    preflight_keeps_origin: bool
    """A preflight tells the page's origin even after the request's own became `null`."""
    lost_by_redirects: frozenset[str]
    """Request headers of the page's code that do not survive a redirect to another origin than the page's."""
    empty_location_redirects: bool
    """An empty Location leads to the same URL again; else it is none."""
    credentials_in_url_refused: bool
    """A URL with user:pass is refused for fetch() and elements, even within an origin."""
    says_did_not_succeed: bool
    """Every refused preflight or redirect, and every network failure, gets one more message."""

    # not CORS
    local_network_access: bool
    """Requests from public pages to local addresses ask the user."""
    silent_schemes: frozenset[str]
    """Schemes that a page may not even name: refused without a message."""


CHROMIUM = Profile(
    name="chromium",
    names={},
    hints_safelisted=True,
    ignored_headers=frozenset({"user-agent"}),
    high_bytes_safelisted=True,
    streams=True,
    upload_needs_body=True,
    redirect_first=True,
    parses_all_first=True,
    max_age=MaxAge(cap=7200, garbage=5, plus_sign=True),
    wildcard_cached=True,
    cached_for_credentials_exactly=False,
    failure_clears_cache=False,
    preflight_stays=False,
    preflight_keeps_origin=False,
    # client hints that the default Permissions Policy keeps to the page's own origin; Save-Data goes to all
    lost_by_redirects=frozenset({"device-memory", "downlink", "dpr", "ect", "rtt", "viewport-width", "width"}),
    empty_location_redirects=False,
    credentials_in_url_refused=True,
    says_did_not_succeed=False,
    local_network_access=True,
    silent_schemes=frozenset(),
)

_NOT_MATCHING = "CORSAllowOriginNotMatchingOrigin"

FIREFOX = Profile(
    name="firefox",
    names={
        "WildcardOriginNotAllowed": "CORSNotSupportingCredentials",
        "MissingAllowOriginHeader": "CORSMissingAllowOrigin2",
        # one line with a list does not match; two lines are a fault of their own
        "MultipleAllowOriginValues": _NOT_MATCHING,
        "MultipleAllowOriginLines": "CORSMultipleAllowOriginNotAllowed",
        "InvalidAllowOriginValue": _NOT_MATCHING,
        "AllowOriginMismatch": _NOT_MATCHING,
        "InvalidAllowCredentials": "CORSMissingAllowCredentials",
        "InvalidStatus": "CORSPreflightDidNotSucceed3",
        "DisallowedRedirect": "CORSExternalRedirectNotAllowed",
        "InvalidAllowMethodsPreflightResponse": "CORSInvalidAllowMethod",
        "InvalidAllowHeadersPreflightResponse": "CORSInvalidAllowHeader",
        "MethodDisallowedByPreflightResponse": "CORSMethodNotFound",
        "HeaderDisallowedByPreflightResponse": "CORSMissingAllowHeaderFromPreflight2",
    },
    hints_safelisted=False,
    ignored_headers=frozenset(),
    high_bytes_safelisted=False,
    streams=False,
    upload_needs_body=False,
    redirect_first=False,
    parses_all_first=False,
    max_age=MaxAge(cap=86400, garbage=0, plus_sign=False),
    wildcard_cached=False,
    cached_for_credentials_exactly=True,
    failure_clears_cache=True,
    preflight_stays=True,
    preflight_keeps_origin=True,
    lost_by_redirects=frozenset(),
    empty_location_redirects=True,
    credentials_in_url_refused=False,
    says_did_not_succeed=True,
    local_network_access=False,
    silent_schemes=frozenset({"chrome", "file", "javascript", "resource"}),
)

BROWSERS = (CHROMIUM, FIREFOX)
