"""The expressions of an export say what devcors' own routing does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.allowance import Allowance
from devcors.heads import RequestHead
from devcors.interop.exports import expressions as expr
from devcors.interop.exports.description import Cookies, Edit, Redirects, Rewriting
from devcors.routing.paths import fold_escapes
from devcors.routing.pattern import encoded, parse_pattern
from devcors.routing.rewrite import upstream_target
from devcors.routing.table import Conditions, Entry, Match

PATTERNS = [
    "/",
    "/api",
    "/api/",
    "/a.b/%2f",
    "/é x",
    "/:one",
    "/api/:one/x",
    "/api/:rest*",
    "/:one/b/:rest*",
    "^/v([0-9])/(.*)",
    "^/w(/.*)",
]
STARTS = {
    "/é x": "/%C3%A9%20x",
    "/:one": "/a",
    "/api/:one/x": "/api/a%2f/x",
    "/api/:rest*": "/api",
    "/:one/b/:rest*": "/a/b",
    "^/v([0-9])/(.*)": "/v1/",
    "^/w(/.*)": "/w",
}
REWRITES = {
    "/": ["", "/", "/v1", "/v1/"],
    "/api/:one/x": ["/:one", "/x/:one/", ":one"],
    "/:one": ["/b/:one", ""],
    "/api/:rest*": ["/v1/:rest*", ":rest*", "/:rest*/end", "/v1"],
    "/:one/b/:rest*": ["/:rest*/of/:one", "/:one/:rest*"],
    "^/v([0-9])/(.*)": [r"/version/\1/\2", r"\2"],
    "^/w(/.*)": [r"\1", r"/x\1"],
}
PARTS = st.sampled_from(["/", "api", "v1", "b", "x", "a.b", "%2f", "%2F", "%C3%A9%20x", "//", "", "~$", "v2", "acb"])
PATHS = st.lists(PARTS, max_size=7).map(lambda parts: "/" + "".join(parts))


def applied(edits: list[Edit] | tuple[Rewriting, ...], text: str) -> str:
    """What a server makes of a value: the one rewriting that finds something."""
    for edit in edits:
        if found := re.search(edit.regex, text, re.DOTALL):
            made = "".join(part if isinstance(part, str) else found[part] or "" for part in edit.parts)
            return text[: found.start()] + made + text[found.end() :]
    return text


@given(st.sampled_from(PATTERNS), PATHS, st.sampled_from(["", "?", "?a=/api"]))
def test_a_path_is_taken_as_the_pattern_takes_it(text: str, path: str, query: str) -> None:
    pattern = parse_pattern(text)
    taken = pattern.take(path.encode(), fold_escapes(path.encode())) is not None
    found = re.search(expr.path_test(pattern), path + ("" if pattern.is_expression else query)) is not None
    assert found == taken


@given(st.data(), st.sampled_from(PATTERNS), PATHS, st.sampled_from(["", "/base", "/ba/se"]))
def test_a_path_becomes_what_routing_makes_of_it(data: st.DataObject, text: str, path: str, base: str) -> None:
    rewrite = data.draw(st.sampled_from([None, *REWRITES.get(text, REWRITES["/"])]))
    _becomes_what_routing_makes_of_it(text, rewrite, path, base)


@pytest.mark.parametrize("base", ["", "/base"])
@pytest.mark.parametrize("path", ["", "/", "//", "/x", "//x", "///x/", "/x//y", "/x/y//"])
@pytest.mark.parametrize("rewrite", [":rest*", ":rest*/end", ":rest*/x/:rest*", "/:rest*"])
def test_slashes_meet_as_in_routing(rewrite: str, path: str, base: str) -> None:
    _becomes_what_routing_makes_of_it("/api/:rest*", rewrite, path, base)


def _becomes_what_routing_makes_of_it(text: str, rewrite: str | None, path: str, base: str) -> None:
    pattern = parse_pattern(text)
    raw = (STARTS.get(text, text) + path).replace("//", "/", 1).encode()
    path = raw.decode()
    span = pattern.take(raw, fold_escapes(raw))
    if span is None:
        return
    start, end, captures = span
    match = Match(Entry(pattern, Conditions(), None), raw[start:end], raw[end:], captures, raw[:start])
    wanted = upstream_target(match, rewrite, base.encode(), b"").decode()
    cases = expr.rewritings(pattern, rewrite, base)
    made = applied(cases, path)
    if pattern.is_expression and rewrite and not rewrite.startswith("/"):
        # whether a capture begins with a slash is only known of each request: there may be one more behind the base
        made = made if made == wanted else made.replace(f"{base}/", base, 1)
    assert made == wanted
    # servers that do one after the other ask each of the path that came: no two may take it
    assert sum(re.search(case.regex, path) is not None for case in cases) <= 1


TEXTS = """
http://localhost https://localhost:5173 http://app.localhost http://127.0.0.1:1 http://127.9.9.9 http://[::1]:8080
https://app.example.com https://app.example.com:8443 http://app.example.com https://appxexample.com null
https://app.example.com.evil http://localhost.evil http://evil-localhost http://notlocalhost ftp://localhost
http://localhost:80a http://128.0.0.1 http://127.0.0.1.evil https://xapp.example.com capacitor://localhost
"""
ORIGINS = st.sampled_from(TEXTS.split())


@given(ORIGINS, st.booleans(), st.sets(st.sampled_from(["https://app.example.com", "https://app.example.com:8443"])))
def test_an_origin_is_allowed_as_the_policy_allows_it(origin: str, loopback: bool, named: set[str]) -> None:
    allowance = Allowance(frozenset(named), loopback, None, None, (), credentials=True, max_age=0)
    expression = expr.origins(named, loopback=loopback)
    assert (expression is not None and re.search(expression, origin) is not None) == allowance.allows(origin.encode())


@given(st.text())
def test_a_literal_takes_itself_alone_and_holds_nothing_that_a_config_could_mistake(text: str) -> None:
    made = expr.literal(text)
    assert re.fullmatch(r"[A-Za-z0-9/_~:=,.\\-]*", made)
    assert re.fullmatch(made.encode(), text.encode("utf-8", "surrogatepass"))
    assert not re.fullmatch(made.encode(), text.encode("utf-8", "surrogatepass") + b"x")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a=b; Domain=api.example.com", "a=b"),
        ("a=b; domain=.example.com; Path=/v1", "a=b; Path=/api"),
        ("a=b; Domain=xexample.com; Path=/v1/me; Secure", "a=b; Domain=xexample.com; Path=/api/me; Secure"),
        ("a=Domain=example.com; Path=/v11", "a=Domain=example.com; Path=/v11"),
        ("a=b", "a=b"),
    ],
)
def test_a_cookie_fits_the_front_door(given: str, wanted: str) -> None:
    for edit in expr.cookie_edits(Cookies(expr.parents("api.example.com"), ("/v1", "/api"))):
        given = applied([edit], given)
        assert re.search(edit.whole.regex, given) is None or applied([edit.whole], given) == applied([edit], given)
    assert given == wanted


def test_a_public_suffix_alone_is_no_parent() -> None:
    assert expr.parents("a.b.example.com") == ("a.b.example.com", "b.example.com", "example.com")
    assert expr.parents("localhost") == ("localhost",)
    assert expr.parents("10.0.0.1") == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("http://api.example/v1/x?y#z", "#own/api/x?y#z"),
        ("http://api.example:80/v1", "#own/api"),
        ("http://api.example/v10", "http://api.example/v10"),
        ("http://api.example.evil/v1/x", "http://api.example.evil/v1/x"),
        ("http://api.example/other/x", "#own/else/x"),
        ("/v1?x", "/api?x"),
        ("/other/x", "/other/x"),
        ("//evil.example/v1", "//evil.example/v1"),
        ("x", "x"),
    ],
)
def test_a_location_comes_back(location: str, wanted: str) -> None:
    edits = list(expr.location_edits(Redirects("http://api.example", ("/v1", "/api"), (("/other", "/else"),))))
    assert applied(edits, location) == wanted


def test_a_path_that_could_name_a_host_is_left_alone() -> None:
    edits = list(expr.location_edits(Redirects("http://api.example", ("", "/api"), ())))
    assert applied(edits, "/x") == "/api/x"
    assert applied(edits, "//evil.example/") == "//evil.example/"


HOSTS = ["example.com", "EXAMPLE.com:81", "a.example.com", "a.b.example.com:82", "xexample.com", "example.com.evil"]


@pytest.mark.parametrize("wanted", ["example.com", "*.example.com", "example.com:81"])
def test_a_host_condition_holds_for_the_same_hosts(wanted: str) -> None:
    for host in HOSTS:
        unmet = Conditions(hosts=(wanted,)).unmet(RequestHead(b"GET", b"/", ()), host)
        assert (re.search(expr.of_hosts([wanted]), host) is not None) == (unmet is None)


def test_a_blank_is_on_the_wire_as_an_escape() -> None:
    assert re.fullmatch(expr.path_literal(encoded("/a b").decode()), "/a%20b")
