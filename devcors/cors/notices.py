"""What the browsers say of requests that no CORS header decides: modes, schemes, mixed content, policies of the page.

One table, a line for each browser. In the texts stand {url}, {page} (its URL), {origin} (the page's) and {scheme}.
"""

from __future__ import annotations

from dataclasses import dataclass

from .console import failed_to_load, firefox_message
from .page import Page
from .profiles import BrowserName, Profile
from .verdict import BrowserVerdict


@dataclass(frozen=True, slots=True)
class _Notice:
    lines: tuple[str, ...] = ()
    error: str | None = None
    parameter: str = ""


_SILENT = _Notice()
_CANNOT_LOAD = "Fetch API cannot load {url}. "
_NOT_SAME = _Notice(("Security Error: Content at {page} may not load data from {url}.",))
_NOT_HTTP = _Notice((firefox_message("CORSRequestNotHttp", "{url}", 0),), "CORSRequestNotHttp")

_MODE = _CANNOT_LOAD + 'Request mode is "same-origin" but the URL\'s origin is not same as the request origin {origin}.'
_UNSAFE_ATTEMPT = (
    "Unsafe attempt to load URL {url} from frame with URL {page}. Domains, protocols and ports must match.\n"
)
_MIXED = (
    "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{url}'. This"
    " request has been blocked; the content must be served over HTTPS."
)
_MIXED_DECLARED = (
    "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{url}'. This"
    " content should also be served over HTTPS."
)
_INTEGRITY = (
    "Subresource Integrity: The resource '{url}' has an integrity attribute, but the resource requires the request to"
    " be CORS enabled to check the integrity, and it is not. The resource has been blocked because the integrity cannot"
    " be enforced."
)
_POLICY = _CANNOT_LOAD + "Refused to connect because it violates the document's Content Security Policy."
_NO_SCHEME = _Notice((_CANNOT_LOAD + 'URL scheme "{scheme}" is not supported.',), "CorsDisabledScheme", "{scheme}")

_NOTICES: dict[str, dict[BrowserName, _Notice]] = {
    "exception": {"chromium": _SILENT, "firefox": _SILENT},
    "same-origin": {"chromium": _Notice((_MODE,), "DisallowedByMode"), "firefox": _NOT_SAME},
    "same-origin redirect": {"chromium": _Notice((_UNSAFE_ATTEMPT,)), "firefox": _NOT_SAME},
    "no-cors redirect mode": {
        "chromium": _Notice(
            (_CANNOT_LOAD + 'Request mode is "no-cors" but the redirect mode is not "follow".',),
            "NoCorsRedirectModeNotFollow",
        ),
        "firefox": _SILENT,
    },
    "scheme": {"chromium": _NO_SCHEME, "firefox": _NOT_HTTP},
    "ftp": {"chromium": _Notice(("FTP is not supported.",)), "firefox": _NOT_HTTP},
    "local scheme": {"chromium": _Notice(("Not allowed to load local resource: {url}",)), "firefox": _SILENT},
    "blob": {"chromium": _NO_SCHEME, "firefox": _NOT_SAME},
    "unknown scheme": {"chromium": _Notice((failed_to_load("ERR_UNKNOWN_URL_SCHEME"),)), "firefox": _NOT_HTTP},
    "not found": {"chromium": _Notice((failed_to_load("ERR_FILE_NOT_FOUND"),)), "firefox": _SILENT},
    "not http": {"chromium": _Notice((failed_to_load("ERR_FAILED"),)), "firefox": _NOT_HTTP},
    "unsafe redirect": {"chromium": _Notice((failed_to_load("ERR_UNSAFE_REDIRECT"),)), "firefox": _NOT_HTTP},
    "data redirect": {
        "chromium": _Notice((failed_to_load("ERR_UNSAFE_REDIRECT"),)),
        "firefox": _Notice(("Redirecting to data: URI not allowed (Blocked loading of: “{url}”)",)),
    },
    "bad port": {"chromium": _Notice((failed_to_load("ERR_UNSAFE_PORT"),)), "firefox": _SILENT},
    "mixed content": {
        "chromium": _Notice((_MIXED,)),
        "firefox": _Notice(("Blocked loading mixed active content “{url}”",)),
    },
    "mixed content declared": {"chromium": _Notice((_MIXED_DECLARED,)), "firefox": _SILENT},
    "content security policy": {"chromium": _Notice((_POLICY,)), "firefox": _SILENT},
    "integrity": {"chromium": _Notice((_INTEGRITY,)), "firefox": _SILENT},
    "credentials in url": {"chromium": _SILENT, "firefox": _SILENT},
    "redirect mode error": {"chromium": _Notice((failed_to_load("ERR_FAILED"),)), "firefox": _SILENT},
    "stream over HTTP/1.1": {
        "chromium": _Notice((failed_to_load("ERR_ALPN_NEGOTIATION_FAILED"),)),
        "firefox": _SILENT,
    },
    "stream redirected": {"chromium": _Notice((failed_to_load("ERR_INVALID_ARGUMENT"),)), "firefox": _SILENT},
    "too many redirects": {"chromium": _Notice((failed_to_load("ERR_TOO_MANY_REDIRECTS"),)), "firefox": _SILENT},
    "resource policy": {
        "chromium": _Notice((failed_to_load("ERR_BLOCKED_BY_RESPONSE.NotSameOrigin"),)),
        "firefox": _SILENT,
    },
}


def notice(profile: Profile, cause: str, page: Page, url: str, scheme: str = "") -> BrowserVerdict:
    """The verdict of one browser on a request refused for `cause`, one of the table's keys."""
    found = _NOTICES[cause][profile.name]

    def filled(text: str) -> str:
        return text.format(url=url, page=page.url, origin=page.origin, scheme=scheme)

    return BrowserVerdict(False, found.error, filled(found.parameter), tuple(map(filled, found.lines)))
