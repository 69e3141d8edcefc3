"""The preflight cache: lifetimes as each browser reads them, and what an entry covers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devcors.cors.cache import PreflightCache, max_age
from devcors.cors.profiles import BROWSERS, CHROMIUM, FIREFOX, Profile
from devcors.cors.requests import CorsRequest
from devcors.heads import Fields

PUT = CorsRequest("http://b/", "http://a", "PUT", (), False, "fetch", True, ())


def _lifetimes(*lines: bytes) -> tuple[int, int]:
    fields: Fields = tuple((b"Access-Control-Max-Age", line) for line in lines)
    chromium, firefox = (max_age(fields, profile.max_age) for profile in BROWSERS)
    return chromium, firefox


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ((), (5, 5)),
        ((b"",), (5, 5)),
        ((b"0",), (0, 0)),
        ((b"-1",), (0, 0)),
        ((b"600",), (600, 600)),
        ((b" 600 ",), (600, 600)),
        ((b"007",), (7, 7)),
        ((b"99999",), (7200, 86400)),
        ((b"+600",), (600, 0)),
        ((b"abc",), (5, 0)),
        ((b"600.5",), (5, 0)),
        ((b"600, 600",), (5, 0)),
        ((b"600", b"600"), (5, 0)),
        ((b"9" * 30,), (5, 86400)),
    ],
)
def test_max_age(lines: tuple[bytes, ...], seconds: tuple[int, int]) -> None:
    assert _lifetimes(*lines) == seconds


def _stored(profile: Profile, request: CorsRequest, fields: Fields) -> PreflightCache:
    cache = PreflightCache(profile)
    cache.store(request, ((b"Access-Control-Max-Age", b"600"), *fields), 100.0)
    return cache


METHODS: Fields = ((b"Access-Control-Allow-Methods", b"PUT"), (b"Access-Control-Allow-Headers", b"X-Foo"))
STARS: Fields = ((b"Access-Control-Allow-Methods", b"*"), (b"Access-Control-Allow-Headers", b"*"))


@pytest.mark.parametrize("profile", BROWSERS, ids=lambda profile: profile.name)
def test_an_entry_covers_what_was_listed_until_it_expires(profile: Profile) -> None:
    cache = _stored(profile, PUT, METHODS)
    assert cache.covers(PUT, 699.9)
    assert not cache.covers(PUT, 700.0)
    assert cache.covers(replace(PUT, headers=("x-foo",)), 101)
    assert cache.covers(replace(PUT, method="GET", headers=("x-foo",)), 101)
    assert not cache.covers(replace(PUT, headers=("x-bar",)), 101)
    assert not cache.covers(replace(PUT, method="DELETE"), 101)
    assert not cache.covers(replace(PUT, url="http://b/?q"), 101)
    assert not cache.covers(replace(PUT, origin="http://c"), 101)
    assert not cache.covers(replace(PUT, credentials=True), 101)


def test_a_wildcard_is_remembered_in_chromium_only() -> None:
    for profile, remembered in ((CHROMIUM, True), (FIREFOX, False)):
        cache = _stored(profile, replace(PUT, headers=("x-foo",)), STARS)
        assert cache.covers(PUT, 101)
        assert cache.covers(replace(PUT, headers=("x-foo",)), 101)
        assert cache.covers(replace(PUT, method="DELETE"), 101) is remembered
        assert cache.covers(replace(PUT, headers=("x-bar",)), 101) is remembered


def test_an_entry_made_with_credentials() -> None:
    """It serves a request without them in Chromium; and there `*` stays a mere name."""
    for profile, shared in ((CHROMIUM, True), (FIREFOX, False)):
        cache = _stored(profile, replace(PUT, credentials=True), METHODS)
        assert cache.covers(replace(PUT, credentials=True), 101)
        assert cache.covers(PUT, 101) is shared
        assert not _stored(profile, replace(PUT, credentials=True), STARS).covers(PUT, 101)


def test_a_failed_response_clears_firefox_only() -> None:
    for profile, kept in ((CHROMIUM, True), (FIREFOX, False)):
        cache = _stored(profile, PUT, METHODS)
        cache.response_failed(PUT)
        assert cache.covers(PUT, 101) is kept


def test_a_lifetime_of_zero_forgets() -> None:
    cache = _stored(CHROMIUM, PUT, METHODS)
    cache.store(PUT, (*METHODS, (b"Access-Control-Max-Age", b"0")), 101.0)
    assert not cache.covers(PUT, 102)
