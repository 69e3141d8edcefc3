"""Reading and writing Set-Cookie values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cookies.setcookie import max_age, parse_set_cookie, serialize, split_set_cookie

PARTS = [
    b"a",
    b"=",
    b";",
    b" ",
    b"\t",
    b"Path=/",
    b"Domain=",
    b".",
    b"Secure",
    b"SameSite=None",
    b"\xe9",
    b"\x01",
    b"1",
]
SOUP = st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PARTS), max_size=14).map(b"".join))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (b"a=1", b"a", b"1"),
        (b"  a \t=\t 1 ; Path=/", b"a", b"1"),
        (b"a=b=c", b"a", b"b=c"),
        (b'a="x, y"', b"a", b'"x, y"'),
        (b"a=", b"a", b""),
        (b"v", b"", b"v"),
        (b"=v", b"", b"v"),
    ],
)
def test_name_and_value(text: bytes, name: bytes, value: bytes) -> None:
    cookie = parse_set_cookie(text)
    assert cookie is not None
    assert (cookie.name, cookie.value) == (name, value)


@pytest.mark.parametrize(
    "text", [b"", b" ", b"=", b";", b"; Path=/", b"a=\x00", b"a=1; x\r\n", b"a=1\x7f", b"a" * 4097]
)
def test_nobody_stores(text: bytes) -> None:
    assert parse_set_cookie(text) is None


def test_4096_bytes_of_name_and_value_are_stored() -> None:
    assert parse_set_cookie(b"n=" + b"v" * 4095 + b"; Path=/") is not None


def test_attributes_keep_spelling_and_order() -> None:
    cookie = split_set_cookie(b"a=1;  PATH = /x ;sEcUrE; Priority=High;; Domain=.Example.COM;HttpOnly=")
    assert cookie.attributes == (
        (b"PATH", b"/x"),
        (b"sEcUrE", None),
        (b"Priority", b"High"),
        (b"Domain", b".Example.COM"),
        (b"HttpOnly", b""),
    )
    assert (cookie.path, cookie.secure, cookie.http_only, cookie.domain) == (b"/x", True, True, b"example.com")
    assert serialize(cookie) == b"a=1; PATH=/x; sEcUrE; Priority=High; Domain=.Example.COM; HttpOnly="


@pytest.mark.parametrize(
    ("attributes", "field", "comes_to"),
    [
        (b"SameSite=Lax; SameSite=none", "same_site", "none"),
        (b"SameSite=Lax; SameSite=foo", "same_site", None),
        (b'SameSite="None"', "same_site", None),
        (b"SameSite", "same_site", None),
        (b"Domain=a.test; Domain=", "domain", None),
        (b"Domain=.", "domain", b""),
        (b"Domain=..a.test", "domain", b".a.test"),
        (b"Path=/a; Path=b", "path", None),
        (b"Path=/a; Path=/b", "path", b"/b"),
        (b"Path=/a; Path=/" + b"b" * 1024, "path", b"/a"),
        (b"Max-Age=60; Max-Age=x", "max_age", None),
        (b"Expires=Fri, 01 Jan 2100 00:00:00 GMT", "expires", b"Fri, 01 Jan 2100 00:00:00 GMT"),
        (b"Partitioned", "partitioned", True),
    ],
)
def test_what_attributes_come_to(attributes: bytes, field: str, comes_to: object) -> None:
    assert getattr(split_set_cookie(b"a=1; " + attributes), field) == comes_to


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(b"0", 0), (b"-1", -1), (b"0060", 60), (b"+60", None), (b"60x", None), (b"-", None), (b"", None), (b"6 0", None)],
)
def test_max_age(value: bytes, seconds: int | None) -> None:
    assert max_age(value) == seconds


def test_max_age_of_any_length_is_a_number() -> None:
    assert (max_age(b"9" * 5000) or 0) > 34560000


@given(SOUP)
def test_writing_and_reading_again_changes_nothing(text: bytes) -> None:
    cookie = parse_set_cookie(text)
    if cookie is not None:
        assert parse_set_cookie(serialize(cookie)) == cookie
    split = split_set_cookie(text)
    assert split_set_cookie(serialize(split)) == split
