"""The console texts of Chromium 156 and Firefox ESR 153, as measured."""

from __future__ import annotations

from .requests import CorsRequest
from .verdict import BrowserVerdict

_PREFLIGHT = "Response to preflight request doesn't pass access control check: "
_ACAO = "The 'Access-Control-Allow-Origin' header "

# the part behind PREFIX; {p} is the failed parameter, {o} the page's origin
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
_ONE_VALUE = {"MultipleAllowOriginValues", "InvalidAllowOriginValue", "AllowOriginMismatch"}
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
}

_BLOCKED = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {u}. (Reason: "
)
_FIREFOX = {
    "CORSDidNotSucceed2": "CORS request did not succeed). Status code: {s}.",
    "CORSExternalRedirectNotAllowed": "CORS request external redirect not allowed).",
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


def chromium_blocks(request: CorsRequest, error: str, parameter: str = "") -> BrowserVerdict:
    """The verdict and the two console lines of Chromium."""
    text = _CHROMIUM[error].replace("{p}", _escaped(parameter))
    if request.kind == "fetch" and error.removeprefix("Preflight") in _ONE_VALUE:
        text += " Have the server send the header with a valid value."
    line = (
        f"Access to {request.kind} at '{request.url}' from origin '{request.origin}' has been blocked by CORS policy: "
        f"{text}"
    )
    return BrowserVerdict(False, error, parameter, (line, "Failed to load resource: net::ERR_FAILED"))


def _escaped(text: str) -> str:
    """Chromium shows what is not ASCII by its number."""
    return "".join(char if char.isascii() else f"\\u{ord(char):04X}" for char in text)


def firefox_blocks(request: CorsRequest, errors: tuple[str, ...], status: int, parameter: str = "") -> BrowserVerdict:
    """The verdict and the messages of Firefox, the cause first."""

    def text(error: str) -> str:
        # only this message quotes the URL; the message that follows a cause knows no status
        url = f"‘{request.url}’" if error == "CORSNotSupportingCredentials" else request.url
        shown = "(null)" if error == "CORSDidNotSucceed2" else str(status)
        return (_BLOCKED + _FIREFOX[error]).replace("{u}", url).replace("{s}", shown).replace("{p}", parameter)

    return BrowserVerdict(False, errors[0], parameter, tuple(text(error) for error in errors))
