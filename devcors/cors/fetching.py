"""The walk of one request over preflights, redirects and responses (Fetch, sections 4.1 to 4.8), for one browser.

Known: what a page asks, and a `Network` that answers each message. Wanted: whether the page gets the response, else the
error, step and words; and every message that the browser sends on the way, with the Origin that it tells. The network
may be a table of answers, or a client that really asks: the rules do not know.
"""

from __future__ import annotations

from devcors.heads import ResponseHead, combined

from .cache import PreflightCache
from .checks import is_redirect, preflight_fault, response_fault
from .console import blocked, chromium_blocks, firefox_message
from .exposed import visible_fields
from .local_network import local_network_fault
from .locations import Location, is_mixed
from .notices import notice
from .page import PageRequest, may_connect, prepare
from .profiles import Profile
from .redirects import follow
from .requests import CorsRequest
from .tokens import token_list
from .verdict import ALLOWED, BrowserVerdict
from .walking import Fetched, Network, NetworkFailure, ResponseType, Walk

# why a scheme is not fetched: for fetch(), and for everything else; of schemes not named here, "scheme"
_SCHEME_CAUSES = {
    "chrome": ("scheme", "local scheme"),
    "chrome-extension": ("not http", "not http"),
    "chrome-untrusted": ("unknown scheme", "unknown scheme"),
    "devtools": ("local scheme", "local scheme"),
    "file": ("local scheme", "local scheme"),
    "filesystem": ("scheme", "not found"),
    "ftp": ("scheme", "ftp"),
    "isolated-app": ("scheme", "unknown scheme"),
    "view-source": ("scheme", "local scheme"),
}


def fetch(
    request: PageRequest,
    network: Network,
    profile: Profile,
    cache: PreflightCache | None = None,
    now: float = 0.0,
) -> Fetched:
    """What becomes of the request in this browser.

    `cache` holds the preflights of earlier requests, `now` is the clock's reading in seconds.
    """
    prepared = prepare(request, profile)
    if prepared is None:
        return Fetched(notice(profile, "exception", request.page, request.url), (), "request")
    walk = Walk(
        request=request,
        profile=profile,
        network=network,
        cache=cache or PreflightCache(profile),
        now=now,
        location=prepared.location,
        method=prepared.method,
        fields=prepared.fields,
        has_body=prepared.has_body,
        streamed=prepared.streamed,
        first_url=prepared.location.href,
        origin=request.page.origin,
    )
    walk.crossed = walk.is_cross_origin(prepared.location)
    walk.preflight_due = bool(walk.unsafe_names())
    return _before_sending(walk) or _walked(walk)


def _before_sending(walk: Walk) -> Fetched | None:
    """Fetch, section 4.1, steps 5 to 12, and the page's own policy, which comes before them."""
    cause = _cause_at_start(walk)
    if cause == "scheme" and walk.request.api != "fetch" and walk.profile.name == "chromium":
        return walk.ended(chromium_blocks(walk.cors_request(), "CorsDisabledScheme"))
    if cause is not None:
        location = walk.location
        return walk.ended(notice(walk.profile, cause, walk.request.page, location.href, location.scheme))
    if walk.location.scheme == "data":  # section 4.3, "scheme fetch"
        return _data(walk)
    return None


def _cause_at_start(walk: Walk) -> str | None:
    request, location = walk.request, walk.location
    if not may_connect(request.page, location) and request.api != "element":
        return "content security policy"
    if location.scheme == "data":
        return None
    if walk.crossed and request.mode == "same-origin":
        return "same-origin"
    if walk.crossed and request.mode == "no-cors" and request.redirect != "follow":
        return "no-cors redirect mode"
    if not location.is_http:
        return _scheme_cause(walk, location)
    if location.credentials and request.api == "element" and walk.profile.credentials_in_url_refused:
        return "credentials in url"
    if is_mixed(request.page.location, location):
        # a page that says where it goes may go there over plain HTTP, if the user lets it (Local Network Access)
        if not walk.profile.local_network_access or request.declared_space in (None, "public"):
            return "mixed content"
        walk.warnings += notice(walk.profile, "mixed content declared", request.page, location.href).messages
    return None


def _scheme_cause(walk: Walk, location: Location) -> str:
    scheme = location.scheme
    if scheme in walk.profile.silent_schemes:
        return "exception"
    if scheme == "blob":  # one's own can be fetched, unless it was revoked
        return "blob" if walk.crossed else "not found"
    by_fetch, otherwise = _SCHEME_CAUSES.get(scheme, ("scheme", "scheme"))
    return by_fetch if walk.request.api == "fetch" else otherwise


def _data(walk: Walk) -> Fetched:
    media_type = walk.location.href.removeprefix("data:").partition(",")[0].removesuffix(";base64")
    visible = (("content-type", media_type or "text/plain;charset=US-ASCII"),)
    return Fetched(ALLOWED, (), response_type="basic", visible=visible)


def _walked(walk: Walk) -> Fetched:
    """Hop by hop, until a response stands or something forbids to go on."""
    while True:
        if ended := _unreachable(walk) or _preflight(walk) or _unsendable(walk) or _hop(walk):
            return ended


def _unreachable(walk: Walk) -> Fetched | None:
    """What is looked at before a connection is used: the port, and the address behind the name."""
    if walk.location.bad_port:
        return walk.ended(notice(walk.profile, "bad port", walk.request.page, walk.location.href))
    if not walk.profile.local_network_access:
        return None
    page, declared = walk.request.page, walk.request.declared_space
    fault = local_network_fault(
        page.space,
        walk.network.address_space(walk.location.href),
        secure=page.secure,
        granted=page.granted,
        declared=declared if walk.redirects == 0 else None,
    )
    if fault is None:
        return None
    return walk.ended(chromium_blocks(walk.cors_request(), fault.error, fault.wanted, resource=fault.found))


def _preflight(walk: Walk) -> Fetched | None:
    """Fetch, section 4.8, "CORS-preflight fetch"."""
    if not walk.needs_preflight():
        return None
    walk.preflight_due = True
    asked = walk.cors_request(preflight=True)
    if walk.cache.covers(asked, walk.now):
        return None
    answer = walk.send_preflight(asked)
    if isinstance(answer, NetworkFailure):
        return walk.failed(answer, "preflight")
    if fault := preflight_fault(asked, answer, walk.profile):
        return walk.ended(
            blocked(walk.profile, asked, fault, answer.status, alone=False), "preflight", fault.header, answer
        )
    walk.cache.store(asked, answer.fields, walk.now)
    if walk.profile.name == "firefox" and _covered_by_wildcard(asked, answer):
        walk.warnings.append(firefox_message("CORSAllowHeaderFromPreflightDeprecation", asked.url, 0))
    return None


def _covered_by_wildcard(asked: CorsRequest, answer: ResponseHead) -> bool:
    """Authorization that only `*` allows: against the standard (section 4.8, step 7.6), and still let through."""
    listed, _ = token_list(answer.fields, b"access-control-allow-headers")
    return "authorization" in asked.headers and b"authorization" not in {name.lower() for name in listed}


def _unsendable(walk: Walk) -> Fetched | None:
    """A streamed body takes HTTP/2 (Fetch, section 4.7, step 8, "half duplex")."""
    if not walk.streamed or walk.network.multiplexed(walk.location.href):
        return None
    return walk.ended(notice(walk.profile, "stream over HTTP/1.1", walk.request.page, walk.location.href))


def _hop(walk: Walk) -> Fetched | None:
    """The request itself, and what its response leads to; None goes on with the next hop."""
    answer = walk.send()
    if isinstance(answer, NetworkFailure):
        return walk.failed(answer, "response")
    redirected = is_redirect(answer, walk.profile)
    if refusal := _cors_check(walk, answer, redirected):
        return refusal
    if not redirected:
        return _finished(walk, answer)
    if walk.request.redirect == "manual":
        return Fetched(BrowserVerdict(False), tuple(walk.sent), "redirect", None, "opaqueredirect", answer)
    return follow(walk, answer)


def _cors_check(walk: Walk, answer: ResponseHead, redirected: bool) -> Fetched | None:
    """Fetch, section 4.3, step 5.4.3: every response of a cross-origin request, redirects too."""
    if not walk.checked:
        return None
    request = walk.cors_request()
    fault = response_fault(request, answer.fields)
    if fault is None:
        return None
    walk.cache.response_failed(walk.cors_request(preflight=True))
    followed = redirected and walk.request.redirect != "manual"
    verdict = blocked(walk.profile, request, fault, answer.status, alone=not followed)
    return walk.ended(verdict, "redirect" if redirected else "response", fault.header, answer)


def _finished(walk: Walk, answer: ResponseHead) -> Fetched:
    """The response stands; what the page sees of it depends on its kind (section 2.2.6, "filtered response")."""
    if walk.crossed and walk.request.mode == "no-cors":
        return _opaque(walk, answer)
    kind: ResponseType = "cors" if walk.crossed else "basic"
    included = walk.request.credentials == "include"
    visible = visible_fields(answer.fields, cross_origin=walk.crossed, credentials=included)
    verdict = BrowserVerdict(True, messages=tuple(walk.warnings))
    return Fetched(verdict, tuple(walk.sent), "response", None, kind, answer, visible)


def _opaque(walk: Walk, answer: ResponseHead) -> Fetched:
    """A no-cors response from elsewhere: an element may show it, code may not read it."""
    page, url = walk.request.page, walk.location.href
    policy = (combined(answer.fields, b"cross-origin-resource-policy") or b"").strip()
    if policy == b"same-origin":  # section 3.7, "cross-origin resource policy check"
        return walk.ended(
            notice(walk.profile, "resource policy", page, url), "response", "Cross-Origin-Resource-Policy"
        )
    if walk.request.integrity:
        return walk.ended(notice(walk.profile, "integrity", page, url), "response", None, answer)
    readable = walk.request.api == "element"
    return Fetched(BrowserVerdict(readable), tuple(walk.sent), "response", None, "opaque", answer)
