import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import RequestHead
from devcors.routing.pattern import encoded, parse_pattern
from devcors.routing.rewrite import back_through, upstream_target
from devcors.routing.table import Conditions, Entry, Match, Table


def matched(text: str, path: bytes) -> Match[None]:
    found = Table([Entry(parse_pattern(text), Conditions(), None)]).match(RequestHead(b"GET", path, ()), path, "h")
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "rewrite", "base", "path", "expected"),
    [
        ("/api", None, b"", b"/api/x", b"/api/x"),
        ("/api", None, b"/", b"/api", b"/api"),
        ("/api", None, b"/v2/", b"/api/x", b"/v2/api/x"),
        ("/api", "", b"", b"/api", b"/"),
        ("/api", "", b"", b"/api/x", b"/x"),
        ("/api", "", b"/v2", b"/api", b"/v2"),
        ("/api", "", b"/v2/", b"/api/x", b"/v2/x"),
        ("/api", "/", b"", b"/api/x", b"/x"),
        ("/api", "/v1", b"", b"/api%2Fx/../%41".replace(b"%2Fx", b"/x"), b"/v1/x/../%41"),
        ("/api", "/v1/", b"", b"/api/x", b"/v1/x"),
        ("/api", "/v1/", b"", b"/api", b"/v1/"),
        ("/api", "/v1", b"", b"/api//x", b"/v1//x"),
        ("/api", "/caf\u00e9", b"", b"/api", b"/caf%C3%A9"),
        ("/api/", "/v1", b"", b"/api/x", b"/v1/x"),
        ("/api/", "", b"", b"/api/x", b"/x"),
        ("/", "/app", b"", b"/x", b"/app/x"),
        ("/u/:id", "/users/:id.json", b"", b"/u/%c3%a9/x", b"/users/%c3%a9.json/x"),
        ("/u/:id", ":id", b"", b"/u/7/x", b"/7/x"),
        ("/api/:path*", "/v1/:path*", b"", b"/api", b"/v1"),
        ("/api/:path*", "/v1/:path*", b"", b"/api/", b"/v1/"),
        ("/api/:path*", "/v1/:path*", b"", b"/api/a/b/", b"/v1/a/b/"),
        ("/api/:path*", "/v1/:path*/end", b"", b"/api", b"/v1/end"),
        ("/api/:path*", ":path*", b"", b"/api/a", b"/a"),
        ("/api/:path*", "/v1", b"", b"/api/a/b", b"/v1"),
        ("^/v([0-9]+)/", r"/\1-", b"/b", b"/v2/x", b"/b/2-x"),
        ("^$|/img", "/pic", b"", b"/a/img/x", b"/a/pic/x"),
        ("^/a", "", b"", b"/ax", b"/x"),
    ],
)
def test_what_the_backend_is_asked_for(
    text: str, rewrite: str | None, base: bytes, path: bytes, expected: bytes
) -> None:
    assert upstream_target(matched(text, path), rewrite, base, b"?q=%20/..") == expected + b"?q=%20/.."


@pytest.mark.parametrize(
    ("text", "rewrite", "base", "path", "expected"),
    [
        ("/api", None, b"", b"/login", b"/login"),
        ("/api", None, b"/v2", b"/v2/login", b"/login"),
        ("/api", None, b"/v2/", b"/v2", b"/"),
        ("/api", None, b"/v2", b"/v22", None),
        ("/api", "/v1", b"", b"/v1/x", b"/api/x"),
        ("/api", "/v1", b"", b"/v1", b"/api"),
        ("/api", "/v1", b"", b"/v10", None),
        ("/api", "/v1", b"", b"/login", None),
        ("/api", "/caf\u00e9", b"", b"/caf%c3%a9/x", b"/api/x"),
        ("/api", "", b"", b"/", b"/api/"),
        ("/api", "/", b"", b"/x", b"/api/x"),
        ("/api", "", b"/v2", b"/v2", b"/api"),
        ("/api", "", b"/v2", b"/x", None),
        ("/api/", "/v1", b"", b"/v1", b"/api/"),
        ("/api/", "/v1/", b"", b"/v1/x", b"/api/x"),
        ("/api/:path*", "/v1/:path*", b"", b"/v1/a/b", b"/api/a/b"),
        ("/api/:path*", "/v1/:path*", b"", b"/v1", b"/api"),
        ("/api/:path*", "/v1", b"", b"/v1", None),
        ("/u/:id", "/users/:id", b"", b"/users/7", None),
        ("/u/:id", "/users", b"", b"/users", None),
        ("/u/:id", None, b"/b", b"/b/u/7", b"/u/7"),
        ("^/a", "/b", b"", b"/b", None),
        ("^/a", None, b"", b"/b", b"/b"),
    ],
)
def test_the_way_back(text: str, rewrite: str | None, base: bytes, path: bytes, expected: bytes | None) -> None:
    assert back_through(parse_pattern(text), rewrite, base, path) == expected


SEGMENT = st.sampled_from(["a", "api", "v1", "x%2fy", "\u00e9"])
PREFIX = st.lists(SEGMENT, max_size=3).map(lambda segments: "".join("/" + segment for segment in segments))
SLASHED = st.builds(str.__add__, PREFIX, st.sampled_from(["", "/"]))
REST = st.lists(st.sampled_from([b"/", b"a", b"v1", b"..", b"%2F", b";"]), max_size=5).map(b"".join)


@given(SLASHED.filter(bool), st.none() | SLASHED, PREFIX.map(str.encode) | st.just(b"/b/"), REST)
def test_back_through_is_the_inverse(text: str, rewrite: str | None, base: bytes, rest: bytes) -> None:
    pattern = parse_pattern(text)
    path = pattern.literal + (rest if text.endswith("/") or not rest else b"/" + rest)
    target = upstream_target(matched(text, path), rewrite, base, b"")
    back = back_through(pattern, rewrite, base, target)
    assert back is not None
    # only `/api` and `/api/` can lead to the same place, where the rewrite leaves nothing or ends in a slash
    assert back == path or (rewrite is not None and back == path + b"/")
    assert upstream_target(matched(text, back), rewrite, base, b"") == target


@given(SLASHED.filter(bool), SLASHED, PREFIX.map(str.encode), REST | st.binary())
def test_the_way_back_ends_inside_the_route_or_nowhere(text: str, rewrite: str, base: bytes, more: bytes) -> None:
    path = base + encoded(rewrite) + more
    back = back_through(parse_pattern(text), rewrite, base, path)
    if back is None:
        assert not path.startswith(base + encoded(rewrite).removesuffix(b"/") + b"/")
    else:
        matched(text, back)
