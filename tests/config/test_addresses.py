"""URLs, hosts and origins: what comes out is normal, and is taken again as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from devcors.config import addresses
from devcors.config.values import BadValue
from devcors.urls import parse_origin

PARTS = (
    "http",
    "https",
    "ws",
    "WSS",
    "ftp",
    "://",
    ":",
    "/",
    "//",
    "localhost",
    "A.example",
    "[::1]",
    "127.0.0.1",
    "80",
)
PIECES = (
    *PARTS,
    "99999",
    "?",
    "#",
    "@",
    "*",
    "*.",
    "null",
    "loopback",
    "target",
    "keep",
    " ",
    "%20",
    "ü",
    "\\",
    "\n",
    "",
)
texts = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)


@pytest.mark.parametrize(
    "check",
    [
        addresses.target_url,
        addresses.listen_address,
        addresses.intercept_host,
        addresses.allowed_host,
        addresses.host_condition,
        addresses.host_value,
        addresses.origin_value,
        addresses.origin,
    ],
)
@given(text=texts)
@example(text="http://")
@example(text="HTTP://[::0001]:080/x")
def test_what_comes_out_is_taken_as_it_is(check: Callable[[str], str], text: str) -> None:
    try:
        normal = check(text)
    except BadValue:
        return
    assert check(normal) == normal


@given(texts)
@example("http://LocalHost:08080/")
def test_a_target_can_be_dialed(text: str) -> None:
    try:
        parts = urlsplit(addresses.target_url(text))
    except BadValue:
        return
    assert parts.scheme in ("http", "https", "ws", "wss")
    assert parts.hostname
    assert parts.port is None or 0 < parts.port <= 65535
    assert (parts.query, parts.fragment, parts.username) == ("", "", None)
    assert parts.path != "/"
    assert parts.netloc == parts.netloc.lower()


@given(texts)
def test_an_origin_is_what_a_browser_sends(text: str) -> None:
    try:
        normal = addresses.origin(text)
    except BadValue:
        return
    if urlsplit(normal).scheme in ("http", "https", "ws", "wss"):
        assert str(parse_origin(normal)) == normal


@given(st.one_of(texts, st.text()))
def test_a_url_that_is_offered_is_one(text: str) -> None:
    try:
        addresses.target_url(text)
    except BadValue as error:
        offered = re.fullmatch('did you mean "(.*://.*)".', error.hint or "", re.DOTALL)
        event(f"offered: {bool(offered)}")
        if offered:
            addresses.target_url(offered[1])
