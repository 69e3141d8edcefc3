"""What a trained eye sees in the answers besides the verdict: pure functions on response heads.

Known: the answers to the same request without an Origin, from the page, and from origins that nobody has allowed.
Wanted: whether everybody is let in, whether a cache can hand one origin's answer to another, and what the status of
a refused preflight or the target of a redirect gives away about the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from devcors.cors.advice import reflected_origin
from devcors.cors.checks import is_redirect
from devcors.cors.local_network import WHAT_HELPS, AddressSpace
from devcors.cors.locations import resolve
from devcors.cors.walking import Fetched
from devcors.heads import ResponseHead, combined, has_token, value
from devcors.urls import Origin

from .failures import Failure
from .plan import location_of
from .report import Advice

FOREIGN = "https://devcors-probe.example"


def on_foreign_origins(foreign: ResponseHead | None, opaque: ResponseHead | None) -> Iterator[Advice]:
    """By the answers to a request with the Origin FOREIGN and to one with `null`."""
    if foreign is not None and (told := reflected_origin(FOREIGN, foreign)):
        yield Advice("any-origin-reflected-with-credentials", f"Security: {told}")
    elif foreign is not None and _allowed_origin(foreign) == FOREIGN.encode():
        yield Advice(
            "any-origin-reflected",
            f"The server lets any origin in: it allowed {FOREIGN}, which nobody has named. List the origins; if"
            " everybody may read this, send *.",
        )
    elif opaque is not None and _allowed_origin(opaque) == b"null":
        yield Advice(
            "null-origin-allowed",
            "The server lets the origin null in, which every website has inside a sandboxed frame: list the origins.",
        )


def on_caching(plain: ResponseHead | None, own: ResponseHead, foreign: ResponseHead | None) -> Iterator[Advice]:
    """Fetch, "CORS protocol and HTTP caches": an answer that depends on the Origin says so, also when it is refused."""
    others = [(response, name) for response, name in ((plain, "without an Origin"), (foreign, "from another origin"))]
    differing = [
        (response, name)
        for response, name in others
        if response is not None and _allowed_origin(response) != _allowed_origin(own)
    ]
    if not differing:
        return
    silent = [name for response, name in ((own, "with it"), *differing) if not _varies(response)]
    if silent:
        where = "" if len(silent) > len(differing) else f" on the answer {silent[0]}"
        yield Advice(
            "vary-origin-missing",
            f"The answer differs {differing[0][1]}, but there is no Vary: Origin{where}. A cache (the browser's too)"
            " may keep one and give it where the other is due: send Vary: Origin on every answer, allowed or not.",
        )


def _allowed_origin(response: ResponseHead) -> bytes | None:
    return combined(response.fields, b"access-control-allow-origin")


def _varies(response: ResponseHead) -> bool:
    return has_token(response.fields, b"vary", b"origin") or has_token(response.fields, b"vary", b"*")


def on_options_status(response: ResponseHead) -> Iterator[str]:
    """What the status of a preflight's answer gives away, besides what the rules know of it."""
    if response.status == 403:
        yield (
            "OPTIONS is answered 403: a firewall, authentication or the CORS middleware's own list of origins refuses"
            " it; the server's log knows which."
        )
    elif response.status >= 500:
        yield f"OPTIONS is answered {response.status}: the server failed; its log knows why."


def on_login(url: str, response: ResponseHead) -> Iterator[str]:
    """A redirect to where a person would log in."""
    location = (value(response.fields, b"location") or b"").decode("utf-8", "replace")
    target = resolve(location_of(url), location)
    if target and is_redirect(response) and _LOGIN.search(target.href.removeprefix(str(target.origin))):
        yield ("It leads to a login page, which no fetch() can use: let the API answer 401 to who is not logged in.")


_LOGIN = re.compile(r"/(?:log-?in|sign-?in|auth|authorize|oauth2?|sso|saml)\b", re.IGNORECASE)


def on_local_network(page: Origin, space: AddressSpace | None, resource: AddressSpace) -> Iterator[Advice]:
    """What Chromium asks the user before a page of a public address reaches this machine or its network."""
    if space == "public" and resource != "public":
        yield Advice(
            "local-network-access",
            f"Chromium asks the user before a page at {page} may reach a {resource} address, and blocks it where the"
            f" user declines. {WHAT_HELPS}",
        )


def on_browser_warnings(fetched: Mapping[str, Fetched]) -> Iterator[Advice]:
    """What a browser prints though it lets the page read the answer."""
    for one in fetched.values():
        for message in one.verdict.messages if one.verdict.allowed else ():
            yield Advice("browser-warning", message)


def on_untrusted(failure: Failure) -> Advice:
    """Of an answer that --insecure let through."""
    return Advice("untrusted-certificate", f"A browser would not get this far: {failure.message}.")
