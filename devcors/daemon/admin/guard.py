"""Who may ask the admin port: programs of this machine and its own pages, never another site's page.

Known: a browser sends a page's requests wherever the page says, loopback included, and a name of the page's own can be
made to lead here (DNS rebinding). Wanted: every such request refused by what the browser cannot leave out or change:
Host, Origin (Fetch standard, section 3.2), Sec-Fetch-Site (Fetch Metadata, section 2.4). What tells or changes
something wants more: a token in `Authorization`, which no browser sends by itself. A cookie would not do: cookies
ignore ports, so programs behind other ports of this machine get them too (RFC 6265bis, section 8.5). Pure.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from typing import NamedTuple

from devcors.errors import MalformedError
from devcors.policy.checks import Refusal
from devcors.urls import is_loopback_host, parse_authority

HEADERS = {
    # the dashboard's own scripts, styles and requests, and nothing that stands in what it shows
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # with nosniff: no page of another origin can take an answer in as a script, an image or a style sheet
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""On every answer. There is no Access-Control-Allow-Origin on any."""

READING = ("GET", "HEAD")
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

_OWN_SITES = ("none", "same-origin")


class Asked(NamedTuple):
    """What a request says of itself: method, request target, and all values of each field that counts."""

    method: str
    target: str
    hosts: Sequence[str]
    origins: Sequence[str] = ()
    sites: Sequence[str] = ()
    """Of Sec-Fetch-Site."""
    authorizations: Sequence[str] = ()
    media_types: Sequence[str] = ()
    """Of Content-Type."""


def refusal(asked: Asked, allowed: Collection[str], token: str | None) -> Refusal | None:
    """Why a request is not served, or None.

    `allowed` are the methods of what is asked for; `token` what it wants in `Authorization`, None where it wants none.
    """
    return (
        _bad_host(asked.target, asked.hosts)
        or _foreign_page(asked.hosts[0], asked.origins, asked.sites)
        or _wrong_method(asked.method, allowed)
        or _without_token(asked.authorizations, token)
        or _bare_writing(asked.method, asked.media_types)
    )


def _bad_host(target: str, hosts: Sequence[str]) -> Refusal | None:
    if not target.startswith("/"):  # RFC 9112, section 3.2: an absolute-form would name another host than Host does
        return Refusal(400, "the request target is no path", "send a target that begins with /")
    if len(hosts) != 1:  # RFC 9112, section 3.2
        return Refusal(400, f"a request must have one Host field, this has {len(hosts)}", "send one Host")
    try:
        name = parse_authority(hosts[0]).host.rstrip(".")
    except MalformedError as error:
        return Refusal(400, f"the Host field is {error.message}", "send localhost and the port")
    if not is_loopback_host(name):
        return Refusal(403, f"the host {name!r} is not served here (DNS rebinding)", "open it by the name localhost")
    return None


def _foreign_page(host: str, origins: Sequence[str], sites: Sequence[str]) -> Refusal | None:
    """`null` is the origin of any sandboxed page; no list and no second value is what a browser sends."""
    own = f"http://{host.lower()}"
    if any(origin.lower() != own for origin in origins):
        return Refusal(403, "a page of another origin asks", "open the address itself, in a tab of its own")
    if any(site not in _OWN_SITES for site in sites):
        return Refusal(403, "a page of another site asks", "open the address itself, in a tab of its own")
    return None


def _wrong_method(method: str, allowed: Collection[str]) -> Refusal | None:
    """OPTIONS is never among them: no preflight is answered."""
    if method in allowed:
        return None
    return Refusal(405, f"{method} is not served here", f"send {' or '.join(allowed)}")


def _without_token(authorizations: Sequence[str], token: str | None) -> Refusal | None:
    """RFC 6750, section 2.1; the scheme has no case (RFC 9110, section 11.1). The comparison takes constant time."""
    if token is None:
        return None
    if len(authorizations) == 1:
        scheme, _, given = authorizations[0].partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
            return None
        return Refusal(401, "the token is not this devcors'", "it is in the address that devcors printed at its start")
    return Refusal(401, "this wants a token", "send Authorization: Bearer and the token of the address devcors printed")


def _bare_writing(method: str, media_types: Sequence[str]) -> Refusal | None:
    """A form or a fetch() in mode no-cors can send neither this media type nor these methods (Fetch, section 2.2.2)."""
    if method in READING:
        return None
    if len(media_types) == 1 and media_types[0].partition(";")[0].strip().lower() == "application/json":
        return None
    return Refusal(415, "a change is asked for in JSON", "send Content-Type: application/json")
