"""What Chromium and Firefox do with one response, as far as the request and the response tell."""

from __future__ import annotations

from devcors.heads import ResponseHead, value

from .checks import Fault, is_redirect, preflight_fault, response_fault
from .console import blocked, firefox_blocks
from .locations import parse_location
from .profiles import CHROMIUM, FIREFOX, Profile
from .requests import CorsRequest
from .verdict import ALLOWED, BrowserVerdict, Step, Verdict

_URL_WITH_NAME = "RedirectContainsCredentials"


def judge(request: CorsRequest, response: ResponseHead) -> Verdict:
    """What the browsers do with this response to this request (to its preflight where `request.preflight`)."""
    fault = _fault(request, response, CHROMIUM)
    step: Step = "preflight" if request.preflight else ("redirect" if is_redirect(response) else "response")
    # what passes, passes in both: they differ in the order in which they look, and so in what they name
    if fault is None:
        return Verdict(step, None, ALLOWED, ALLOWED)
    chromium = blocked(CHROMIUM, request, fault, response.status, alone=step == "response")
    return Verdict(step, fault.header, chromium, _firefox(request, response))


def _fault(request: CorsRequest, response: ResponseHead, profile: Profile) -> Fault | None:
    if request.preflight:
        return preflight_fault(request, response, profile)
    return response_fault(request, response.fields) or _redirect_fault(response)


def _redirect_fault(response: ResponseHead) -> Fault | None:
    """Fetch, section 4.4, steps 9 and 10: once it is cross-origin, no redirect leads to a URL with user:pass."""
    if not is_redirect(response):
        return None
    location = (value(response.fields, b"location") or b"").decode("latin-1")
    target = parse_location(location) if "@" in location else None
    return Fault(_URL_WITH_NAME, header="Location") if target and target.credentials else None


def _firefox(request: CorsRequest, response: ResponseHead) -> BrowserVerdict:
    fault = _fault(request, response, FIREFOX)
    assert fault is not None
    if fault.rule == _URL_WITH_NAME:  # Firefox has no name for it
        return firefox_blocks(request, ("CORSDidNotSucceed2",), response.status)
    alone = not request.preflight and not is_redirect(response, FIREFOX)
    return blocked(FIREFOX, request, fault, response.status, alone=alone)
