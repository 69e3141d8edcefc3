"""What is for the proxy and not for the front door leaves the lane, with all that was read."""

from __future__ import annotations

import pytest

from .stage import Stage, talk

HOST = b"Host: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET http://elsewhere.test/ HTTP/1.1\r\n",
        b"GET https://localhost:2677/ HTTP/1.1\r\n",
        b"GET http://localhost:1/ HTTP/1.1\r\n",
        b"CONNECT elsewhere.test:443 HTTP/1.1\r\n",
        b"CONNECT localhost:1 HTTP/1.1\r\n",
        b"CONNECT ][ HTTP/1.1\r\n",
    ],
)
def test_proxy_requests_are_handed_over_with_what_follows(request_line: bytes) -> None:
    with Stage() as stage:
        client = stage.client()
        client.says(request_line + HOST + b"more")
        assert stage.handed_over == [request_line + HOST + b"more"]
        assert not stage.gateway.clients
        assert not stage.records
        assert client.got == b""
        assert not client.transport.is_closing()


def test_after_requests_of_the_front_door_too() -> None:
    with talk() as (stage, client, upstream):
        line = b"GET http://elsewhere.test/ HTTP/1.1\r\n" + HOST
        client.says(line)
        assert not stage.handed_over
        upstream.answers()
        assert stage.handed_over == [line]


def test_a_client_that_has_half_closed_is_handed_over_open() -> None:
    with talk() as (stage, client, upstream):
        client.says(b"GET http://elsewhere.test/ HTTP/1.1\r\n" + HOST)
        client.finishes()
        upstream.answers()
        assert len(stage.handed_over) == 1
        stage.advance(10)
        assert not client.ended


@pytest.mark.parametrize(
    "fields",
    [b"", b"Host: a\r\nHost: a\r\n", b"Host: a\r\nExpect: x\r\n", b"Host: a\r\nContent-Length: 2\r\n"],
    ids=["no Host", "two", "Expect", "body"],
)
def test_a_tunnel_to_the_front_door_that_is_refused_is_answered_by_the_other_lane(fields: bytes) -> None:
    with Stage() as stage:
        client = stage.client()
        client.says(b"CONNECT localhost:2677 HTTP/1.1\r\n" + fields + b"\r\nGET /in HTTP/1.1\r\n" + HOST)
        assert len(stage.handed_over) == 1
        assert client.got == b""


def test_1_0_need_not_name_a_host() -> None:
    with Stage() as stage:
        client = stage.client()
        client.says(b"CONNECT localhost:2677 HTTP/1.0\r\n\r\n")
        assert client.got == b"HTTP/1.1 200 Connection Established\r\n\r\n"


def test_a_tunnel_to_the_front_door_ends_in_the_lane() -> None:
    with Stage() as stage:
        client = stage.client()
        client.says(b"CONNECT localhost:2677 HTTP/1.1\r\n" + HOST + b"GET /in HTTP/1.1\r\n" + HOST)
        assert client.got == b"HTTP/1.1 200 Connection Established\r\n\r\n"
        assert stage.upstream().asked == [b"GET /in HTTP/1.1"]
        stage.upstream().answers()
        assert client.got.endswith(b"ok")
        assert not stage.handed_over
