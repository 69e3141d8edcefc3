"""Warnings: what passes in a browser today, or for this page, and is wrong all the same.

Known: a request and its response. Wanted: one sentence for each habit that breaks with a cache, with
the next browser, with another page, or lets in whom nobody meant to let in.
"""

from __future__ import annotations

from collections.abc import Iterator

from devcors.heads import Fields, ResponseHead, has_token, value, values

from .checks import is_redirect
from .locations import Location, parse_location, resolve
from .profiles import BROWSERS
from .requests import CorsRequest
from .tokens import token_list

_ACAO = b"access-control-allow-origin"
_CORS_FIELDS = ("Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Expose-Headers", "Max-Age")


def warnings(request: CorsRequest, response: ResponseHead) -> tuple[str, ...]:
    """One sentence for each thing to put right; of a preflight and of any other response."""
    fields = response.fields
    found = [*_of_origin(fields), *_doubled(fields)]
    if request.preflight:
        found += [*_of_preflight(request, response)]
    else:
        found += [*_of_caches(fields), *_of_redirect(request, response)]
    return tuple(found)


def _of_origin(fields: Fields) -> Iterator[str]:
    """Values of Access-Control-Allow-Origin that are no origin, or the wrong one to name."""
    for raw in values(fields, _ACAO):
        allowed = raw.decode("latin-1").strip(" \t")
        if allowed == "null":
            yield (
                "Access-Control-Allow-Origin: null lets in every sandboxed frame and every local file, whoever made it:"
                " name the origin instead."
            )
        elif "," in allowed or " " in allowed:
            yield f"Access-Control-Allow-Origin holds one origin, not a list: {allowed}"
        elif "/" in allowed.partition("://")[2]:
            yield f"An origin has no slash and no path behind it: Access-Control-Allow-Origin: {allowed}"


def _doubled(fields: Fields) -> Iterator[str]:
    for name in _CORS_FIELDS:
        count = len(values(fields, f"access-control-{name.lower()}".encode()))
        if count > 1:
            yield f"Access-Control-{name} is there {count} times: a proxy and the app both add it; keep one of them."


def _of_caches(fields: Fields) -> Iterator[str]:
    allowed = value(fields, _ACAO)
    if allowed is None:
        return
    if allowed == b"*":
        if value(fields, b"set-cookie") is not None:
            yield (
                "The response allows every origin (*) and sets a cookie: pages elsewhere will never send that cookie"
                " back, since credentials and * do not go together."
            )
    elif not has_token(fields, b"vary", b"origin") and not has_token(fields, b"vary", b"*"):
        yield (
            "Access-Control-Allow-Origin names one origin without Vary: Origin: where it follows the request, a cache"
            " hands one page's answer to another page."
        )


def _of_redirect(request: CorsRequest, response: ResponseHead) -> Iterator[str]:
    if not is_redirect(response):
        return
    was = parse_location(request.url)
    to = resolve(was, (value(response.fields, b"location") or b"").decode("latin-1")) if was else None
    if was is None or to is None or was.origin.host != to.origin.host:
        return
    if _path(to) == f"{_path(was)}/":
        yield f"The API redirects to the same path with a slash behind it; call {to.href} at once."
    elif (was.scheme, to.scheme) == ("http", "https"):
        yield f"The API redirects from http to https; call {to.href} at once: a preflight may not be redirected."


def _path(location: Location) -> str:
    return location.href.removeprefix(str(location.origin)).partition("#")[0].partition("?")[0]


def _of_preflight(request: CorsRequest, response: ResponseHead) -> Iterator[str]:
    if response.status == 401:
        yield "OPTIONS is answered 401: preflights never carry credentials; answer them before authentication."
    elif response.status in (404, 405):
        yield f"OPTIONS is answered {response.status}: no route takes it; answer preflights before the router."
    yield from _of_max_age(response.fields)
    listed, _ = token_list(response.fields, b"access-control-allow-headers")
    named = {name.lower() for name in listed}
    if b"*" in named and "authorization" in request.headers and b"authorization" not in named:
        yield (
            "Authorization is covered only by Access-Control-Allow-Headers: *; browsers are about to ask for its name:"
            " list it."
        )


def _of_max_age(fields: Fields) -> Iterator[str]:
    sent = (value(fields, b"access-control-max-age") or b"").strip()
    over = [profile for profile in BROWSERS if sent.isdigit() and int(sent) > profile.max_age.cap]
    if over:
        caps = ", ".join(f"{profile.name.capitalize()} {profile.max_age.cap}" for profile in over)
        yield f"Access-Control-Max-Age: {sent.decode()} is more than browsers keep (seconds): {caps}."


def reflected_origin(probe: str, response: ResponseHead) -> str | None:
    """The warning where a server lets in an origin that it cannot know.

    `probe` is an origin made up for this question; `response` answered a request that told it.
    """
    if value(response.fields, _ACAO) != probe.encode():
        return None
    if value(response.fields, b"access-control-allow-credentials") != b"true":
        return None
    return (
        f"The server lets any origin read with the user's cookies: it allowed {probe}, which nobody has named."
        " List the origins."
    )
