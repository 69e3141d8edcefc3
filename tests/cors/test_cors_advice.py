"""Warnings: each is given for its habit, and a sound response gets none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devcors.cors.advice import reflected_origin
from devcors.cors.explain import warnings
from devcors.cors.requests import CorsRequest
from devcors.heads import Fields, ResponseHead

GET = CorsRequest("http://api.test/items", "http://app.test", "GET", (), False, "fetch", False, ())
PREFLIGHT = replace(GET, method="PUT", headers=("authorization",), preflight=True)
ACAO = b"Access-Control-Allow-Origin"
NAMED: Fields = ((ACAO, b"http://app.test"),)
VARY: Fields = ((b"Vary", b"Accept, Origin"),)
STAR: Fields = ((ACAO, b"*"),)


@pytest.mark.parametrize(
    ("request_", "status", "fields", "said"),
    [
        (GET, 200, NAMED, "without Vary: Origin"),
        (GET, 200, (*STAR, (b"Set-Cookie", b"a=1")), "sets a cookie"),
        (GET, 200, ((ACAO, b"null"), *VARY), "sandboxed frame"),
        (GET, 200, ((ACAO, b"http://app.test/"), *VARY), "no slash"),
        (GET, 200, ((ACAO, b"http://app.test/x"), *VARY), "no slash"),
        (GET, 200, ((ACAO, b"http://app.test, http://b"), *VARY), "not a list"),
        (GET, 200, (*NAMED, *NAMED, *VARY), "2 times"),
        (GET, 301, (*STAR, (b"Location", b"/items/")), "a slash behind it"),
        (GET, 308, (*STAR, (b"Location", b"https://api.test/items")), "from http to https"),
        (PREFLIGHT, 401, STAR, "answered 401"),
        (PREFLIGHT, 405, STAR, "answered 405"),
        (PREFLIGHT, 404, STAR, "answered 404"),
        (PREFLIGHT, 204, (*STAR, (b"Access-Control-Max-Age", b"7201")), "(seconds): Chromium 7200."),
        (PREFLIGHT, 204, (*STAR, (b"Access-Control-Max-Age", b"86401")), "Firefox 86400"),
        (PREFLIGHT, 204, (*STAR, (b"Access-Control-Allow-Headers", b"*")), "covered only by"),
    ],
)
def test_each_habit(request_: CorsRequest, status: int, fields: Fields, said: str) -> None:
    found = warnings(request_, ResponseHead(status, b"", fields))
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    ("request_", "status", "fields"),
    [
        (GET, 200, (*NAMED, *VARY)),
        (GET, 200, STAR),
        (GET, 500, ()),
        (GET, 200, (*NAMED, (b"Vary", b"*"))),
        (GET, 302, (*STAR, (b"Location", b"https://login.test/"))),
        (PREFLIGHT, 204, (*NAMED, (b"Access-Control-Max-Age", b"7200"))),
        (PREFLIGHT, 204, (*STAR, (b"Access-Control-Allow-Headers", b"*, Authorization"))),
    ],
)
def test_nothing_to_say(request_: CorsRequest, status: int, fields: Fields) -> None:
    assert warnings(request_, ResponseHead(status, b"", fields)) == ()


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        (((ACAO, b"https://evil.test"), (b"Access-Control-Allow-Credentials", b"true")), True),
        (((ACAO, b"https://evil.test"),), False),
        (((ACAO, b"https://app.test"), (b"Access-Control-Allow-Credentials", b"true")), False),
    ],
)
def test_a_reflected_origin(fields: Fields, warned: bool) -> None:
    assert (reflected_origin("https://evil.test", ResponseHead(200, b"", fields)) is not None) is warned
