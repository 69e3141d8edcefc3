"""What Vite's and webpack's dev servers share: a route as options of http-proxy, and handlers of its events.

The dev server is the front end itself, so that the front end of the config is no route here. What http-proxy has no
option for is done by functions that stand in the written file, in `nodeproxy.js`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from devcors.urls import is_loopback_host

from .description import Backend, Edit, Note, Route, Site
from .expressions import cookie_edits, location_edits
from .javascript import Code, expression, literal, pair, string
from .writing import Output, Row

KEYS = (
    Row("headers", "`headers`; a handler of `proxyReq` or `proxyRes` for the rest"),
    Row("host", "`changeOrigin`, `headers`"),
    Row("origin", "a handler of `proxyReq`"),
    Row("forwarded", "`xfwd`"),
    Row("cookies", "a handler of `proxyRes`"),
    Row("redirects", "a handler of `proxyRes`"),
    Row("verify", "`secure`, `agent`"),
    Row("timeout", "`proxyTimeout`", "of `idle`; connecting has no limit of its own"),
    Row(
        "cors, [cors]",
        "",
        "a dev server's page is of its own origin; pages of others need a server that has the policy",
    ),
)


@dataclass(frozen=True, slots=True)
class Handlers:
    """Code for http-proxy's events: functions of what is sent, and of what comes back."""

    request: tuple[str, ...]
    response: tuple[str, ...]


def without_frontend(site: Site) -> Site:
    """The site as a dev server has it, which is the front end itself."""
    front = _frontend(site)
    gone = () if front is None or _is_local(front) else (Note("frontend", "left out: the dev server is the front end"),)
    routes = tuple(route for route in site.routes if not route.is_frontend)
    return replace(site, routes=routes, notes=(*site.notes, *gone))


def port(site: Site) -> int:
    """Of the dev server: the front end's own, where it is one of this machine, else that of the config."""
    front = _frontend(site)
    return front.port if front is not None and _is_local(front) else site.listen[0][1]


def _frontend(site: Site) -> Backend | None:
    return next((route.backend for route in site.routes if route.is_frontend), None)


def _is_local(backend: Backend) -> bool:
    return is_loopback_host(backend.host) and not backend.tls


def otherwise(route: Route) -> Iterable[Note]:
    """What no dev server of these has."""
    if route.cors:
        yield Note(f"{route.place}.cors", "left out: the page is of the dev server's own origin, which needs no CORS")


def options(route: Route) -> dict[str, Any]:
    """All options of an entry but the path's."""
    backend = route.backend
    fields = dict(route.request_set)
    if route.host not in ("keep", backend.authority):
        fields = {"host": route.host, **fields}
    # http-proxy puts the target's path before the one that is asked for
    made: dict[str, Any] = {"target": backend.origin + (route.base if route.replaced is None else ""), "ws": True}
    if route.host == backend.authority:
        made["changeOrigin"] = True
    if backend.tls and not backend.verify:
        made["secure"] = False
    elif backend.tls and backend.verify is not True:
        made["agent"] = Code(f"new Agent({{ ca: readFileSync({string(str(backend.verify))}) }})")
    if route.forwarded:
        made["xfwd"] = True
    if fields:
        made["headers"] = fields
    if route.idle:
        made["proxyTimeout"] = round(route.idle * 1000)
    return made


def rewriting(route: Route) -> Code | None:
    """A function of the URL, None where the path stays."""
    if route.replaced is None:
        return None
    whole = route.base + route.replaced
    if route.prefix is not None and not route.prefix.endswith("/") and not whole.endswith("/"):
        start = f"^{_literal_start(route)}"
        find, put = (start, whole) if whole else (f"{start}/?", "/")
        return Code(f"(url) => url.replace({expression(find)}, {string(put.replace('$', '$$'))})")
    return Code(f"(url) => rewritten(url, [{', '.join(map(pair, route.rewritings))}])")


def _literal_start(route: Route) -> str:
    return route.path.removeprefix("^").removesuffix("(?:[/?]|$)")


def handlers(route: Route) -> Handlers:
    """What is done to a request and to a response that no option does."""
    return Handlers(tuple(_of_requests(route)), tuple(_of_responses(route)))


def _of_requests(route: Route) -> Iterator[str]:
    if route.request_removed:
        yield f"without({', '.join(map(string, route.request_removed))})"
    if route.origin != "keep":
        yield f"ownOrigin({string(route.origin)})"


def _of_responses(route: Route) -> Iterator[str]:
    if route.response_set or route.response_removed:
        named = {name.lower(): value for name, value in route.response_set}
        yield f"fields({literal(named)}, {literal(list(route.response_removed))})"
    locations, cookies = location_edits(route.redirects), tuple(cookie_edits(route.cookies))
    if locations or cookies:
        yield f"comingBack({_list(locations)}, {_list(cookies)})"


def _list(edits: tuple[Edit, ...]) -> str:
    return "".join(["[\n", *(f"  {pair(edit)},\n" for edit in edits), "]"]) if edits else "[]"


def helpers(text: str) -> str:
    """The functions of `nodeproxy.js` that the text of a config calls."""
    parts = files(__package__).joinpath("nodeproxy.js").read_text("utf-8").split("\n\n")
    used = [part for part in parts if f"{part.split('const ', 1)[1].split(' ', 1)[0]}(" in text]
    return "\n\n".join(used).rstrip("\n")


def with_helpers(output: Output) -> Output:
    """The output with what its text calls in the place of `@HELPERS@`."""
    imports = ""
    if "new Agent(" in output.text:
        imports = "import { readFileSync } from 'node:fs'\nimport { Agent } from 'node:https'\n"
    used = helpers(output.text)
    return replace(
        output, text=output.text.replace("@HELPERS@\n", f"{imports}\n{used}\n\n" if used else f"{imports}\n")
    )
