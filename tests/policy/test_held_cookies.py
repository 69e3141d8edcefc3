"""When cookies are looked at at all, and from where the browser takes a request to come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devcors.cookies.browsers import CHROMIUM
from devcors.cookies.jar import Jar
from devcors.cookies.scope import Context
from devcors.policy import Forward, held

from .asking import facts_of, forward_of, head_of, policy_of

POLICY = policy_of("""
    [intercept]
    "api.test" = {}
    "off.test" = { cors = "off" }
""")
SECURE = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site", "Origin": "https://app.other"}
INCLUDED = {**SECURE, "Sec-Fetch-Storage-Access": "active"}
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def asked(fields: dict[str, str], line: str = "GET /items", host: str = "api.test") -> Forward:
    return forward_of(POLICY, head_of(line, fields, host=host), facts_of(f"https://{host}"))


def left_behind(forward: Forward, text: bytes = b"sid=1; Path=/; SameSite=Strict") -> list[str]:
    jar = Jar(CHROMIUM)
    jar.receive([text], Context("https", forward.own_origin.host, "/login"), 0.0)
    return [each.judgement.name for each in held.Jar(CHROMIUM, tuple(jar.contents(0.0)), forward, 1.0).held()]


@pytest.mark.parametrize(
    ("fields", "line", "host"),
    [
        (INCLUDED, "GET /items", "api.test"),
        ({**SECURE, "Cookie": "other=1"}, "GET /items", "api.test"),
        (INCLUDED, "GET /items", "off.test"),
        ({"Sec-Fetch-Mode": "no-cors", "Referer": "https://app.other/"}, "GET /logo.png", "api.test"),
        ({"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "https://app.other"}, "GET /ws", "api.test"),
        ({**NAVIGATION, "Sec-Fetch-Site": "cross-site", "Referer": "https://app.other/"}, "GET /", "api.test"),
        ({**NAVIGATION, "Sec-Fetch-Site": "cross-site"}, "GET /", "api.test"),
    ],
)
def test_cookies_are_wanted(fields: dict[str, str], line: str, host: str) -> None:
    assert left_behind(asked(fields, line, host)) == ["sid"]


@pytest.mark.parametrize(
    ("fields", "line", "host"),
    [
        (SECURE, "GET /items", "api.test"),  # the page leaves credentials out
        (SECURE, "GET /items", "off.test"),
        ({**INCLUDED, "Access-Control-Request-Method": "PUT"}, "OPTIONS /items", "api.test"),
        ({**NAVIGATION, "Sec-Fetch-Site": "same-origin"}, "GET /", "api.test"),
        ({**NAVIGATION, "Sec-Fetch-Site": "none"}, "GET /", "api.test"),  # typed in
        # a redirect made Origin opaque, the page is of this site
        ({**SECURE, "Origin": "null", "Sec-Fetch-Site": "same-site", "Cookie": "a=1"}, "GET /", "api.test"),
    ],
)
def test_cookies_are_not_wanted_or_would_come_along(fields: dict[str, str], line: str, host: str) -> None:
    assert left_behind(asked(fields, line, host)) == []


def test_what_the_record_has() -> None:
    forward = asked(INCLUDED)
    jar = Jar(CHROMIUM)
    jar.receive([b"sid=s3cr3t; Path=/; SameSite=Lax"], Context("https", "api.test", "/login"), 0.0)
    (cookie,) = held.Jar(CHROMIUM, tuple(jar.contents(0.0)), forward, 1.0).held()
    told = cookie.to_json()
    assert (told["name"], told["way"], told["rewritten"]) == ("sid", "sent", None)
    assert told["chromium"] == {"accepted": False, "reasons": ["SchemefulSameSiteLax"]}
    assert told["firefox"] == {"accepted": False, "reasons": ["SchemefulSameSiteLax"], "message": ""}
    assert told["explanation"].startswith("For every browser, SameSite=Lax is sent to another site only by")
    assert told["warnings"] == [held.ASSUMED]
    assert "s3cr3t" not in str(told)


def test_the_context_of_others_is_left_as_it_is() -> None:
    forward = asked(INCLUDED)
    assert held.request_context(forward).top == ("https", "app.other")
    bare = replace(forward, received=head_of("GET /items", {}, host="api.test"))
    assert held.request_context(bare).top is None
