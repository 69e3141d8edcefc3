import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import MalformedError
from devcors.heads import RequestHead
from devcors.routing.paths import fold_escapes, plain_path
from devcors.routing.pattern import parse_pattern
from devcors.routing.rewrite import upstream_target
from devcors.routing.table import Conditions, Entry, Match, Table

GET = RequestHead(b"GET", b"/", ())
HOST = "localhost:2677"


def table(*patterns: str) -> Table[str]:
    """A table whose values are its patterns."""
    return Table([Entry(parse_pattern(text), Conditions(), text) for text in patterns])


def winner(routes: Table[str], path: bytes, head: RequestHead = GET, authority: str = HOST) -> str | None:
    found = routes.match(head, path, authority)
    return found and found.entry.value


def conditional(*entries: tuple[str, Conditions, str]) -> Table[str]:
    return Table([Entry(parse_pattern(text), conditions, value) for text, conditions, value in entries])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/api/users", "/api/users"),
        (b"/api/users/7", "/api/users/:id"),
        (b"/api/users/7/posts", "/api/users/:id/posts"),
        (b"/api/users/7/likes", "/api/users/:id"),
        (b"/api/usersx", "/api/:any"),
        (b"/api/", "/api/"),
        (b"/api", "/api"),
        (b"/apis", "/"),
        (b"/files", "/files/:rest*"),
        (b"/files/a/b", "/files/:rest*"),
        (b"/files/a/b/c", "/files/:a/:b/:c"),
        (b"/v1/x", "/"),
        (b"*", None),
    ],
)
def test_the_most_specific_pattern_wins_whatever_the_order(path: bytes, expected: str | None) -> None:
    patterns = ["/", "/api", "/api/", "/api/:any", "/api/users", "/api/users/:id", "/api/users/:id/posts"]
    patterns += ["/files/:rest*", "/files/:a/:b/:c", "^/v1"]
    assert winner(table(*patterns), path) == expected
    assert winner(table(*reversed(patterns)), path) == expected


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (("/:a/x", "/:b/:c"), b"/1/x", "/:a/x"),
        (("/:b/:c", "/:a/x"), b"/1/x", "/:b/:c"),
        (("/:rest*", "/:id"), b"/1", "/:id"),
        (("^/a", "^/ab"), b"/ab", "^/a"),
        (("^/ab", "/a"), b"/ab", "^/ab"),
        (("^/a", "/"), b"/ab", "/"),
    ],
)
def test_ties(patterns: tuple[str, ...], path: bytes, expected: str) -> None:
    assert winner(table(*patterns), path) == expected


def test_conditions_are_tried_in_order_then_the_next_pattern() -> None:
    routes = conditional(
        ("/", Conditions(), "page"),
        ("/api", Conditions(methods=("GET", "HEAD")), "read"),
        ("/api", Conditions(hosts=("*.example.com", "b.test:81")), "elsewhere"),
        ("/api", Conditions(headers=(("X-A", "1"), ("x-b", "*"))), "marked"),
    )
    post = RequestHead(b"POST", b"/api", ())
    marked = RequestHead(b"POST", b"/api", ((b"x-a", b"1"), (b"X-B", b"")))
    twice = RequestHead(b"POST", b"/api", ((b"x-a", b"1"), (b"x-a", b"1"), (b"X-B", b"")))
    assert winner(routes, b"/api") == "read"
    assert winner(routes, b"/api", RequestHead(b"get", b"/api", ())) == "page"
    assert winner(routes, b"/api", marked) == "marked"
    assert winner(routes, b"/api", twice) == "page"
    for authority, expected in [
        ("a.example.com", "elsewhere"),
        ("a.b.EXAMPLE.com:9", "elsewhere"),
        ("example.com", "page"),
        (".example.com", "page"),
        ("notexample.com", "page"),
        ("b.test:81", "elsewhere"),
        ("b.test:82", "page"),
        ("b.test", "page"),
    ]:
        assert winner(routes, b"/api", post, authority) == expected


def test_ipv6_hosts() -> None:
    routes = conditional(("/", Conditions(hosts=("[::1]",)), "six"))
    assert winner(routes, b"/", GET, "[::1]:2677") == "six"
    assert winner(routes, b"/", GET, "[::1]") == "six"
    assert winner(routes, b"/", GET, "[::]:1") is None


def test_a_thousand_routes_cost_as_many_attempts_as_ten() -> None:
    few = table("/", "/api", "/api/users/:id", *(f"/svc{number}/api" for number in range(7)))
    many = table("/", "/api", "/api/users/:id", *(f"/svc{number}/api" for number in range(997)))
    for path in (b"/api/x", b"/api/users/7", b"/src/App.tsx", b"/svc5/api/x", b"/" * 9000):
        attempts = len(list(many.candidates(path)))
        assert attempts == len(list(few.candidates(path))) <= 3
        assert winner(many, path) == winner(few, path)


def test_a_long_path_is_looked_up_no_deeper_than_the_deepest_route() -> None:
    class Counting(dict[bytes, object]):
        asked = 0

        def get(self, key: bytes, default: object = None) -> object:
            self.asked += 1
            return super().get(key, default)

    routes = table("/", "/a/b/c")
    routes.__dict__["_index"] = index = Counting(routes._index)
    assert winner(routes, b"/a" + b"/" * 16_000) == "/"
    assert index.asked <= len(b"/a/b/c") + 1


def test_explain_tells_what_became_of_every_entry() -> None:
    routes = Table(
        [
            Entry(parse_pattern(text), conditions, None)
            for text, conditions in [
                ("/", Conditions()),
                ("/:any*", Conditions()),
                ("/api", Conditions(methods=("POST", "PUT"))),
                ("/api", Conditions(headers=(("X-A", "1"),))),
                ("/api", Conditions()),
                ("/api", Conditions(hosts=("a.test",))),
                ("/api/", Conditions()),
                ("/api/users/:id", Conditions()),
                ("/apis", Conditions()),
                ("/ap", Conditions()),
                ("^/api", Conditions()),
                ("^/b", Conditions()),
            ]
        ]
    )
    told = [(each.entry.pattern.text, each.won, each.why) for each in routes.explain(GET, b"/api", HOST)]
    assert told == [
        ("/api/users/:id", False, '"/api" does not start with "/api/users"'),
        ("/api/", False, '"/api" lacks what "/api/" asks for behind "/api"'),
        ("/apis", False, '"/api" does not start with "/apis"'),
        ("/api", False, "method is GET, wanted POST or PUT"),
        ("/api", False, "header X-A is absent"),
        ("/api", True, '"/api" takes the path'),
        ("/api", False, "host is localhost:2677, wanted a.test"),
        ("/ap", False, '"/api" is another segment than "/ap"'),
        ("/:any*", False, "less specific than /api"),
        ("/", False, "less specific than /api"),
        ("^/api", False, "expressions come after prefixes such as /api"),
        ("^/b", False, 'the expression finds nothing in "/api"'),
    ]


def test_explain_shows_no_value_of_a_header_that_came() -> None:
    routes = conditional(("/", Conditions(headers=(("Authorization", "x"),)), ""))
    [considered] = routes.explain(RequestHead(b"GET", b"/", ((b"authorization", b"secret"),)), b"/", HOST)
    assert considered.why == 'header Authorization is not "x"'


@pytest.mark.parametrize(
    "path",
    [
        b"/api/../admin",
        b"/api/..%2fadmin",
        b"/api/..;/admin",
        b"/api/%2e%2e/admin",
        b"/api/%2e%2E%5cadmin",
        b"/api/..\\admin",
        b"/api/%252e%252e/admin",
        b"//admin",
        b"/./admin",
        b"/%61dmin",
        b"/admin;x",
        b"/x/..%2fadmin/y",
        b"/u/a%2fb/posts",  # another entry takes /u/a/b/posts
        b"/..",
        b"/../api",
        b"/api/x/../../api/y",  # behind rewrite = "/v1" that is /v1/x/../../api/y
        b"/u/../u/7/posts",
    ],
)
def test_no_spelling_steps_out_of_a_route_or_into_one(path: bytes) -> None:
    routes = table("/", "/api", "/admin", "/u", "/u/:id/posts", "/u/:a/:b/:c")
    with pytest.raises(MalformedError) as caught:
        routes.match_safely(GET, path, HOST)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/files/:rest*", b"/files/x/../../files/y"),
        ("/files/:a/:b", b"/files/../files/x/y"),
        ("^/files/(.*)", b"/files/x/../../files/y"),
        ("^/(?=files)", b"/files/../../files/"),
        ("/other", b"/../files"),
    ],
)
def test_no_capture_climbs_and_no_path_either(text: str, path: bytes) -> None:
    with pytest.raises(MalformedError, match="climbs"):
        table(text).match_safely(GET, path, HOST)


def test_the_refusal_names_both_routes() -> None:
    with pytest.raises(MalformedError, match='goes to route "/", but may be taken for "/admin" of route "/admin"'):
        table("/", "/admin").match_safely(GET, b"//admin", HOST)
    with pytest.raises(MalformedError, match="goes to no route"):
        table("/admin").match_safely(GET, b"//admin", HOST)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/api/a//b", "/api"),
        (b"/api/a/../b", "/api"),
        (b"/api/a%2Fb;v=1", "/api"),
        (b"/assets//x.js", "/"),
        (b"/proxy/http://localhost/x", "/"),
        (b"/odd%2fone/x", "/odd%2Fone"),
        (b"/..x", "/"),
    ],
)
def test_what_leads_to_one_route_in_any_spelling_goes_on_untouched(path: bytes, expected: str) -> None:
    found = table("/", "/api", "/admin", "/odd%2Fone").match_safely(GET, path, HOST)
    assert found is not None
    assert found.entry.value == expected
    assert upstream_target(found, None, b"", b"") == path


# properties, on paths of few pieces so that they come near to the patterns

PATTERN_TEXTS = ["/", "/a", "/a/", "/a/b", "/a/:x", "/a/:x/b", "/a/:r*", "/:x", "/:r*", "/b/:x/:r*", "^/a/(.*)", "^.*b"]
TABLES = st.lists(st.sampled_from(PATTERN_TEXTS), unique=True).map(lambda texts: table(*texts))
PIECES = [b"/", b"/a", b"/../", b"a", b"b", b"..", b".", b"%2e", b"%2f", b"%5C", b"\\", b";", b"%25", b"%61"]
STARTS = st.sampled_from([b"/", b"/a", b"/a/", b"/a/b/", b"/b/"])
PATHS = st.builds(bytes.__add__, STARTS, st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join))


@given(TABLES, PATHS | st.binary())
def test_the_index_finds_what_trying_all_would_find(routes: Table[str], path: bytes) -> None:
    folded = fold_escapes(path)
    expected = next((entry for entry in routes.entries if entry.pattern.take(path, folded)), None)
    found = routes.match(GET, path, HOST)
    assert (found and found.entry) is expected
    assert [each.entry for each in routes.explain(GET, path, HOST) if each.won] == ([expected] if expected else [])
    if found:
        assert found.before + found.matched + found.rest == path


def safe(routes: Table[str], path: bytes) -> Match[str] | None:
    try:
        return routes.match_safely(GET, path, HOST)
    except MalformedError:
        return None


@given(TABLES, PATHS | st.binary())
def test_what_passes_leads_to_the_same_entry_in_its_plain_form(routes: Table[str], path: bytes) -> None:
    if (found := safe(routes, path)) and path.startswith(b"/"):
        assert winner(routes, plain_path(path)) == found.entry.value


REWRITES = [
    *itertools.product(["/a", "/a/", "/"], ["/in", "/in/"]),
    *itertools.product(["/a/:x", "/a/:x/"], ["/in", "/in/:x", "/in/x-:x"]),
    *itertools.product(["/a/:r*", "/:r*"], ["/in/:r*", "/in/:r/x"]),
    ("^/a/(.*)", r"/in/\1"),
    ("^/a(?=/)", "/in"),
]


@pytest.mark.parametrize(("text", "rewrite"), REWRITES)
def test_nothing_steps_out_of_a_rewrite(text: str, rewrite: str) -> None:
    routes = table(text)

    @given(PATHS)
    def check(path: bytes) -> None:
        if found := safe(routes, path):
            target = upstream_target(found, rewrite, b"/base", b"")
            assert plain_path(target).startswith(b"/base/in")

    check()
