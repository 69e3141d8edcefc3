"""A redirect on the way (Fetch, section 4.4, "HTTP-redirect fetch"): may it be followed, and what it changes."""

from __future__ import annotations

from devcors.heads import ResponseHead, value

from .console import chromium_blocks, firefox_message
from .locations import Location, is_mixed, resolve
from .notices import notice
from .page import may_connect
from .profiles import CHROMIUM
from .safelist import REQUEST_BODY_NAMES
from .verdict import BrowserVerdict
from .walking import Fetched, NetworkFailure, Walk

_MAX_REDIRECTS = 20
# no redirect leads there, whatever the mode
_REFUSED_SCHEMES = {
    "about": "unsafe redirect",
    "blob": "unsafe redirect",
    "chrome": "unsafe redirect",
    "chrome-extension": "unsafe redirect",
    "chrome-untrusted": "unsafe redirect",
    "data": "data redirect",
    "devtools": "unsafe redirect",
    "file": "unsafe redirect",
    "filesystem": "unsafe redirect",
    "isolated-app": "unknown scheme",
    "view-source": "local scheme",
}


def follow(walk: Walk, response: ResponseHead) -> Fetched | None:
    """Takes the walk to where the response leads, or says why the browser does not go there."""
    target = resolve(walk.location, (value(response.fields, b"location") or b"").decode("latin-1"))
    if target is None:
        return walk.failed(NetworkFailure("ERR_INVALID_REDIRECT"), "redirect")
    if refusal := _refusal(walk, response, target):
        return refusal
    walk.redirects += 1
    _rewrite(walk, response.status)
    if walk.is_cross_origin(target):
        walk.fields = tuple(field for field in walk.fields if field[0] not in walk.profile.lost_by_redirects)
    if target.origin != walk.location.origin:
        # section 4.4, step 13: the name is given up at the first other origin
        walk.fields = tuple(field for field in walk.fields if field[0] != "authorization")
        if walk.is_cross_origin(walk.location):
            walk.origin = "null"  # section 3.2, "redirect-tainted origin"
    walk.location = target
    walk.crossed = walk.crossed or walk.is_cross_origin(target)
    return None


def _rewrite(walk: Walk, status: int) -> None:
    """Section 4.4, step 12: a POST answered 301 or 302, and anything answered 303, goes on as a GET."""
    to_get = (status in (301, 302) and walk.method == "POST") or (status == 303 and walk.method not in ("GET", "HEAD"))
    if to_get:
        walk.method = "GET"
        walk.streamed = False
        walk.fields = tuple(field for field in walk.fields if field[0] not in REQUEST_BODY_NAMES)


def _refusal(walk: Walk, response: ResponseHead, target: Location) -> Fetched | None:
    request = walk.request
    if not target.is_http:
        return _scheme_refusal(walk, target)
    if walk.redirects == _MAX_REDIRECTS:  # section 4.4, step 7
        return _refused(walk, "too many redirects", target)
    crosses = walk.crossed or walk.is_cross_origin(target)
    if target.credentials and request.mode == "cors" and crosses:  # step 9 and 10
        return _credentials_refusal(walk, target)
    if request.redirect == "error":  # section 4.3, step 6.3; what is above is named even so
        return _by_mode(walk)
    if walk.streamed and response.status != 303:  # step 11
        return _refused(walk, "stream redirected", target)
    if request.mode == "same-origin" and crosses:  # section 4.1, step 12
        return _refused(walk, "same-origin redirect", target)
    if not may_connect(request.page, target):
        return _refused(walk, "content security policy", target)
    if is_mixed(request.page.location, target):
        return _refused(walk, "mixed content", target)
    if target.credentials and request.api != "xhr" and walk.profile.credentials_in_url_refused:
        return _refused(walk, "credentials in url", target)
    return None


def _scheme_refusal(walk: Walk, target: Location) -> Fetched:
    if target.scheme in walk.profile.silent_schemes:
        return _refused(walk, "exception", target)
    if target.scheme in _REFUSED_SCHEMES:
        return _refused(walk, _REFUSED_SCHEMES[target.scheme], target)
    if walk.profile is CHROMIUM:
        if walk.request.redirect == "error":
            return _by_mode(walk)
        if walk.request.mode != "cors":
            return walk.failed(NetworkFailure("ERR_UNKNOWN_URL_SCHEME"), "redirect")
        return walk.ended(chromium_blocks(walk.cors_request(url=target.href), "CorsDisabledScheme"), "redirect")
    return _refused(walk, "not http", target)


def _by_mode(walk: Walk) -> Fetched:
    """The page asked for an error where there is a redirect; nobody is told why."""
    return walk.ended(notice(walk.profile, "redirect mode error", walk.request.page, walk.location.href), "redirect")


def _credentials_refusal(walk: Walk, target: Location) -> Fetched:
    if walk.profile is CHROMIUM:
        return walk.ended(chromium_blocks(walk.cors_request(), "RedirectContainsCredentials"), "redirect", "Location")
    return _refused(walk, "credentials in url", target)


def _refused(walk: Walk, cause: str, target: Location) -> Fetched:
    """The browser's words for the cause, and the message that Firefox sends after it."""
    verdict = notice(walk.profile, cause, walk.request.page, target.href, target.scheme)
    crosses = walk.crossed or walk.is_cross_origin(target)
    if walk.profile.says_did_not_succeed and walk.request.mode == "cors" and crosses:
        key = "CORSDidNotSucceed2"
        after = firefox_message(key, walk.location.href, 0)
        verdict = BrowserVerdict(False, verdict.error or key, verdict.parameter, (*verdict.messages, after))
    return walk.ended(verdict, "redirect", "Location")
