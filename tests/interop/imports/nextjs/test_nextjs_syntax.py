"""The patterns of Next.js, read as path-to-regexp 6 reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import PatternError
from devcors.interop.imports.nextjs.syntax import SEGMENT, Key, Token, names, parse

READ: dict[str, tuple[Token, ...]] = {
    "/": ("/",),
    "/api/:path*": ("/api", Key("path", "/", modifier="*")),
    "/api/:path*/": ("/api", Key("path", "/", modifier="*"), "/"),
    "/user/:id": ("/user", Key("id", "/")),
    "/user/:id.json": ("/user", Key("id", "/"), ".json"),
    "/x.:ext": ("/x", Key("ext", ".", pattern=r"(?:(?!\.)[^/])+?")),
    r"/post/:slug(\d{1,})": ("/post", Key("slug", "/", pattern=r"\d{1,}")),
    "/(.*)": (Key(0, "/", pattern=".*"),),
    "/(a|b)/(c)": (Key(0, "/", pattern="a|b"), Key(1, "/", pattern="c")),
    "/:path((?!api).*)": (Key("path", "/", pattern="(?!api).*"),),
    "/range/:from-:to": ("/range", Key("from", "/"), "-", Key("to", pattern="(?:(?!\\-)[^/])+?")),
    "/v:major": ("/v", Key("major")),
    "/files{/:name}?": ("/files", Key("name", "/", modifier="?")),
    "/a{-:b-}*/c": ("/a", Key("b", "-", "-", pattern="(?:(?!\\-)[^/])+?", modifier="*"), "/c"),
    "/a{.html}?": ("/a", Key("", ".html", pattern="", modifier="?")),
    r"/\:id": ("/:id",),
    r"/a\/:id": ("/a/", Key("id")),
    r"/x\(y\)": ("/x(y)",),
}


@pytest.mark.parametrize(("text", "tokens"), READ.items())
def test_a_pattern_is_read(text: str, tokens: tuple[Token, ...]) -> None:
    assert parse(text) == tokens


@pytest.mark.parametrize("text", ["/:", "/a*", "/(", "/()", "/(?:a)", "/((a))", "/{a", "/a}", "/:a:b", "/a?b=c"])
def test_what_next_refuses_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        parse(text)


def test_names_are_those_that_a_destination_can_use() -> None:
    assert names(parse("/:a/(.*)/:b*{.c}?")) == ("a", "b")


@given(
    st.lists(st.sampled_from(["/", "api", ":id", "(x)", "{y}", "*", "+", "?", "-", ".", "\\", "}", "é"]), max_size=8)
)
def test_a_pattern_is_read_or_refused(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        tokens = parse(text)
    except PatternError:
        return
    assert all(isinstance(token, Key) or token for token in tokens)
    written = "".join(token if isinstance(token, str) else token.prefix + token.suffix for token in tokens)
    assert all(character in text for character in written)


def test_a_name_alone_is_a_segment() -> None:
    (key,) = parse(":id")
    assert isinstance(key, Key)
    assert key.pattern == SEGMENT
