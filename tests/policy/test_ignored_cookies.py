"""Set-Cookie of a request that left credentials out: no browser looks at it; the record says so where it is known."""

from __future__ import annotations

import pytest

from devcors.config.schema import Config
from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.policy import Door, Facts, Forward, compile_policy
from devcors.policy.outcomes import IGNORED

POLICY = compile_policy(Config.model_validate({"routes": {"/api": "http://localhost:8080"}}), Door(2677))
PAGE: Fields = ((b"Host", b"localhost:2677"), (b"Origin", b"http://127.0.0.1:5173"))
CHROMIUM: Fields = ((b"Sec-CH-UA", b'"Chromium"'), (b"Sec-Fetch-Site", b"cross-site"), (b"Sec-Fetch-Mode", b"cors"))


@pytest.mark.parametrize(
    ("more", "sends_cookies", "ignored"),
    [
        ((), False, False),  # it may be a login
        ((), True, True),
        (((b"Cookie", b"a=1"),), True, False),
        (CHROMIUM, False, True),
        ((*CHROMIUM, (b"Sec-Fetch-Storage-Access", b"active")), False, False),
    ],
)
def test_where_it_is_known(more: Fields, sends_cookies: bool, ignored: bool) -> None:
    facts = Facts("http", None, "127.0.0.1", "127.0.0.1", sends_cookies=sends_cookies)
    forward = POLICY.request(RequestHead(b"GET", b"/api", (*PAGE, *more)), facts)
    assert isinstance(forward, Forward)
    response = ResponseHead(200, b"", ((b"Set-Cookie", b"__Host-a=1; Path=/x; Secure"),))
    (cookie,) = forward.policy.response(forward, response).cookies
    told = cookie.to_json()
    assert (told["explanation"] == IGNORED) is ignored
    assert told["chromium"]["accepted"] is False
    assert bool(told["chromium"]["reasons"]) is not ignored
    # what would be wrong with it all the same is not lost
    assert any("__Host-" in text for text in (told["explanation"], *told["warnings"]))
