"""Who may ask the admin port: programs of this machine and its own pages, never another site's page.

Known: a browser sends a page's requests wherever the page says, loopback included, and a name of the page's own can be
made to lead here (DNS rebinding). Wanted: every such request refused by what the browser cannot leave out or change:
Host, Origin (Fetch standard, section 3.2), Sec-Fetch-Site (Fetch Metadata, section 2.4). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from devcors.errors import MalformedError
from devcors.policy.checks import Refusal
from devcors.urls import is_loopback_host, parse_authority

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
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
_OWN_SITES = ("none", "same-origin")


def refusal(
    method: str, target: str, hosts: Sequence[str], origins: Sequence[str], sites: Sequence[str]
) -> Refusal | None:
    """Why a request is not served, or None. The last three are all values of Host, Origin and Sec-Fetch-Site."""
    return _bad_host(target, hosts) or _foreign_page(hosts[0], origins, sites) or _writing(method)


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


def _writing(method: str) -> Refusal | None:
    """Nothing here changes anything; so no preflight is answered either."""
    return None if method in READING else Refusal(405, "the admin port only answers GET", "send GET")
