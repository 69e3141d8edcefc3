"""A step of a case as the request that a page made, and the pages that the steps open."""

from __future__ import annotations

from typing import Any

from devcors.cors.local_network import AddressSpace
from devcors.cors.page import TEXT_TYPE, Body, Mode, Page, PageRequest, served_page
from devcors.cors.profiles import CHROMIUM
from devcors.cors.safelist import is_safelisted
from devcors.heads import Fields

from .lab import Case, Lab, Step, hop_url

NAVIGATIONS = frozenset({"goto", "linknav", "formpost", "page_raw", "replacenav"})
REQUESTS = frozenset({"fetch", "worker-fetch", "xhr", "element", "iframe-run"})

_GRANTS: dict[str, AddressSpace] = {
    "loopbackNetwork": "loopback",
    "loopback-network": "loopback",
    "localNetwork": "local",
    "local-network": "local",
}

# "private" is the older word for "local"
_SPACES: dict[str, AddressSpace] = {
    "public": "public",
    "private": "local",
    "local": "local",
    "loopback": "loopback",
}

# the word in Chromium's messages for what an element of this kind fetches
_KINDS = {
    "script": "script",
    "module": "script",
    "modimport": "script",
    "img": "image",
    "cssmask": "image",
    "font": "font",
    "css": "CSS stylesheet",
    "video": "video",
    "audio": "audio",
    "eventsource": "resource",
    "beacon": "resource",
    "preload": "link element resource",
    "prefetch": "link prefetch resource",
}
# these are fetched in CORS mode whatever their `crossorigin` attribute says
_ALWAYS_CORS = frozenset({"font", "eventsource", "module", "modimport", "cssmask"})


def page_of(case: Case, number: int, lab: Lab) -> Page:
    """The page that a navigation step ends at."""
    step = case["steps"][number]
    if step["do"] == "page_raw":
        return _served(case, step["raw_url"], (), lab)
    if hops := step.get("hops"):
        last = len(hops) - 1
        origin = hops[last].get("origin", step["url"])
        return _served(case, hop_url(case, number, last, origin), _fields(hops[last].get("response", {})), lab)
    return _served(case, _page_url(case, number, step["url"]), _fields(step.get("page", {})), lab)


def _page_url(case: Case, number: int, origin: str) -> str:
    return f"{origin}/page/{case['id']}/{number}"


def _served(case: Case, url: str, fields: Fields, lab: Lab, *, sandboxed: bool = False) -> Page:
    granted = [_GRANTS[name] for name in case.get("grant", []) if name in _GRANTS]
    own = url.startswith(f"{case.get('grant_origin')}/")
    return served_page(
        url, fields, lab.address_space(url), sandboxed=sandboxed, granted=frozenset(granted if own else [])
    )


def _fields(spec: Step) -> Fields:
    return tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in spec.get("headers", []))


def request_of(case: Case, number: int, page: Page, lab: Lab) -> PageRequest | None:
    """What the page asks in this step; None for what fetches nothing (a frame is a navigation)."""
    step = case["steps"][number]
    if step["do"] == "iframe-run":
        inner = step["inner"]
        if inner["do"] not in REQUESTS:
            return None
        return _request(inner, _frame(case, number, lab), hop_url(case, number, 0, inner["url"]))
    return _request(step, page, _url(case, number))


def _frame(case: Case, number: int, lab: Lab) -> Page:
    """The page inside the frame of an `iframe-run` step."""
    step = case["steps"][number]
    sandbox = step.get("sandbox")
    sandboxed = sandbox is not None and "allow-same-origin" not in sandbox
    fields = _fields(step.get("page", {}))
    return _served(case, _page_url(case, number, step["frame"]), fields, lab, sandboxed=sandboxed)


def _url(case: Case, number: int) -> str:
    step = case["steps"][number]
    if "raw_url" in step:
        return str(step["raw_url"])
    origin = step.get("url") or step["hops"][0]["origin"]
    url = hop_url(case, number, 0, origin, step.get("userinfo", ""))
    return f"{url}{step.get('suffix', '')}"


def _request(step: Step, page: Page, url: str) -> PageRequest | None:
    if step["do"] == "element":
        return None if step["kind"] == "iframe" else _element(step, page, url)
    if step["do"] == "xhr":
        return PageRequest(
            page,
            url,
            api="xhr",
            kind="XMLHttpRequest",
            method=step.get("method", "GET"),
            headers=_headers(step),
            credentials="include" if step.get("withCredentials") else "same-origin",
            body=_body(step),
            upload_listener=bool(step.get("uploadListener")),
        )
    if step["do"] not in REQUESTS:
        return None
    return PageRequest(
        page,
        url,
        method=step.get("method", "GET"),
        headers=_headers(step),
        credentials=step.get("credentials", "same-origin"),
        mode=step.get("mode", "cors"),
        redirect=step.get("redirect", "follow"),
        body=_body(step),
        declared_space=_SPACES.get(step.get("targetAddressSpace", "")),
    )


def _headers(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in step.get("headers", []))


def _body(step: Step, default: Any = None) -> Body | None:
    """The body, by what it brings along."""
    given = step.get("body", default)
    if given is None:
        return None
    if isinstance(given, str):
        return Body(TEXT_TYPE)
    kind = given.get("kind")
    types = {
        "blob": given.get("type", "").lower() or None,
        "formdata": "multipart/form-data; boundary=x",
        "urlsearch": "application/x-www-form-urlencoded;charset=UTF-8",
        "buffer": None,
        "stream": None,
    }
    if kind not in types:
        return None
    return Body(types[kind], stream=kind == "stream", half_duplex=step.get("duplex") == "half")


def _element(step: Step, page: Page, url: str) -> PageRequest:
    kind = str(step["kind"])
    if kind == "beacon":
        return _beacon(step, page, url)
    attribute = step.get("crossOrigin")
    mode: Mode = "cors" if kind in _ALWAYS_CORS or attribute else "no-cors"
    asks_include = step.get("withCredentials") if kind == "eventsource" else attribute == "use-credentials"
    if kind in ("font", "modimport", "cssmask"):
        asks_include = False
    include = asks_include or mode == "no-cors"
    return PageRequest(
        page,
        url,
        api="element",
        kind=_KINDS.get(kind, kind),
        credentials="include" if include else "same-origin",
        mode=mode,
        integrity=bool(step.get("integrity")),
    )


def _beacon(step: Step, page: Page, url: str) -> PageRequest:
    """Beacon, section 3.1: CORS mode only for a body whose type needs permission."""
    body = _body(step, "x")
    assert body is not None
    safe = body.content_type is None or is_safelisted(("content-type", body.content_type), CHROMIUM)
    return PageRequest(
        page,
        url,
        api="element",
        kind=_KINDS["beacon"],
        method="POST",
        credentials="include",
        mode="no-cors" if safe else "cors",
        body=body,
    )
