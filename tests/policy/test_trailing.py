"""Trailer fields that go on, and those that a recipient must not find there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.policy.trailing import trailers_to_send


@pytest.mark.parametrize("name", [b"X-Checksum", b"ETag", b"Server-Timing", b"Digest", b"Grpc-Status", b"Link", b"X"])
def test_what_may_come_late_goes_on(name: bytes) -> None:
    assert trailers_to_send(((name, b"1"), (b"Host", b"evil"), (name, b"2"))) == ((name, b"1"), (name, b"2"))


@pytest.mark.parametrize(
    "name",
    # RFC 9110, section 6.5.1: message framing, routing, request modifiers, authentication, response control
    b"Content-Length Transfer-Encoding Host Trailer TE Connection Keep-Alive Upgrade Authorization WWW-Authenticate"
    b" Proxy-Authorization Proxy-Authenticate Proxy-Connection Cookie Set-Cookie Cache-Control Expect Max-Forwards"
    b" Pragma Range If-Match If-Modified-Since Location Vary Age Expires Date Origin Content-Type Content-Encoding"
    b" Content-Range Access-Control-Allow-Origin Access-Control-Request-Method Forwarded X-Forwarded-For".split(),
)
def test_what_belongs_into_the_head_is_dropped(name: bytes) -> None:
    for spelling in (name, name.lower(), name.upper()):
        assert trailers_to_send(((b"X", b"1"), (spelling, b"2"))) == ((b"X", b"1"),)


@given(st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=4))).map(tuple))
def test_nothing_is_changed_or_moved(fields: tuple[tuple[bytes, bytes], ...]) -> None:
    sent = trailers_to_send(fields)
    remaining = iter(fields)
    assert all(field in remaining for field in sent)
    assert trailers_to_send(sent) == sent
