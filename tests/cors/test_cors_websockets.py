"""A handshake that lets another origin in gets its warning, and no other does."""

from __future__ import annotations

import pytest

from devcors.cors.websockets import let_in, open_to_any
from devcors.heads import Fields, RequestHead, ResponseHead

SWITCHED = ResponseHead(101, b"Switching Protocols", ())


def handshake(
    origin: bytes | None, host: bytes, *more: tuple[bytes, bytes], upgrade: bytes = b"websocket"
) -> RequestHead:
    fields: Fields = ((b"Host", host), (b"Connection", b"Upgrade"), (b"Upgrade", upgrade), *more)
    return RequestHead(b"GET", b"/ws", fields if origin is None else (*fields, (b"Origin", origin)))


@pytest.mark.parametrize(
    ("origin", "host", "status", "warned"),
    [
        (b"https://evil.test", b"api.test", 101, True),
        (b"https://evil.test", b"api.test", 403, False),
        (b"https://api.test", b"api.test", 101, False),
        (b"http://localhost:5173", b"localhost:8080", 101, True),
        (b"http://localhost:8080", b"localhost:8080", 101, False),
        (b"not an origin", b"api.test", 101, True),
        (b"null", b"api.test", 101, True),
        (None, b"api.test", 101, False),
    ],
)
def test_an_origin_that_is_let_in(origin: bytes | None, host: bytes, status: int, warned: bool) -> None:
    asked, answer = handshake(origin, host), ResponseHead(status, b"", ())
    assert (open_to_any(asked, answer) is not None) is warned
    assert (let_in(asked, asked, answer) is not None) is warned


def test_another_protocol_is_none_of_ours() -> None:
    asked = handshake(b"https://evil.test", b"api.test", upgrade=b"h2c")
    assert let_in(asked, asked, SWITCHED) is None


def test_the_page_of_the_front_door_is_no_other_origin() -> None:
    own = handshake(b"http://localhost:2677", b"localhost:2677")
    rewritten = handshake(b"http://api.test", b"api.test")
    kept = handshake(b"http://localhost:2677", b"api.test")  # `forwarded = true`
    assert let_in(own, rewritten, SWITCHED) is None
    assert let_in(own, kept, SWITCHED) is None


def test_an_origin_that_devcors_puts_right_tells_nothing_of_the_server() -> None:
    foreign = handshake(b"https://evil.test", b"localhost:2677")
    assert let_in(foreign, handshake(b"http://api.test", b"api.test"), SWITCHED) is None


@pytest.mark.parametrize(
    ("more", "said"), [((), "without a cookie"), (((b"Cookie", b"sid=1"),), "with the user's cookies")]
)
def test_what_is_said(more: Fields, said: str) -> None:
    warning = let_in(
        handshake(b"https://evil.test", b"localhost:2677", *more),
        handshake(b"https://evil.test", b"api.test"),
        SWITCHED,
    )
    assert warning is not None
    assert warning.startswith(f"The WebSocket at api.test was opened to a page of https://evil.test, {said}: ")
    assert "is not seen from here" in warning  # one origin that was let in is not every origin
