"""A CORS verdict in plain words: what the browser requires, what the server sent, and the one change that mends it."""

from __future__ import annotations

from devcors.heads import ResponseHead, combined, value

from .requests import CorsRequest
from .verdict import Verdict


def explain(verdict: Verdict, request: CorsRequest, response: ResponseHead) -> tuple[str, str]:
    """(explanation, fix); both empty where the response passes in every browser judged."""
    error = verdict.chromium.error or verdict.firefox.error
    if error is None:
        return "", ""
    required, fix = _rule(error.removeprefix("Preflight"), verdict, request)
    what = "preflight" if request.preflight else "response"
    explanation = f"{required} {_sent(verdict.header, what, response)}"
    if response.status >= 400 and not request.preflight:
        explanation = f"The API failed first ({response.status}); CORS only hides it. {explanation}"
    return explanation, fix


def _sent(header: str | None, what: str, response: ResponseHead) -> str:
    if header is None:
        place = value(response.fields, b"location")
        to = f" to {place.decode('latin-1')}" if place else ""
        return f"The server answered the {what} with {response.status}{to}."
    sent = combined(response.fields, header.lower().encode())
    if sent is None:
        return f"The server's {what} ({response.status}) has no {header}."
    return f"The server's {what} ({response.status}) says {header}: {sent.decode('latin-1')}"


def _rule(error: str, verdict: Verdict, request: CorsRequest) -> tuple[str, str]:
    """What is required, and the change on the server."""
    origin, wanted = request.origin, f"Access-Control-Allow-Origin: {request.origin}"
    parameter = verdict.chromium.parameter
    must_name = f"The browser lets {origin} read this only if Access-Control-Allow-Origin is exactly that origin or *."
    everywhere = f"Send {wanted} (and Vary: Origin) on this answer, on errors and on OPTIONS too."
    rules = {
        "MissingAllowOriginHeader": (must_name, everywhere),
        "MultipleAllowOriginValues": (
            "Access-Control-Allow-Origin holds one origin, not a list.",
            f"Send one value, {wanted}; look for a proxy and an app that both add it.",
        ),
        "InvalidAllowOriginValue": (must_name, f"Send {wanted}; it is not an origin now."),
        "AllowOriginMismatch": (must_name, f"Send {wanted}, without a slash or a path behind it."),
        "WildcardOriginNotAllowed": (
            "A request with credentials (cookies) may not be allowed by the wildcard *.",
            f"Send {wanted} and Access-Control-Allow-Credentials: true, with Vary: Origin.",
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
            f"Send Access-Control-Allow-Methods: {request.method}",
        ),
        "InvalidAllowHeadersPreflightResponse": (
            "Access-Control-Allow-Headers must be a comma-separated list of header names.",
            f"Send Access-Control-Allow-Headers: {', '.join(request.headers)}",
        ),
        "MethodDisallowedByPreflightResponse": (
            f"{request.method} must be named in Access-Control-Allow-Methods (methods are compared with their case).",
            f"Add {request.method} to Access-Control-Allow-Methods in the answer to OPTIONS.",
        ),
        "HeaderDisallowedByPreflightResponse": (
            f"The request header {parameter} must be named in Access-Control-Allow-Headers.",
            f"Add {parameter} to Access-Control-Allow-Headers in the answer to OPTIONS.",
        ),
    }
    return rules.get(error, (must_name, everywhere))
