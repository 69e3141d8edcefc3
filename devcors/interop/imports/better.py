"""What devcors has otherwise than the tools it imports from, on purpose: no import may differ in anything else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Better:
    """One difference: a name for it, what devcors does, and why that is better."""

    name: str
    what: str
    why: str


BETTER = (
    Better(
        "segment",
        "A prefix ends at a segment: `/api` takes `/api` and `/api/x`, never `/apis`",
        "a page or a module of the front end whose name begins alike would be sent to the backend",
    ),
    Better(
        "dots",
        "A glob's `**` takes names that begin with a dot, too",
        "`/api/.well-known/x` is meant for the API as `/api/x` is",
    ),
    Better(
        "path",
        "A pattern is compared with the path alone, never with the query, and a path that could be taken for that of "
        "another route is refused with 400",
        "a query is data of the page; and no spelling of a path shall step around a route",
    ),
    Better(
        "case",
        "A path is compared with its case: of `/api/v2` and `/api`, `/api/V2` is for `/api`",
        "paths differ by case (RFC 3986, section 6.2.2.1), and so do the backend's; Express does not tell them apart",
    ),
    Better(
        "raw",
        "The path goes on byte for byte, but for what `rewrite` says",
        "a backend can only check a signature, or refuse a path, that it gets as it was sent",
    ),
    Better(
        "query",
        "The query goes on byte for byte",
        "a tool that writes it anew changes what is signed, or has no `=`, or stands there twice",
    ),
    Better(
        "fetch",
        "A request goes on with the fields that the browser sent, and a redirect comes to the browser",
        "what is sent with fetch() has another Accept, and redirects are followed where the browser cannot see them",
    ),
    Better(
        "slash",
        "A path with a slash at its end, or with two in a row, goes on as it was asked for, without a redirect first; "
        "none is added: with a target `…/v1`, `/api/` becomes `/v1/` and `/api` becomes `/v1`",
        "a backend takes the two for different paths, and redirects from one to the other: with the tool's own "
        "redirect the browser goes in circles",
    ),
    Better(
        "origin",
        "Where Host is the target's, so are the Origin and Referer of the page itself",
        "a backend that compares Origin with Host, as most CSRF checks do, would refuse the page's own requests",
    ),
    Better(
        "forwarded",
        "X-Forwarded-* say how devcors was reached, whatever the client claims; where a tool sends one of "
        "them, devcors sends -For, -Host, -Proto and -Port; WebSockets have them too",
        "a backend that believes them must not be told something else by a page",
    ),
    Better(
        "cookies",
        "Cookies that the target sets for itself are made to work at the front door",
        "a browser refuses a foreign Domain, and never sends back a cookie whose Path is the backend's own",
    ),
    Better(
        "redirects",
        "A Location inside the target comes back to the front door, its path through the rewrite",
        "the browser would leave the front door, and the page with it",
    ),
    Better(
        "websocket",
        "WebSockets are taken along by every route, as its other requests are",
        "nobody wants a route that answers pages and refuses their sockets",
    ),
    Better(
        "cors",
        "CORS fields and answers to preflights are the backend's own; a dev server that adds some does so for itself",
        "what the backend really says is judged, so that the page works without a dev server, too; "
        '`cors = "inject"` adds them',
    ),
    Better(
        "connection",
        "Fields that belong to one connection (RFC 9110, section 7.6.1) are not passed on",
        "they are about the browser's connection, not about devcors' own to the backend",
    ),
    Better(
        "failure",
        "A backend that does not answer is a 502 that says which route, which target and why",
        "an empty 500 or 504 says nothing",
    ),
)
