"""What is inferred of a request: cross-origin or not, preflight, credentials, who fetches."""

from __future__ import annotations

import pytest

from devcors.cors.requests import cors_request
from devcors.heads import Fields, RequestHead
from devcors.urls import parse_origin

TARGET = parse_origin("http://localhost:8080")
PAGE: tuple[bytes, bytes] = (b"Origin", b"http://localhost:5173")


@pytest.mark.parametrize(
    ("fields", "applies"),
    [
        ((), False),
        ((PAGE,), True),
        (((b"Origin", b"http://localhost:8080"),), False),
        (((b"Origin", b"HTTP://LOCALHOST:8080"),), False),
        (((b"Origin", b"https://localhost:8080"),), True),
        (((b"Origin", b"null"),), True),
        (((b"Origin", b"not an origin"),), True),
        ((PAGE, (b"Sec-Fetch-Mode", b"cors")), True),
        ((PAGE, (b"Sec-Fetch-Mode", b"no-cors")), False),
        ((PAGE, (b"Sec-Fetch-Mode", b"navigate")), False),
        ((PAGE, (b"Sec-Fetch-Mode", b"websocket")), False),
        ((PAGE, (b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")), False),
    ],
)
def test_where_the_protocol_applies(fields: Fields, applies: bool) -> None:
    assert (cors_request(RequestHead(b"GET", b"/", fields), "http://localhost:8080/", TARGET) is not None) is applies


def test_a_preflight_is_for_the_request_that_it_announces() -> None:
    fields: Fields = (
        PAGE,
        (b"Access-Control-Request-Method", b"PUT"),
        (b"Access-Control-Request-Headers", b"x-b,content-type"),
    )
    request = cors_request(RequestHead(b"OPTIONS", b"/", fields), "u", TARGET)
    assert request is not None
    assert (request.preflight, request.method, request.headers) == (True, "PUT", ("x-b", "content-type"))
    assert request.assumed  # a preflight tells nothing of credentials


def test_an_options_request_without_a_method_to_ask_for_is_no_preflight() -> None:
    request = cors_request(RequestHead(b"OPTIONS", b"/", (PAGE,)), "u", TARGET)
    assert request is not None
    assert (request.preflight, request.method) == (False, "OPTIONS")


def test_a_cookie_proves_credentials_and_their_absence_is_assumed() -> None:
    with_cookie = cors_request(RequestHead(b"GET", b"/", (PAGE, (b"Cookie", b"a=1"))), "u", TARGET)
    without = cors_request(RequestHead(b"GET", b"/", (PAGE,)), "u", TARGET)
    assert with_cookie is not None
    assert without is not None
    assert (with_cookie.credentials, with_cookie.assumed) == (True, ())
    assert without.credentials is False
    assert without.assumed


def test_the_destination_names_who_fetches() -> None:
    fields: Fields = (PAGE, (b"Sec-Fetch-Mode", b"cors"), (b"Sec-Fetch-Dest", b"font"))
    request = cors_request(RequestHead(b"GET", b"/", fields), "u", TARGET)
    assert request is not None
    assert request.kind == "font"
