"""The console texts of Chromium 156 and Firefox ESR 153, as measured."""

from __future__ import annotations

from .checks import Fault
from .profiles import CHROMIUM, FIREFOX, Profile
from .requests import CorsRequest
from .verdict import BrowserVerdict

_PREFLIGHT = "Response to preflight request doesn't pass access control check: "
_ACAO = "The 'Access-Control-Allow-Origin' header "

# the part behind PREFIX; {p} is the failed parameter
_ORIGIN_CHECK = {
    "WildcardOriginNotAllowed": (
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the"
        " request's credentials mode is 'include'."
    ),
    "MissingAllowOriginHeader": "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    "MultipleAllowOriginValues": _ACAO + "contains multiple values '{p}', but only one is allowed.",
    "InvalidAllowOriginValue": _ACAO + "contains the invalid value '{p}'.",
    "AllowOriginMismatch": _ACAO + "has a value '{p}' that is not equal to the supplied origin.",
    "InvalidAllowCredentials": (
        "The value of the 'Access-Control-Allow-Credentials' header in the response is '{p}' which must be 'true' when"
        " the request's credentials mode is 'include'."
    ),
}
_ONE_VALUE = frozenset({"MultipleAllowOriginValues", "InvalidAllowOriginValue", "AllowOriginMismatch"})
_CREDENTIALS = frozenset({"WildcardOriginNotAllowed", "InvalidAllowCredentials"})
_CHROMIUM = {
    **_ORIGIN_CHECK,
    **{f"Preflight{name}": _PREFLIGHT + text for name, text in _ORIGIN_CHECK.items()},
    "PreflightInvalidStatus": _PREFLIGHT + "It does not have HTTP ok status.",
    "PreflightDisallowedRedirect": _PREFLIGHT + "Redirect is not allowed for a preflight request.",
    "InvalidAllowMethodsPreflightResponse": (
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response."
    ),
    "InvalidAllowHeadersPreflightResponse": (
        "Cannot parse Access-Control-Allow-Headers response header field in preflight response."
    ),
    "MethodDisallowedByPreflightResponse": (
        "Method {p} is not allowed by Access-Control-Allow-Methods in preflight response."
    ),
    "HeaderDisallowedByPreflightResponse": (
        "Request header field {p} is not allowed by Access-Control-Allow-Headers in preflight response."
    ),
    "RedirectContainsCredentials": (
        "Redirect location '' contains a username and password, which is disallowed for cross-origin requests."
    ),
    "CorsDisabledScheme": (
        "Cross origin requests are only supported for protocol schemes: chrome,"
        " chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app."
    ),
    "InsecureLocalNetwork": (
        "The request client is not a secure context and the resource is in more-private address space `{p}`."
    ),
    "InvalidLocalNetworkAccess": (
        "Request had a target IP address space of `{p}` yet the resource is in address space `{q}`."
    ),
    "LocalNetworkAccessPermissionDenied": (
        "Permission was denied for this request to access the `{p}` address space."
    ),
}  # fmt: skip
# what DevTools puts into failedParameter; of the other errors it is empty
_WITH_PARAMETER = _ONE_VALUE | {
    "InvalidAllowCredentials",
    "MethodDisallowedByPreflightResponse",
    "HeaderDisallowedByPreflightResponse",
}

_BLOCKED = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {u}. (Reason: "
)
_FIREFOX = {
    "CORSDidNotSucceed2": "CORS request did not succeed). Status code: {s}.",
    "CORSExternalRedirectNotAllowed": "CORS request external redirect not allowed).",
    "CORSRequestNotHttp": "CORS request not http).",
    "CORSMissingAllowOrigin2": "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {s}.",
    "CORSMultipleAllowOriginNotAllowed": "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
    "CORSAllowOriginNotMatchingOrigin": "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{p}’).",
    "CORSNotSupportingCredentials": (
        "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)."
    ),
    "CORSMethodNotFound": "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
    "CORSMissingAllowCredentials": "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
    "CORSPreflightDidNotSucceed3": "CORS preflight response did not succeed). Status code: {s}.",
    "CORSInvalidAllowMethod": "invalid token ‘{p}’ in CORS header ‘Access-Control-Allow-Methods’).",
    "CORSInvalidAllowHeader": "invalid token ‘{p}’ in CORS header ‘Access-Control-Allow-Headers’).",
    "CORSMissingAllowHeaderFromPreflight2": (
        "header ‘{p}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response)."
    ),
}
# the one message that warns of what a later Firefox will refuse
_AUTHORIZATION_BY_WILDCARD = (
    "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at {u} soon."
    " (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered. To include"
    " the `Authorization` header, it must be explicitly listed in CORS header `Access-Control-Allow-Headers`)."
)
_FIREFOX_TEXTS = {
    **{key: _BLOCKED + reason for key, reason in _FIREFOX.items()},
    "CORSAllowHeaderFromPreflightDeprecation": _AUTHORIZATION_BY_WILDCARD,
}


def blocked(profile: Profile, request: CorsRequest, fault: Fault, status: int, *, alone: bool) -> BrowserVerdict:
    """The verdict of one browser on a response with this fault, and what it prints.

    `alone`: the response was the last one; else (a preflight, a redirect) Firefox has one more message.
    """
    if profile is CHROMIUM:
        return chromium_blocks(request, chromium_error(fault.rule, request.preflight), fault.parameter, fault.lacking)
    errors = [FIREFOX.names[fault.rule]]
    if fault.rule == "DisallowedRedirect":
        errors.append(FIREFOX.names["InvalidStatus"])
    if not alone:
        errors.append("CORSDidNotSucceed2")
    return firefox_blocks(request, tuple(errors), status, _as_utf8(fault.parameter), fault.lacking)


def chromium_error(rule: str, preflight: bool) -> str:
    """The member of Network.CorsError."""
    error = "MultipleAllowOriginValues" if rule == "MultipleAllowOriginLines" else rule
    return f"Preflight{error}" if f"Preflight{error}" in _CHROMIUM and preflight else error


def chromium_blocks(
    request: CorsRequest, error: str, parameter: str = "", lacking: tuple[str, ...] = (), resource: str = ""
) -> BrowserVerdict:
    """The verdict and the two console lines of Chromium; `resource` is the address space that was found."""
    text = _CHROMIUM[error].replace("{p}", _escaped(parameter)).replace("{q}", resource)
    rule = error.removeprefix("Preflight")
    if request.kind == "fetch" and rule in _ONE_VALUE:
        text += " Have the server send the header with a valid value."
    if request.kind == "XMLHttpRequest" and rule in _CREDENTIALS:
        text += (
            " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials"
            " attribute."
        )
    first, page = request.first_url or request.url, request.page or request.origin
    redirected = "" if first == request.url else f" (redirected from '{first}')"
    line = (
        f"Access to {request.kind} at '{request.url}'{redirected} from origin '{page}' has been blocked by CORS policy:"
        f" {text}"
    )
    # DevTools cannot carry what is not ASCII
    shown = parameter if rule in _WITH_PARAMETER and parameter.isascii() else ""
    return BrowserVerdict(False, error, shown, (line, failed_to_load("ERR_FAILED")), lacking)


def failed_to_load(net_error: str) -> str:
    """Chromium's line for every request that did not end in a response."""
    return f"Failed to load resource: net::{net_error}"


def _escaped(text: str) -> str:
    """Chromium shows what is not printable ASCII by its number."""
    return "".join(char if " " <= char <= "~" else f"\\u{ord(char):04X}" for char in text)


def _as_utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


def firefox_blocks(
    request: CorsRequest, errors: tuple[str, ...], status: int, parameter: str = "", lacking: tuple[str, ...] = ()
) -> BrowserVerdict:
    """The verdict and the messages of Firefox, the cause first."""
    messages = tuple(firefox_message(error, request.url, status, parameter) for error in errors)
    return BrowserVerdict(False, errors[0], parameter, messages, lacking)


def firefox_message(error: str, url: str, status: int, parameter: str = "") -> str:
    """One message by its key in security.properties."""
    # only this message quotes the URL; the message that follows a cause knows no status
    shown_url = f"‘{url}’" if error == "CORSNotSupportingCredentials" else url
    shown_status = "(null)" if error == "CORSDidNotSucceed2" else str(status)
    text = _FIREFOX_TEXTS[error]
    return text.replace("{u}", shown_url).replace("{s}", shown_status).replace("{p}", parameter)
