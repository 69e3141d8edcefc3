import contextlib
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import PatternError
from devcors.routing.paths import fold_escapes
from devcors.routing.pattern import check_rewrite, parse_pattern

SEGMENTS = st.sampled_from(["api", "apis", "v1", "a%2fb", "a%2Fb", "é", "x y", ":id", "**x", ".", "it:em"])


def taken(text: str, path: bytes) -> tuple[bytes, bytes, dict[str, bytes]] | None:
    """Matched part, rest and captures."""
    span = parse_pattern(text).take(path, fold_escapes(path))
    return None if span is None else (path[span[0] : span[1]], path[span[1] :], span[2])


@pytest.mark.parametrize(
    ("text", "path", "matched", "rest"),
    [
        ("/api", b"/api", b"/api", b""),
        ("/api", b"/api/", b"/api", b"/"),
        ("/api", b"/api/x", b"/api", b"/x"),
        ("/api/", b"/api/", b"/api/", b""),
        ("/api/", b"/api/x", b"/api/", b"x"),
        ("/", b"/", b"/", b""),
        ("/", b"/x", b"/", b"x"),
        ("/caf\u00e9 noir", b"/caf%C3%A9%20noir/x", b"/caf%C3%A9%20noir", b"/x"),
        ("/caf%c3%a9", b"/caf%C3%a9", b"/caf%C3%a9", b""),
        ("/a%2fb", b"/a%2Fb/c", b"/a%2Fb", b"/c"),
        ("/items:batch", b"/items:batch", b"/items:batch", b""),
        ("/@vite", b"/@vite/client", b"/@vite", b"/client"),
    ],
)
def test_a_literal_prefix_takes_whole_segments(text: str, path: bytes, matched: bytes, rest: bytes) -> None:
    assert taken(text, path) == (matched, rest, {})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/api", b"/apis"),
        ("/api", b"/ap"),
        ("/api", b"/API"),
        ("/api", b"/api%2Fx"),
        ("/api", b"/%61pi"),
        ("/api/", b"/api"),
        ("/", b"*"),
        ("/", b""),
        ("/u/:id", b"/u"),
        ("/u/:id", b"/u/"),
        ("/u/:id", b"/u//x"),
        ("/u/:id/", b"/u/7"),
        ("/u/:id/x", b"/u/7/xy"),
        ("/f/:rest*", b"/fx"),
        ("^/v[0-9]+", b"/x/v1"),
    ],
)
def test_what_a_pattern_leaves_alone(text: str, path: bytes) -> None:
    assert taken(text, path) is None


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("/u/:id", b"/u/7", (b"/u/7", b"", {"id": b"7"})),
        ("/u/:id", b"/u/7/x", (b"/u/7", b"/x", {"id": b"7"})),
        ("/u/:id/", b"/u/7/x", (b"/u/7/", b"x", {"id": b"7"})),
        ("/u/:id/p/:page", b"/u/%c3%a9/p/2", (b"/u/%c3%a9/p/2", b"", {"id": b"%c3%a9", "page": b"2"})),
        ("/f/:rest*", b"/f", (b"/f", b"", {"rest": b""})),
        ("/f/:rest*", b"/f/", (b"/f", b"/", {"rest": b""})),
        ("/f/:rest*", b"/f/a/b/", (b"/f/a/b", b"/", {"rest": b"a/b"})),
        ("/f/:rest*", b"/f//a", (b"/f//a", b"", {"rest": b"/a"})),
        ("/a%2Fb/:c", b"/a%2fb/%3a", (b"/a%2fb/%3a", b"", {"c": b"%3a"})),
        ("/:rest*", b"/a/b", (b"/a/b", b"", {"rest": b"a/b"})),
        ("/:lang/:rest*", b"/en/a/b", (b"/en/a/b", b"", {"lang": b"en", "rest": b"a/b"})),
        ("^/v([0-9]+)", b"/v12/x", (b"/v12", b"/x", {"1": b"12"})),
        ("^/(?P<lang>..)/(x)?", b"/en/y", (b"/en/", b"y", {"1": b"en", "2": b"", "lang": b"en"})),
        ("^/a$|/img", b"/b/img/x", (b"/img", b"/x", {})),
    ],
)
def test_captures_are_raw(text: str, path: bytes, expected: tuple[bytes, bytes, dict[str, bytes]]) -> None:
    assert taken(text, path) == expected


@pytest.mark.parametrize(
    ("text", "offset", "in_hint"),
    [
        ("api", 0, '"/api"'),
        ("", 0, '"/"'),
        ("/api?x", 4, "without query"),
        ("/a#b", 2, "without query"),
        ("/a\\b", 2, "%XX"),
        ("/a\nb", 2, "%XX"),
        ("/a\ud800", 2, "%XX"),
        ("/api/*", 5, 'write "/api"'),
        ("/**", 1, 'write "/"'),
        ("/u/:", 3, ":name"),
        ("/u/:7", 3, ":name"),
        ("/u/:id.json", 3, "expression"),
        ("/u/:id([0-9])", 3, "expression"),
        ("/:id/:id", 5, "name of its own"),
        ("/:rest*/x", 7, 'write "/:rest*"'),
        ("/:rest*/", 7, 'write "/:rest*"'),
        ("^/(", 2, "Python"),
        ("^/a{99999999999}", 0, "shorter"),
        ("^/caf\u00e9", 5, "%C3%A9"),
    ],
)
def test_a_refused_pattern_says_where_and_what_to_write(text: str, offset: int, in_hint: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern(text)
    assert caught.value.offset == offset
    assert in_hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("/api", ""),
        ("/api", "/"),
        ("/api", "/v1"),
        ("/api", "/caf\u00e9"),
        ("/api", "/x:8080"),
        ("/u/:id", ":id"),
        ("/u/:id", "/v1/:id.json"),
        ("/f/:rest*", "/g/:rest*"),
        ("/f/:rest*", "/g/:rest"),
        ("^/v([0-9])", r"\1"),
        ("^/v(?P<v>[0-9])", r"/:v/\1"),
    ],
)
def test_rewrites_that_fit(text: str, rewrite: str) -> None:
    check_rewrite(parse_pattern(text), rewrite)


@pytest.mark.parametrize(
    ("text", "rewrite", "offset", "in_message"),
    [
        ("/api", "v1", 0, "starts with"),
        ("/api", "http://x", 0, "starts with"),
        ("/api", "/a?b", 2, "'?'"),
        ("/api", "/a#b", 2, "'#'"),
        ("/api", "/a b", 2, "' '"),
        ("/api", "/a\x7fb", 2, "x7f"),
        ("/api", "/v1/:id", 4, '":id"'),
        ("/u/:id", "/v1/:ident", 4, '":ident"'),
        ("/u/:id", "/v1/:id*", 7, "one segment"),
        ("/u/:id", r"/v1/\1", 4, r'"\1"'),
        ("^/v([0-9])", r"/\2", 1, r'"\2"'),
        ("^/v([0-9])", r"/\0", 1, r'"\0"'),
        ("^/v([0-9])", r"/\n", 1, '"\\"'),
    ],
)
def test_a_refused_rewrite_says_where(text: str, rewrite: str, offset: int, in_message: str) -> None:
    with pytest.raises(PatternError) as caught:
        check_rewrite(parse_pattern(text), rewrite)
    assert caught.value.offset == offset
    assert in_message in caught.value.message
    assert caught.value.hint


@given(st.text() | st.text().map("/".__add__) | st.text().map("^".__add__), st.text() | st.text().map("/".__add__))
def test_any_text_is_a_pattern_or_a_pattern_error(text: str, rewrite: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `re` warns of sets it reads otherwise than other engines
        with contextlib.suppress(PatternError):
            check_rewrite(parse_pattern(text), rewrite)


@given(st.lists(SEGMENTS, max_size=4), st.sampled_from(["", "/", "/:tail*"]), st.binary())
def test_nothing_is_lost_and_a_prefix_starts_at_the_start(segments: list[str], end: str, more: bytes) -> None:
    try:
        pattern = parse_pattern("/" + "/".join(segments) + end)
    except PatternError:
        return
    path = pattern.literal + more
    if span := pattern.take(path, fold_escapes(path)):
        start, stop, captures = span
        assert start == 0
        assert path[stop : stop + 1] in (b"", b"/") or pattern.text.endswith("/")
        assert all(capture in path[:stop] for capture in captures.values())
