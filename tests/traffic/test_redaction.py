"""Secrets out of heads, URLs and texts; what a verdict is made from stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.cors.judge import judge
from devcors.cors.requests import cors_request
from devcors.heads import Fields, RequestHead, ResponseHead
from devcors.traffic.redaction import (
    is_secret_name,
    redacted_fields,
    redacted_request,
    redacted_response,
    redacted_text,
    redacted_texts,
    redacted_url,
)
from devcors.urls import parse_origin

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Authorization: Bearer s3cr3t", "Authorization: [redacted]"),
        ("proxy-authorization: Basic s3cr3t", "proxy-authorization: [redacted]"),
        ("Cookie: a=s3cr3t; b=s3=cr3t; s3cr3t", "Cookie: a=[redacted]; b=[redacted]; [redacted]"),
        ("Cookie: a=s3cr3t;b=s3cr3t", "Cookie: a=[redacted];b=[redacted]"),
        ("Set-Cookie: a=s3cr3t; Path=/x; httponly", "Set-Cookie: a=[redacted]; Path=/x; httponly"),
        ("Set-Cookie: s3cr3t; Secure", "Set-Cookie: [redacted]; Secure"),
        ('Set-Cookie: a="1;s3cr3t"; SameSite=None', "Set-Cookie: a=[redacted]; [redacted]; SameSite=None"),
        ("X-Api-Key: s3cr3t", "X-Api-Key: [redacted]"),
        ("x-xsrf-token: s3cr3t", "x-xsrf-token: [redacted]"),
        ("X-Amz-Security-Token: s3cr3t", "X-Amz-Security-Token: [redacted]"),
        ("Referer: http://u:s3cr3t@h/?token=s3cr3t&a=1", "Referer: http://redacted@h/?token=[redacted]&a=1"),
        ("Location: //s3cr3t@h/#access_token=s3cr3t", "Location: //redacted@h/#access_token=[redacted]"),
        ("Location: /next?code=s3cr3t", "Location: /next?code=[redacted]"),
        ("Link: <http://u:s3cr3t@h/?sig=s3cr3t>; rel=next", "Link: <http://h/?sig=[redacted]>; rel=next"),
    ],
)
def test_a_secret_goes_and_its_place_is_seen(line: str, shown: str) -> None:
    name, _, text = line.partition(": ")
    ((kept, redacted),) = redacted_fields(((name.encode(), text.encode()),))
    assert f"{kept.decode()}: {redacted.decode()}" == shown


@pytest.mark.parametrize(
    "line",
    [
        "Access-Control-Allow-Credentials: true",
        "Access-Control-Allow-Headers: authorization, x-api-key",
        "Access-Control-Request-Headers: x-csrf-token",
        "WWW-Authenticate: Bearer realm=x",
        "Origin: http://localhost:5173",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Author: me",
        "Keep-Alive: timeout=5",
        "Location: http://h/a@b?page=2",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    name, _, text = line.partition(": ")
    field = (name.encode(), text.encode())
    assert redacted_fields((field,)) == (field,)


@pytest.mark.parametrize(
    "name", ["token", "access_token", "accessToken", "ACCESS_TOKEN", "userPassword", "clientSecret"]
)
def test_names_of_secrets_in_any_spelling(name: str) -> None:
    assert is_secret_name(name)
    assert redacted_url(f"http://h/?a=1&{name}={SECRET}&b=2") == f"http://h/?a=1&{name}=[redacted]&b=2"


@pytest.mark.parametrize("name", ["max_tokens", "keyboard", "author", "passage", "encode", "assigned", "monkey"])
def test_names_that_only_resemble_one(name: str) -> None:
    assert not is_secret_name(name)
    assert redacted_url(f"http://h/?{name}=1") == f"http://h/?{name}=1"


def test_texts_that_quote_a_url() -> None:
    text = f"Access to fetch at 'http://h/?token={SECRET}' from origin 'http://localhost:5173' has been blocked"
    shown = "Access to fetch at 'http://h/?token=[redacted]' from origin 'http://localhost:5173' has been blocked"
    assert redacted_text(text) == shown
    firefox = f"disallows reading the remote resource at http://h/?token={SECRET}. (Reason: CORS header missing)."
    assert redacted_text(firefox) == firefox.replace(SECRET, "[redacted]")
    assert redacted_texts({"messages": [text], "allowed": False}) == {"messages": [shown], "allowed": False}


def test_a_target_is_redacted_too() -> None:
    head = RequestHead(b"GET", b"/x?api_key=s3cr3t&q=%20", ((b"Host", b"h"),))
    assert redacted_request(head) == RequestHead(b"GET", b"/x?api_key=[redacted]&q=%20", ((b"Host", b"h"),))


REQUEST = [b"Authorization: Bearer x", b"Cookie: sid=1", b"X-Api-Key: 1", b"Access-Control-Request-Method: PUT"]
REQUEST += [b"Access-Control-Request-Headers: authorization,x-token", b"Content-Type: application/json"]
RESPONSE = [b"Access-Control-Allow-Origin: *", b"Access-Control-Allow-Origin: http://localhost:5173"]
RESPONSE += [b"Access-Control-Allow-Credentials: true", b"Access-Control-Allow-Headers: x-token, Authorization"]
RESPONSE += [b"Location: http://u:p@other.test/?token=1", b"Set-Cookie: a=1", b"Access-Control-Allow-Methods: PUT"]


def lines(given: list[bytes]) -> Fields:
    return tuple((name, text) for name, _, text in (line.partition(b": ") for line in given))


@given(
    st.lists(st.sampled_from(REQUEST), unique=True),
    st.lists(st.sampled_from(RESPONSE), unique=True),
    st.sampled_from([b"GET", b"OPTIONS", b"PUT"]),
    st.sampled_from([200, 302, 404]),
)
def test_the_verdict_is_the_same(asked: list[bytes], said: list[bytes], method: bytes, status: int) -> None:
    url, own = "http://api.test/x", parse_origin("http://api.test")
    head = RequestHead(method, b"/x", ((b"Origin", b"http://localhost:5173"), *lines(asked)))
    answer = ResponseHead(status, b"", lines(said))
    plain, hidden = cors_request(head, url, own), cors_request(redacted_request(head), url, own)
    assert plain is not None
    assert hidden is not None
    before, after = judge(plain, answer), judge(hidden, redacted_response(answer))
    for one, other in ((before.chromium, after.chromium), (before.firefox, after.firefox)):
        assert (one.allowed, one.error, one.parameter) == (other.allowed, other.error, other.parameter)
    assert (before.step, before.header) == (after.step, after.header)


@given(st.text(st.characters(codec="latin-1")))
def test_any_bytes_can_be_looked_at(text: str) -> None:
    raw = text.encode("latin-1")
    names = (b"Cookie", b"Set-Cookie", b"Location", b"Link", b"X-Token", b"Accept")
    assert [name for name, _ in redacted_fields(tuple((name, raw) for name in names))] == list(names)
    redacted_url(text)
