"""The CORS check and the preflight check of Fetch (sections 4.9 and 4.8), as Chromium and Firefox run them.

The two browsers agree on what passes; they differ in the order in which they look, and so in what they name. Each
order is one function here, which returns the first thing found wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from devcors.heads import Field, ResponseHead, value, values

from .console import chromium_blocks, firefox_blocks
from .requests import CorsRequest
from .tokens import token_list
from .verdict import ALLOWED, BrowserVerdict, Step, Verdict

ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
ACAM, ACAH = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"

# Fetch, section 4.8, step 7: CORS-safelisted methods pass whatever Access-Control-Allow-Methods says
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})

Fault = tuple[str, str, str]
"""Error name, failed parameter, field that decided."""

# URL Standard, section 4.4, for what may stand in a header: special schemes need a host, and a port is digits
_SPECIAL = re.compile(r"(?:https?|wss?|ftp):", re.IGNORECASE)
_WITH_HOST = re.compile(
    r"(?:https?|wss?|ftp):[/\\]*(?:[^/\\?#]*@)?(?:\[[0-9a-f:.]+\]|[^/\\?#:@\s<>\[\]^|%]+)(?::[0-9]*)?(?:[/\\?#].*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def judge(request: CorsRequest, response: ResponseHead) -> Verdict:
    """What the browsers do with this response to this request (to its preflight where `request.preflight`)."""
    check = _preflight if request.preflight else _response
    return check(request, response)


def _response(request: CorsRequest, response: ResponseHead) -> Verdict:
    """Fetch, section 4.9, "CORS check"."""
    step: Step = "redirect" if is_redirect(response) else "response"
    fault = next(chromium_origin_faults(request, response.fields), None)
    if fault is None:
        return Verdict(step, None, ALLOWED, ALLOWED)
    error, parameter, header = fault
    firefox = _firefox_origin(request, response, error)
    return Verdict(step, header, chromium_blocks(request, error, parameter), firefox)


def is_redirect(response: ResponseHead) -> bool:
    """Fetch, "redirect status", with a Location to go to."""
    return response.status in (301, 302, 303, 307, 308) and bool(value(response.fields, b"location"))


def chromium_origin_faults(request: CorsRequest, fields: tuple[Field, ...]) -> Iterator[Fault]:
    """The faults of Access-Control-Allow-Origin and -Credentials in the order in which Chromium sees them."""
    lines = values(fields, b"access-control-allow-origin")
    allowed = b", ".join(lines).decode("latin-1").strip(" \t")
    if lines and allowed == "*":
        if request.credentials:
            yield "WildcardOriginNotAllowed", "", ACAO
        return
    if not lines:
        yield "MissingAllowOriginHeader", "", ACAO
    elif " " in allowed or "," in allowed:
        yield "MultipleAllowOriginValues", allowed, ACAO
    elif allowed != request.origin:
        valid = allowed == "null" or _is_url(allowed)
        yield ("AllowOriginMismatch" if valid else "InvalidAllowOriginValue"), allowed, ACAO
    elif request.credentials and (sent := _credentials(fields)) != "true":
        yield "InvalidAllowCredentials", sent, ACAC


def _credentials(fields: tuple[Field, ...]) -> str:
    return b", ".join(values(fields, b"access-control-allow-credentials")).decode("latin-1").strip(" \t")


def _is_url(text: str) -> bool:
    """Whether the URL Standard's parser takes it without a base: special schemes need a host."""
    # bytes beyond ASCII are no UTF-8 here, which no host can hold
    return text.isascii() and bool(_WITH_HOST.fullmatch(text) if _SPECIAL.match(text) else _SCHEME.match(text))


_FIREFOX_NAMES = {
    "WildcardOriginNotAllowed": "CORSNotSupportingCredentials",
    "MissingAllowOriginHeader": "CORSMissingAllowOrigin2",
    "MultipleAllowOriginValues": "CORSAllowOriginNotMatchingOrigin",
    "InvalidAllowOriginValue": "CORSAllowOriginNotMatchingOrigin",
    "AllowOriginMismatch": "CORSAllowOriginNotMatchingOrigin",
    "InvalidAllowCredentials": "CORSMissingAllowCredentials",
    "InvalidAllowMethodsPreflightResponse": "CORSInvalidAllowMethod",
    "InvalidAllowHeadersPreflightResponse": "CORSInvalidAllowHeader",
    "MethodDisallowedByPreflightResponse": "CORSMethodNotFound",
    "HeaderDisallowedByPreflightResponse": "CORSMissingAllowHeaderFromPreflight2",
}


def _firefox_origin(request: CorsRequest, response: ResponseHead, error: str, *more: str) -> BrowserVerdict:
    lines = values(response.fields, b"access-control-allow-origin")
    # two field lines are told apart from one line with a list
    key = "CORSMultipleAllowOriginNotAllowed" if len(lines) > 1 else _FIREFOX_NAMES[error]
    parameter = lines[0].decode("utf-8", "replace").strip(" \t") if lines else ""
    return firefox_blocks(request, (key, *more), response.status, parameter)


def _preflight(request: CorsRequest, response: ResponseHead) -> Verdict:
    """Fetch, section 4.8, "CORS-preflight fetch", step 7."""
    chromium_fault = next(_chromium_preflight_faults(request, response), None)
    if chromium_fault is None:
        return Verdict("preflight", None, ALLOWED, ALLOWED)
    error, parameter, header = chromium_fault
    chromium = chromium_blocks(request, error, parameter)
    return Verdict("preflight", header or None, chromium, _firefox_preflight(request, response))


def _chromium_preflight_faults(request: CorsRequest, response: ResponseHead) -> Iterator[Fault]:
    if is_redirect(response):
        yield "PreflightDisallowedRedirect", "", ""
    for error, parameter, header in chromium_origin_faults(request, response.fields):
        yield f"Preflight{error}", parameter, header
    if not 200 <= response.status <= 299:  # Fetch, "ok status"
        yield "PreflightInvalidStatus", "", ""
    yield from _permission_faults(request, response)


def _permission_faults(request: CorsRequest, response: ResponseHead) -> Iterator[Fault]:
    """Access-Control-Allow-Methods and -Headers; one that cannot be parsed fails even where nothing needed it."""
    methods, bad_method = token_list(response.fields, b"access-control-allow-methods")
    headers, bad_header = token_list(response.fields, b"access-control-allow-headers")
    if bad_method is not None:
        yield "InvalidAllowMethodsPreflightResponse", "", ACAM
    if bad_header is not None:
        yield "InvalidAllowHeadersPreflightResponse", "", ACAH
    # Fetch, section 3.3.5: with credentials, `*` is a method and a field name of its own
    any_method, any_header = (b"*" in listed and not request.credentials for listed in (methods, headers))
    if not any_method and request.method not in SAFELISTED_METHODS and request.method.encode("latin-1") not in methods:
        yield "MethodDisallowedByPreflightResponse", request.method, ACAM
    named = {name.lower().decode("latin-1") for name in headers}
    for name in request.headers:
        # both browsers still let `*` cover Authorization, against the standard
        if not any_header and name not in named:
            yield "HeaderDisallowedByPreflightResponse", name, ACAH


def _firefox_preflight(request: CorsRequest, response: ResponseHead) -> BrowserVerdict:
    """Firefox looks at Access-Control-Allow-Origin before it looks at a redirect."""
    after = "CORSDidNotSucceed2"
    if fault := next(chromium_origin_faults(request, response.fields), None):
        return _firefox_origin(request, response, fault[0], after)
    if is_redirect(response):
        names = ("CORSExternalRedirectNotAllowed", "CORSPreflightDidNotSucceed3", after)
        return firefox_blocks(request, names, response.status)
    if not 200 <= response.status <= 299:
        return firefox_blocks(request, ("CORSPreflightDidNotSucceed3", after), response.status)
    error, parameter, _ = next(_permission_faults(request, response))
    return firefox_blocks(
        request, (_FIREFOX_NAMES[error], after), response.status, _firefox_token(response, error, parameter)
    )


def _firefox_token(response: ResponseHead, error: str, parameter: str) -> str:
    """Firefox quotes the token that it could not parse."""
    lists = {
        "InvalidAllowMethodsPreflightResponse": b"access-control-allow-methods",
        "InvalidAllowHeadersPreflightResponse": b"access-control-allow-headers",
    }
    if name := lists.get(error):
        return (token_list(response.fields, name)[1] or b"").decode("latin-1")
    return parameter
