"""What is written for Node does there what devcors' own routing does: contexts, rewrites, Location and cookies."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from devcors.config.schema import Config
from devcors.heads import RequestHead
from devcors.interop.exports import javascript, nodeproxy
from devcors.interop.exports.describing import describe
from devcors.interop.exports.expressions import location_edits
from devcors.policy import Door, compile_policy
from devcors.policy.facts import Facts
from devcors.policy.outcomes import Forward
from tests.support.programs import needed

from .test_expressions import PATTERNS, REWRITES, STARTS, applied

pytestmark = pytest.mark.node
TAILS = (
    "",
    "/",
    "/x",
    "//x",
    "/a.b/c",
    "/%2F%e2",
    "/x/",
    "s",
    ".json",
    "/api",
    "/v1/b",
    "?q",
    "/?q=/api",
    "/x?a/b?c",
    "?",
)
"""What comes behind the start of a pattern."""


@dataclass(frozen=True)
class Route:
    """One route in Node's words, and in devcors' own."""

    pattern: str
    config: Config

    @property
    def opens_with_a_capture(self) -> bool:
        """Whether the rewritten path begins with what the pattern took."""
        (route,) = describe(self.config).routes
        return (route.replaced or "/")[:1] in (":", "\\")

    @property
    def written(self) -> str:
        """`[context, rewrite]`."""
        (route,) = describe(self.config).routes
        rewrite = nodeproxy.rewriting(route) or f"(url) => {javascript.string(route.base)} + url"
        return f"[new RegExp({javascript.string(javascript.source(route.path))}), {rewrite}]"

    def sent(self, url: str) -> str | None:
        """What devcors asks the backend for; None where the route does not take it."""
        policy = compile_policy(self.config, Door(2677))
        head = RequestHead(b"GET", url.encode(), ((b"Host", b"localhost:2677"),))
        said = policy.request(head, Facts("http", None, "127.0.0.1", "127.0.0.1"))
        return said.head.target.decode() if isinstance(said, Forward) else None


def routes() -> list[Route]:
    made = []
    for pattern in PATTERNS:
        for rewrite in (None, *REWRITES.get(pattern, REWRITES["/"])):
            for base in ("", "/base"):
                table: dict[str, Any] = {"target": f"http://localhost:8080{base}"}
                if rewrite is not None:
                    table["rewrite"] = rewrite
                made.append(Route(pattern, Config.model_validate({"routes": {pattern: table}})))
    return made


def in_node(code: str) -> Any:
    """What the code makes, as JSON."""
    script = f"{nodeproxy.helpers('rewritten(')}\nconsole.log(JSON.stringify({code}))"
    done = subprocess.run([needed("node"), "-"], input=script, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_url_is_taken_and_becomes_what_routing_makes_of_it() -> None:
    asked = [
        (route, [url for tail in TAILS if (url := STARTS.get(route.pattern, route.pattern) + tail).startswith("/")])
        for route in routes()
    ]
    pairs = ", ".join(f"[{route.written}, {json.dumps(urls)}]" for route, urls in asked)
    code = f"[{pairs}].map(([[context, rewrite], urls]) => urls.map((url) => context.test(url) ? rewrite(url) : null))"
    for (route, urls), results in zip(asked, in_node(code), strict=True):
        # whether a capture begins with a slash is only known of each request: there may be one more
        base = f"{describe(route.config).routes[0].base}/" if route.opens_with_a_capture else None
        for url, given in zip(urls, results, strict=True):
            wanted = route.sent(url)
            allowed = (given, given and base and given.replace(base, base[:-1], 1))
            assert wanted in allowed, (route.config.routes, url)


def test_a_location_comes_back_as_the_expressions_say() -> None:
    config = Config.model_validate({"routes": {"/api": {"target": "http://localhost:8080", "rewrite": "/v1"}}})
    edits = list(location_edits(describe(config).routes[0].redirects))
    values = ["http://localhost:8080/v1/$1", "http://localhost:8080/v1?x", "/v1/x$&", "/v10", "//v1/x", "x"]
    pairs = ", ".join(map(javascript.pair, edits))
    code = (
        f"{json.dumps(values)}.map((value) => "
        f"(([found]) => found ? value.replace(...found) : value)([{pairs}].filter(([from]) => from.test(value))))"
    )
    assert in_node(code) == [applied(edits, value) for value in values]
