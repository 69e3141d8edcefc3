"""A CORS verdict in plain words: what the browser requires, what the server sent, and the one change that mends it."""

from __future__ import annotations

from devcors.heads import ResponseHead, combined, value

from .advice import warnings
from .local_network import WHAT_HELPS
from .profiles import FIREFOX
from .requests import CorsRequest
from .verdict import Verdict

__all__ = ["explain", "warnings"]

_MUST_NAME = "The browser lets {page} read this only if Access-Control-Allow-Origin is exactly {named} or *."
_SEND = "Send Access-Control-Allow-Origin: {origin}"
_EVERYWHERE = _SEND + " (and Vary: Origin) on this answer, on errors and on OPTIONS too."

# for each rule what is required, and the change; {parameter} is what was found or is lacking
_RULES: dict[str, tuple[str, str]] = {
    "MissingAllowOriginHeader": (_MUST_NAME, _EVERYWHERE),
    "MultipleAllowOriginValues": (
        "Access-Control-Allow-Origin holds one origin, not a list.",
        "Send one value, Access-Control-Allow-Origin: {origin}; look for a proxy and an app that both add it.",
    ),
    "InvalidAllowOriginValue": (_MUST_NAME, _SEND + "; it is not an origin now."),
    "AllowOriginMismatch": (_MUST_NAME, _SEND + ", without a slash or a path behind it."),
    "WildcardOriginNotAllowed": (
        "A request with credentials (cookies) may not be allowed by the wildcard *.",
        _SEND + " and Access-Control-Allow-Credentials: true, with Vary: Origin.",
    ),
    "InvalidAllowCredentials": (
        "A request with credentials (cookies) needs Access-Control-Allow-Credentials to be exactly true.",
        "Send Access-Control-Allow-Credentials: true, in lower case.",
    ),
    "InvalidStatus": (
        "The answer to a preflight must have a status from 200 to 299.",
        "Answer OPTIONS with 204 before authentication and before the router refuses the method.",
    ),
    "DisallowedRedirect": (
        "A preflight may not be redirected.",
        "Call the address that the redirect leads to (https, or with the trailing slash), or answer OPTIONS there.",
    ),
    "InvalidAllowMethodsPreflightResponse": (
        "Access-Control-Allow-Methods must be a comma-separated list of methods.",
        "Send Access-Control-Allow-Methods: {method}",
    ),
    "InvalidAllowHeadersPreflightResponse": (
        "Access-Control-Allow-Headers must be a comma-separated list of header names.",
        "Send Access-Control-Allow-Headers: {headers}",
    ),
    "MethodDisallowedByPreflightResponse": (
        "{method} must be named in Access-Control-Allow-Methods (methods are compared with their case).",
        "Add {method} to Access-Control-Allow-Methods in the answer to OPTIONS.",
    ),
    "HeaderDisallowedByPreflightResponse": (
        "The request header {lacking} must be named in Access-Control-Allow-Headers.",
        "Add {lacking} to Access-Control-Allow-Headers in the answer to OPTIONS.",
    ),
    "RedirectContainsCredentials": (
        "A cross-origin request may not be redirected to a URL with a user name or a password in it.",
        "Redirect to the URL without user:password@, and let the page send Authorization there.",
    ),
    "CorsDisabledScheme": (
        "Only http and https URLs can be fetched across origins.",
        "Ask for an http or https URL, and redirect to such URLs only.",
    ),
    "DisallowedByMode": (
        'The page asked with mode: "same-origin", which no other origin can answer.',
        'Ask with mode: "cors", and let the server allow {page}.',
    ),
    "NoCorsRedirectModeNotFollow": (
        'A request with mode: "no-cors" to another origin can only follow redirects.',
        'Leave redirect at "follow", or ask with mode: "cors".',
    ),
    "InsecureLocalNetwork": (
        "A page from the public network that is not served over TLS may not reach addresses of the local network.",
        WHAT_HELPS,
    ),
    "InvalidLocalNetworkAccess": (
        "The page named an address space in targetAddressSpace in which the resource is not.",
        "Name the address space that the resource is in.",
    ),
    "LocalNetworkAccessPermissionDenied": (
        "A page from the public network needs the user's permission to reach addresses of the local network.",
        WHAT_HELPS,
    ),
    "CORSDidNotSucceed2": (
        "The browser got no response that it could look at.",
        "See that the server is running, that the name resolves, and that its certificate is trusted.",
    ),
}
_RULE_OF_FIREFOX = {name: rule for rule, name in FIREFOX.names.items()} | {
    "CORSMultipleAllowOriginNotAllowed": "MultipleAllowOriginValues",
    "CORSRequestNotHttp": "CorsDisabledScheme",
    "CORSDidNotSucceed2": "CORSDidNotSucceed2",
}
_WITHOUT_ANSWER = frozenset(
    {
        "CorsDisabledScheme",
        "DisallowedByMode",
        "NoCorsRedirectModeNotFollow",
        "InsecureLocalNetwork",
        "InvalidLocalNetworkAccess",
        "LocalNetworkAccessPermissionDenied",
        "CORSDidNotSucceed2",
    }
)


def explain(verdict: Verdict, request: CorsRequest, response: ResponseHead | None) -> tuple[str, str]:
    """(explanation, fix); both empty where the response passes in every browser judged.

    `response` is the one that was refused, None where none came.
    """
    error = verdict.chromium.error or verdict.firefox.error
    if error is None:
        return "", ""
    rule = _RULE_OF_FIREFOX.get(error, error.removeprefix("Preflight"))
    required, fix = (_filled(text, verdict, request) for text in _RULES[rule])
    if response is None or rule in _WITHOUT_ANSWER:
        return f"{required} {_asked(verdict, request)}", fix
    explanation = f"{required} {_sent(verdict, response)}"
    if response.status >= 400 and not request.preflight:
        explanation = f"The API failed first ({response.status}); CORS only hides it. {explanation}"
    return explanation, fix


def _filled(text: str, verdict: Verdict, request: CorsRequest) -> str:
    chromium, firefox = verdict.chromium, verdict.firefox
    parameter = chromium.parameter or firefox.parameter
    page = request.page or request.origin
    # after redirects from one other origin to another the Origin field says null
    tainted = request.origin == "null" != page
    return text.format(
        page=page,
        named="null (the request came through redirects over two other origins)" if tainted else "that origin",
        origin=request.origin,
        method=request.method,
        headers=", ".join(request.headers),
        lacking=", ".join(chromium.lacking or firefox.lacking) or parameter,
    )


def _asked(verdict: Verdict, request: CorsRequest) -> str:
    """The second sentence where there is no answer to quote."""
    page = request.page or request.origin
    return f"The {verdict.step} from {page} was for {request.url}."


def _sent(verdict: Verdict, response: ResponseHead) -> str:
    what, header = verdict.step, verdict.header
    if header is None:
        place = value(response.fields, b"location")
        to = f" to {place.decode('latin-1')}" if place else ""
        return f"The server answered the {what} with {response.status}{to}."
    sent = combined(response.fields, header.lower().encode())
    if sent is None:
        return f"The server's {what} ({response.status}) has no {header}."
    return f"The server's {what} ({response.status}) says {header}: {sent.decode('latin-1')}"
