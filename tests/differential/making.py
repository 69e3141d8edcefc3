"""Cases made at random: a page, and one or two fetches of it, in the form of the recorded ones (tests/oracle).

What matters lies close to what works: one wrong field among good ones tells more than ten wrong ones, of which only
the first is seen. So every choice leans to the good value.

Hypothesis gives each case its seed instead of every choice: it would vary a case five times before it makes a new
one, and what asks a browser wants a thousand that have little to do with one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any
from urllib.parse import urlsplit

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from devcors.urls import is_loopback_host

from .response_fields import allow_headers, allow_methods, allow_origin, expose, set_cookie

Json = dict[str, Any]

# bits, and no integer: for those it tries constants that it finds in whatever modules happen to be loaded
_SEEDS = st.lists(st.booleans(), min_size=48, max_size=48)

PAGES = (
    "http://localhost:18081",
    "http://localhost:18081",
    "http://127.0.0.1:18081",
    "https://localhost:18443",
    "http://app.site.test:18081",
    "https://app.site.test:18443",
    "https://other.test:18443",
)
TARGETS = (
    "http://localhost:18081",
    "http://localhost:18082",
    "http://localhost:18082",
    "http://127.0.0.1:18082",
    "http://[::1]:18082",
    "http://foo.localhost:18082",
    "https://localhost:18443",
    "https://localhost:18444",
    "http://api.site.test:18082",
    "https://api.site.test:18444",
    "https://other.test:18443",
)
REDIRECTS = (301, 302, 303, 307, 307, 308)
_METHODS = ("GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "patch", "put", "FOO")
_PREFLIGHT_STATUSES = (*(200, 204) * 12, 201, 299, 300, 301, 302, 304, 307, 400, 401, 404, 405, 500)
_STATUSES = (*(200,) * 6, 201, 204, 206, 304, 401, 404, 500, 503)

_INCLUDED = ("Access-Control-Allow-Credentials", "true")
_LONG = ("x" * 127, "x" * 128, "x" * 129, "x" * 900)
_HEADERS: dict[str, Sequence[str]] = {
    "X-Foo": ("1",),
    "x-bar": ("",),
    "X-Requested-With": ("XMLHttpRequest",),
    "Authorization": ("Bearer 1",),
    "If-Match": ('"1"',),
    "Content-Type": (
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json",
        "TEXT/PLAIN", "text/plain; charset=utf-8", 'text/plain; a="b"', "text/html", "text/plain, text/html", "text",
        "", "application/json; charset=utf-8", "text/plain;x={}", "text/plain;" + "x" * 120,
    ),
    "Accept": ("*/*", "text/html, */*;q=0.1", 'a"b', "a{b", "a\xe9", "a\tb", *_LONG),
    "Accept-Language": ("en", "en-GB, de;q=0.5", "en_GB", "en*", "e(n", *_LONG),
    "Content-Language": ("en", "de-AT; x=y", "en/GB", *_LONG),
    "Range": (
        "bytes=0-", "bytes=5-9", "bytes=9-5", "bytes=-5", "bytes=0-1,2-3", "bytes= 0-1", "BYTES=0-1", "lines=1-2",
        "bytes=01-2",
    ),
    "DPR": ("2", "x"),
    "Save-Data": ("on", "off"),
    "Width": ("1",),
    "Viewport-Width": ("1", "-"),
    "Downlink": ("1.5",),
    "RTT": ("50",),
    "ECT": ("4g", "5g"),
    "Device-Memory": ("0.5",),
    "User-Agent": ("me",),
    "DNT": ("1",),
    "Sec-Foo": ("1",),
    "Proxy-Foo": ("1",),
}  # fmt: skip
_OFTEN = ("X-Foo", "Authorization", "Content-Type", "Accept")
_BODIES: Sequence[Any] = (
    "x",
    *({"kind": "blob", "type": kind} for kind in ("", "application/json", "text/plain", "image/png")),
    *({"kind": kind} for kind in ("urlsearch", "formdata", "buffer")),
)


def cases(count: int, number: int | None = None) -> list[Json]:
    """`count` cases, always the same ones; others for another `number`."""
    made: list[Json] = []

    @settings(max_examples=count, derandomize=number is None, database=None, deadline=None, phases=[Phase.generate])
    @given(_SEEDS)
    def collect(bits: list[bool]) -> None:
        made.append(case(Random(str(bits)), f"d{len(made)}"))

    run: Callable[[], None] = collect if number is None else seed(number)(collect)
    run()
    return made


def case(random: Random, name: str) -> Json:
    """A page and its fetches; a second one shows which cookies of the first come back."""
    page = random.choice(PAGES)
    # of a secure page, all but what would be mixed content: it is never asked for
    reachable = [url for url in TARGETS if page.startswith("http:") or _is_secure(url)]
    comes_back = _seldom(random, 4)
    fetches = [_fetch(random, page, reachable, including=comes_back)]
    if comes_back:
        fetches.append(_back(page, [hop["origin"] for hop in fetches[0]["hops"]]))
    elif _seldom(random, 6):
        fetches.append(_fetch(random, page, reachable))
    made = {"id": name, "group": "differential", "steps": [{"do": "goto", "url": page}, *fetches]}
    _name_cookies(made)
    return made


def _is_secure(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback_host(parts.hostname or "")


def _name_cookies(made: Json) -> None:
    """The `@` in a cookie becomes a name that no other cookie has: all cases share one jar."""
    for number, step in enumerate(made["steps"][1:], start=1):
        for at, hop in enumerate(step["hops"]):
            lines = hop["response"]["set_cookie"]
            lines[:] = [line.replace("@", f"{made['id']}-{number}{at}{which}") for which, line in enumerate(lines)]


def _fetch(random: Random, page: str, reachable: list[str], *, including: bool = False) -> Json:
    step = _asked(random, including=including)
    origins = [random.choice(reachable) for _ in range(random.choice([1, 1, 1, 2, 2, 3]))]
    hops: list[Json] = []
    for number, origin in enumerate(origins):
        asker = _asker(page, origins[: number + 1])
        hop: Json = {"origin": origin, "preflight": _preflight(random, asker, step)}
        hop["response"] = _response(random, asker, step, last=number == len(origins) - 1)
        hop["response"]["set_cookie"] = set_cookie(random, urlsplit(origin).hostname or "")
        if number and _seldom(random, 25):
            hop["userinfo"] = "user:secret@"
        hops.append(hop)
    return {**step, "url": origins[0], "hops": hops}


def _asker(page: str, origins: list[str]) -> str:
    """The Origin that the last one is told: whoever is led on by a third party is nobody (Fetch, section 3.2)."""
    return "null" if any(a not in (b, page) for a, b in pairwise(origins)) else page


def _back(page: str, origins: list[str]) -> Json:
    """The same way once more, with nothing wrong: which cookies go along is the question."""
    hops: list[Json] = []
    for number, origin in enumerate(origins):
        allowed = [["Access-Control-Allow-Origin", _asker(page, origins[: number + 1])], [*_INCLUDED]]
        answer = {"headers": allowed, "status": 200, "set_cookie": []}
        led_on = {"status": 307, "location": "@next"} if number < len(origins) - 1 else {}
        hops.append(
            {"origin": origin, "preflight": {"headers": allowed, "status": 204}, "response": {**answer, **led_on}}
        )
    return {"do": "fetch", "method": "GET", "credentials": "include", "url": origins[0], "hops": hops}


def _asked(random: Random, *, including: bool) -> Json:
    """What the page asks for, less where."""
    step: Json = {"do": random.choice(["fetch", "fetch", "fetch", "xhr"]), "method": random.choice(_METHODS)}
    names = [random.choice([*_OFTEN, *_HEADERS]) for _ in range(random.choice([0, 0, 1, 1, 2, 3]))]
    if names:
        step["headers"] = [[name, random.choice(_HEADERS[name])] for name in dict.fromkeys(names)]
    if step["do"] == "xhr":
        step["withCredentials"] = including or random.choice([True, False])
    else:
        step["credentials"] = "include" if including else random.choice(["include", "same-origin", "omit"])
    if step["method"] not in ("GET", "HEAD") and random.choice([True, False]):
        step["body"] = random.choice(_BODIES)
    return step


def _preflight(random: Random, asker: str, step: Json) -> Json:
    headers = allow_origin(random, asker, includes(step))
    headers += allow_methods(random, step["method"])
    headers += allow_headers(random, [*dict(step.get("headers", [])), "content-type"], includes(step))
    answer: Json = {"status": random.choice(_PREFLIGHT_STATUSES), "headers": headers}
    if answer["status"] in REDIRECTS and random.choice([True, False]):
        answer["location"] = "@next"
    return answer


def _response(random: Random, asker: str, step: Json, *, last: bool) -> Json:
    answer: Json = {"headers": allow_origin(random, asker, includes(step))}
    if not last:
        return {**answer, "status": random.choice(REDIRECTS), "location": "@next"}
    answer["headers"] += [*expose(random), ["X-Seen", "1"], ["X-Unseen", "1"]]
    return {**answer, "status": random.choice(_STATUSES)}


def includes(step: Json) -> bool:
    """Whether the credentials mode is "include"."""
    return bool(step.get("withCredentials")) or step.get("credentials") == "include"


def _seldom(random: Random, one_in: int) -> bool:
    return random.randrange(one_in) == 0
