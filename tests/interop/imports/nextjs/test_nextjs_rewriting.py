"""What becomes of Next's rewrites: each by itself, and a whole list of them in Next's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from devcors.heads import RequestHead
from devcors.interop.imports.model import Entry, Source
from devcors.interop.imports.nextjs.forms import EXAMPLES, Example
from devcors.interop.imports.nextjs.pages import Own
from devcors.interop.imports.nextjs.rewriting import PHASES, Redirect, Rewrite, Settings, entries
from devcors.interop.imports.nextjs.shapes import Reach
from devcors.routing.paths import split_target
from devcors.routing.pattern import parse_pattern
from devcors.routing.rewrite import upstream_target
from devcors.routing.table import Conditions, Table
from devcors.routing.table import Entry as Row
from tests.interop.imports.nextjs.asnext import compiled, matched

FRONT = {"target": "http://localhost:3000"}
PLACE = Source("next.config.js", 3)


def _imported(*rewrites: Rewrite, own: Sequence[Own] = (), **given: Any) -> list[Entry]:
    return entries(rewrites, Settings(**given), FRONT, own)


def _rewrite(source: str, destination: str, phase: str = "afterFiles", **more: Any) -> Rewrite:
    return Rewrite(phase, source, destination, PLACE, **more)


def _routes(*rewrites: Rewrite, own: Sequence[Own] = (), **given: Any) -> list[tuple[str, str | None]]:
    """Patterns, each with its rewrite, those to the front end with `front` instead."""
    made = _imported(*rewrites, own=own, **given)
    tables = [route for entry in made for route in entry.routes]
    return [(at, "front" if table["target"] == FRONT["target"] else table.get("rewrite")) for at, table in tables]


B = "http://b.test:8080"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.source} to {each.destination}")
def test_an_example_of_the_page(example: Example) -> None:
    first, *front = [*_routes(_rewrite(example.source, B + example.destination)), None]
    assert first == ((example.pattern, example.rewrite) if example.pattern else None)
    assert front == ([("/_next", "front"), None] if example.pattern.startswith("/:") else [None] * bool(first))


@pytest.mark.parametrize(
    ("source", "destination", "route"),
    [
        ("/api/:rest*", "/v1/x/:rest*", ("/api", "/v1/x")),
        ("/x/:a?", "/y/:a*", ("^/x(?:/(?P<a>[^/]+))?$", "/y/:a")),
        ("/api/(v1|v2)/:path*", "/:path*", ("^/api/(?:v1|v2)(?:/(?P<path>[^/]+(?:/[^/]+)*))?$", "/:path")),
        ("/a-b/:x", "/:x", ("^/a-b/(?P<x>[^/]+)$", "/:x")),
        ("/x/:all(.*)/y", "/:all", ("^/x/(?P<all>.*)/y$", "/\\1")),
        ("/x/:a", "/:a-y/:a", ("^/x/(?P<a>[^/]+)$", "/:a-y/:a")),
    ],
)
def test_one_rewrite(source: str, destination: str, route: tuple[str, str | None]) -> None:
    assert _routes(_rewrite(source, B + destination)) == [route]


def test_a_route_is_as_next_sends() -> None:
    ((_, table),) = _imported(_rewrite("/api/:path*", "https://api.example.com/:path*"), idle=1500)[0].routes
    assert table == {
        "target": "https://api.example.com",
        "rewrite": "",
        "forwarded": True,
        "timeout": {"idle": "1500ms"},
    }


@pytest.mark.parametrize(
    ("source", "destination", "why"),
    [
        ("/a", "/b", "no proxy's matter"),
        ("/a/:x", f"{B}/b?x=:x", "has a query"),
        ("/a/:x", f"{B}/b", "uses none of :x"),
        ("/a/:x*", f"{B}/:x", "Next fails on it"),
        ("/a/:x", f"{B}/:y", "does not have"),
        ("/a/:x", "http://:x.example.com/", "host of its destination varies"),
        ("/a/:x", "http://user:word@b.test/:x", "user and password"),
        ("/a/:x", f"{B}/:x#y", "has a query"),
        ("/a/(b", f"{B}/", "cannot read it"),
        ("/:path*", f"{B}/:path*", "only Next knows that"),
        ("/:page", f"{B}/:page", "only Next knows that"),
        ("/é/:x", f"{B}/:x", "which is ASCII"),
        ("/a/:x*/", f"{B}/:x*/", "slash at its end"),
        (r"/a/:x(\cA)", f"{B}/:x", "no pattern"),
    ],
)
def test_what_stays_with_next_is_told(source: str, destination: str, why: str) -> None:
    (entry,) = _imported(_rewrite(source, destination))
    assert entry.routes == ()
    assert [remark.source for remark in entry.remarks] == [PLACE]
    assert why in str(entry.remarks[0])


def test_base_path_and_locales_come_before_the_source() -> None:
    given: dict[str, Any] = {"base": "/shop", "locales": ("en", "de"), "default_locale": "en"}
    api = _rewrite("/api/:path*", f"{B}/:path*")
    assert _routes(api, **given) == [("/shop/api", ""), ("/shop/en/api", ""), ("/shop/de/api", "")]
    assert _routes(_rewrite("/api/:p*", f"{B}/:p*", base_path=False), base="/shop") == [("/api", "")]
    own = _rewrite("/en/help/:p*", f"{B}/:p*", locale=False)
    assert _routes(own, **given) == [("/shop/en/help", ""), ("/shop/help", "")]
    assert _routes(_rewrite("/de/help/:p*", f"{B}/:p*", locale=False), **given) == [("/shop/de/help", "")]
    assert _routes(_rewrite("/help/:p*", f"{B}/:p*", locale=False), **given) == []
    assert _routes(_rewrite("/", f"{B}/x", base_path=True), base="/shop") == [("^/shop$", "/x")]


def test_with_trailing_slash_a_prefix_takes_both() -> None:
    both = _rewrite("/api/:path*/", f"{B}/v1/:path*/")
    assert _routes(both, trailing_slash=True) == [("/api", "/v1")]
    only = _routes(both, trailing_slash=True, redirects_slash=False)
    assert only == [("^/api(?:/(?P<path>[^/]+(?:/[^/]+)*))?/$", "/v1/:path/")]


def test_what_a_later_prefix_does_too_is_left_to_it() -> None:
    later = _rewrite("/api/:path*", f"{B}/:path*")
    assert _routes(_rewrite("/api/health", f"{B}/health"), later) == [("/api", "")]
    assert _routes(_rewrite("/api/:path*/", f"{B}/:path*/"), later) == [("/api", "")]
    assert _routes(_rewrite("/api/x", f"{B}/y"), later)[0][0] == "^/api/x$"
    assert _routes(_rewrite("/api/x", "http://other.test/x"), later)[0][0] == "^/api/x$"
    between = _rewrite("/api/:one", f"{B}/one/:one")
    assert _routes(_rewrite("/api/x", f"{B}/x"), between, later)[0][0] == "^/api/x$"


def test_what_comes_first_in_next_comes_first() -> None:
    all_of_it = _rewrite("/api/:path*", f"{B}/:path*")
    special = _rewrite("/api/v2/:path*", f"{B}/2/:path*")
    assert _routes(special, all_of_it) == [("/api/v2", "/2"), ("/api", "")]
    assert _routes(all_of_it, special) == [("/api", "")]
    one = _rewrite("/api/:id", f"{B}/one/:id")
    assert _routes(one, all_of_it) == [("^/api/(?P<id>[^/]+)$", "/one/:id"), ("^/api(?=/|$)", "")]


def test_own_pages_go_to_the_front_end() -> None:
    api = _rewrite("/api/:path*", f"{B}/:path*")
    page = Own("app/api/me/route.ts", Reach(("api", "me"), more=False))
    assert _routes(api, own=[page]) == [("/api", ""), ("/api/me", "front")]
    itself = Own("pages/api/index.ts", Reach(("api",), more=False))
    assert _routes(api, own=[itself]) == [("/api/", "/")]
    dynamic = Own("pages/api/auth/[...all].ts", Reach(("api", "auth", None), more=True))
    assert _routes(api, own=[dynamic]) == [("/api", "")]
    late = _rewrite("/api/:path*", f"{B}/:path*", "fallback")
    assert _routes(late, own=[dynamic]) == [("/api", ""), ("/api/auth", "front")]
    early = _rewrite("/api/:path*", f"{B}/:path*", "beforeFiles")
    assert _routes(early, own=[page, dynamic]) == [("/api", "")]
    everything = Own("pages/api/[...all].ts", Reach(("api", None), more=True))
    assert _routes(late, own=[everything]) == []


def test_of_many_own_files_the_folders_go_to_the_front_end() -> None:
    api = _rewrite("/static/:path*", f"{B}/:path*")
    files = [Own(f"public/static/img/{n}.png", Reach(("static", "img", f"{n}.png"), more=False)) for n in range(2000)]
    assert _routes(api, own=files[:2]) == [
        ("/static", ""),
        ("/static/img/0.png", "front"),
        ("/static/img/1.png", "front"),
    ]
    made = _imported(api, own=files)
    assert [at for entry in made for at, _ in entry.routes] == ["/static", "/static/img"]
    assert "public/static/img/0.png and 1999 more" in str(made[1].remarks[0])
    flat = [Own(f"public/static/{n}.png", Reach(("static", f"{n}.png"), more=False)) for n in range(20)]
    (entry,) = _imported(api, own=flat)
    assert entry.routes == ()
    assert "too many files" in str(entry.remarks[0])


@pytest.mark.parametrize("name", [":x", "*", "a?b", "#", "\\"])
def test_a_file_that_no_pattern_can_name_keeps_its_folder(name: str) -> None:
    api = _rewrite("/static/:path*", f"{B}/:path*")
    deep = Own("public/static/x/y", Reach(("static", "x", name), more=False))
    assert _routes(api, own=[deep]) == [("/static", ""), ("/static/x", "front")]
    assert _routes(api, own=[Own("public/static/y", Reach(("static", name), more=False))]) == []


def test_a_redirect_comes_before_all() -> None:
    made = entries(
        [_rewrite("/api/:path*", f"{B}/:path*", "beforeFiles")],
        Settings(),
        FRONT,
        (),
        [Redirect("/api/old/:x*", PLACE)],
    )
    assert [at for entry in made for at, _ in entry.routes] == ["/api", "/api/old"]


# -- the whole order -----------------------------------------------------------------------------------------------

_PARTS = ("a", "b", ":x", ":x*", ":x+", ":x?", ":x(\\d+)", ":x(a|b)", ":x((?!b).*)", "(.*)")
_KEYS = {":x": "x", ":x*": "x", ":x+": "x", ":x?": "x", ":x(\\d+)": "x", ":x(a|b)": "x", ":x((?!b).*)": "x"}


_HEADER = ({"type": "header", "key": "x-h"},)
_COOKIE = ({"type": "cookie", "key": "c"},)  # no request here has any


@st.composite
def _rewrites(draw: st.DrawFn, number: int) -> Rewrite:
    """A source of up to three parts, one of them perhaps varying, to a server that is told by its number."""
    plain = draw(st.lists(st.sampled_from("ab"), max_size=2))
    varying = draw(st.sampled_from((None, *_PARTS[2:])))
    after = draw(st.lists(st.sampled_from("ab"), max_size=1))
    if varying is None and not plain:
        plain = ["a"]
    source = "".join(f"/{part}" for part in (*plain, *([varying] if varying else []), *(after if varying else [])))
    there = {":x*": ":x*", ":x+": ":x+", ":x?": ":x*"}.get(varying or "", ":x")
    path = draw(st.sampled_from(("/v", "", "".join(f"/{part}" for part in plain)))) + (
        f"/{there}" if varying in _KEYS else ""
    )
    inside = draw(st.integers(0, 5)) == 0
    destination = (path or "/") if inside else f"http://s{number}.test{path or '/'}"
    # Next puts a header's name into the query where the path has none
    condition = draw(st.sampled_from(({}, {}, {}, {"has": _HEADER}, {"missing": _HEADER}, {"has": _COOKIE})))
    condition = condition if varying in _KEYS or "has" not in condition else {}
    return _rewrite(source, destination, draw(st.sampled_from(PHASES)), **condition)


@st.composite
def _lists(draw: st.DrawFn) -> list[Rewrite]:
    made = [draw(_rewrites(number)) for number in range(draw(st.integers(1, 4)))]
    return sorted(made, key=lambda rewrite: PHASES.index(rewrite.phase))


_own = st.lists(
    st.builds(
        Own,
        st.just("page"),
        st.builds(
            Reach,
            st.lists(st.sampled_from(("a", "b", None)), max_size=2).map(tuple),
            more=st.just(False),
        ),
    ),
    max_size=2,
)
_segments = st.sampled_from(("a", "b", "c", "1", "12"))
_paths = st.lists(_segments, max_size=4).map(lambda parts: "/" + "/".join(parts))
# Next compares without case
_in_any_case = st.lists(_segments | st.sampled_from("AB"), max_size=4).map(lambda parts: "/" + "/".join(parts))


def _by_next(rewrites: Sequence[Rewrite], own: Sequence[Own], path: str, *, header: bool) -> str | None:
    """Where Next sends a path; None where it answers itself, or goes on with a path of its own."""
    asked: list[Rewrite | Own] = []
    for number, phase in enumerate(PHASES):
        asked += [each for each in own if number == (2 if each.is_dynamic else 1)]
        asked += [each for each in rewrites if each.phase == phase]
    for each in asked:
        if isinstance(each, Own):
            segments = path.split("/")[1:] if path != "/" else []
            same = [wanted in (None, given) for wanted, given in zip(each.reach.segments, segments, strict=False)]
            if len(segments) == len(each.reach.segments) and all(same):
                return None
        elif (captured := matched(each.source, path)) is not None and _holds(each, header=header):
            if each.destination.startswith("/"):
                return None
            server, path_there = each.destination[:14], each.destination[14:]
            return server + compiled(path_there, captured)
    return None


def _holds(rewrite: Rewrite, *, header: bool) -> bool:
    has = all(item is _HEADER[0] and header for item in rewrite.has)
    return has and not any(item is _HEADER[0] and header for item in rewrite.missing)


def _by_devcors(made: Sequence[Entry], path: str, *, header: bool) -> str | None:
    """Where the routes send a path; None where it goes to the front end."""
    rows = [Row(parse_pattern(at), _conditions(table), table) for entry in made for at, table in entry.routes]
    fields = ((b"X-H", b"1"),) if header else ()
    found = Table(rows).match(RequestHead(b"GET", path.encode(), fields), path.encode(), "localhost")
    if found is None or found.entry.value["target"] == FRONT["target"]:
        return None
    _, query = split_target(path.encode())
    sent = upstream_target(found, found.entry.value.get("rewrite"), b"", query).decode()
    return str(found.entry.value["target"]) + sent


def _conditions(table: dict[str, Any]) -> Conditions:
    return Conditions(headers=tuple(table.get("match", {}).get("headers", {}).items()))


@settings(max_examples=150, deadline=None)
@given(_lists(), _own, st.lists(_paths, min_size=6, max_size=12), st.booleans())
def test_a_route_takes_only_what_next_sends_there(
    rewrites: list[Rewrite], own: list[Own], paths: list[str], header: bool
) -> None:
    made = entries(rewrites, Settings(), FRONT, own)
    for path in paths:
        taken = _by_devcors(made, path, header=header)
        event("taken" if taken else "left to Next")
        assert taken in (None, _by_next(rewrites, own, path, header=header)), path


@settings(max_examples=100, deadline=None)
@given(_rewrites(0), st.lists(_paths, min_size=6, max_size=12), st.booleans())
def test_a_rewrite_that_is_a_route_takes_all_that_next_sends(rewrite: Rewrite, paths: list[str], header: bool) -> None:
    made = entries([rewrite], Settings(), FRONT)
    if not made[0].routes:
        return
    for path in paths:
        if path != "/":  # which, alone, an expression may leave to Next
            assert _by_devcors(made, path, header=header) == _by_next([rewrite], [], path, header=header), path


@settings(max_examples=100, deadline=None)
@given(_rewrites(0), st.lists(_in_any_case, min_size=6, max_size=12))
def test_in_another_case_a_route_takes_no_more_than_next(rewrite: Rewrite, paths: list[str]) -> None:
    made = entries([rewrite], Settings(), FRONT)
    for path in paths:
        taken = _by_devcors(made, path, header=False)
        assert taken in (None, _by_next([rewrite], [], path, header=False)), path
