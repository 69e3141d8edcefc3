"""After 101: bytes as they are, in both directions, with back-pressure, and ends that stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devcors.proxy.gateway.window import HIGH_WATER

from .stage import Played, PlayedClient, PlayedUpstream, Stage, statuses, talk

UPGRADE = ("GET /", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x")
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
KIB = 1024


@contextmanager
def tunnel() -> Iterator[tuple[Stage, PlayedClient, PlayedUpstream]]:
    """An upgraded connection; what was said before is forgotten."""
    with talk(UPGRADE) as (stage, client, upstream):
        upstream.says(SWITCHED)
        client.transport.taken.clear()
        upstream.transport.taken.clear()
        yield stage, client, upstream
        for played in (client, upstream):
            if not played.gone:
                played.resets()
        stage.advance(1)
        assert client.gone
        assert upstream.gone
        assert len(stage.records) == 1
        assert stage.record.kind == "websocket"


def test_the_heads_of_an_upgrade() -> None:
    with talk(UPGRADE) as (stage, client, upstream):
        assert b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" in upstream.got
        assert b"Sec-WebSocket-Key: x\r\n" in upstream.got
        upstream.says(SWITCHED[:20], SWITCHED[20:])
        assert client.got == SWITCHED
        assert not stage.records  # it lasts
        client.resets()
        assert (stage.record.status, stage.record.kind) == (101, "websocket")


def test_bytes_go_both_ways_as_they_are() -> None:
    with tunnel() as (_, client, upstream):
        client.says(b"\x81\x85abcd", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n")
        upstream.says(b"\x00\xff", b"HTTP/1.1 200 OK\r\n\r\n")
        assert upstream.got == b"\x81\x85abcd\r\n\r\nGET / HTTP/1.1\r\n\r\n"
        assert client.got == b"\x00\xffHTTP/1.1 200 OK\r\n\r\n"


def test_what_comes_with_the_heads_is_not_lost() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks(*UPGRADE, body=b"eager")
        upstream = stage.upstream()
        assert not upstream.got.endswith(b"eager")
        upstream.says(SWITCHED + b"early")
        assert upstream.got.endswith(b"\r\n\r\neager")
        assert client.got.endswith(b"\r\n\r\nearly")
        client.resets()
        assert (stage.record.request_bytes, stage.record.response_bytes) == (5, 5)


@pytest.mark.parametrize("first", ["client", "upstream"])
def test_one_half_may_end_before_the_other(first: str) -> None:
    with tunnel() as (stage, client, upstream):
        one, other = (client, upstream) if first == "client" else (upstream, client)
        one.finishes()
        assert other.ended
        assert not other.gone
        stage.advance(100)
        other.says(b"still")
        assert one.got == b"still"
        other.finishes()
        assert one.gone
        assert other.gone
        counts = {stage.record.request_bytes, stage.record.response_bytes}
        assert counts == {0, 5}


@pytest.mark.parametrize("first", ["client", "upstream"])
def test_an_abrupt_end_stays_abrupt(first: str) -> None:
    with tunnel() as (_, client, upstream):
        one, other = (client, upstream) if first == "client" else (upstream, client)
        one.resets()
        assert other.gone
        assert other.transport.aborted


@pytest.mark.parametrize("first", ["client", "upstream"])
def test_who_does_not_read_is_not_read_for(first: str) -> None:
    with tunnel() as (_, client, upstream):
        sides: list[Played] = [client, upstream] if first == "client" else [upstream, client]
        slow, fast = sides
        slow.stops_reading()
        sent = 0
        while fast.is_read and sent < 10_000 * KIB:
            fast.says(b"x" * 64 * KIB)
            sent += 64 * KIB
        assert sent <= HIGH_WATER + 64 * KIB
        slow.says(b"the other way is free")
        assert fast.got == b"the other way is free"
        slow.reads()
        assert fast.is_read
        assert len(slow.got) == sent


def test_a_client_that_has_half_closed_is_passed_on_as_such() -> None:
    with talk(UPGRADE) as (stage, client, upstream):
        client.finishes()
        upstream.says(SWITCHED)
        assert upstream.ended
        upstream.says(b"bye")
        assert client.got == SWITCHED + b"bye"
        upstream.finishes()
        assert client.gone
        assert upstream.gone
        assert stage.record.response_bytes == 3


def test_a_refused_upgrade_is_a_response_like_others() -> None:
    with talk(UPGRADE) as (stage, client, upstream):
        upstream.answers(b"no", status="403 Forbidden")
        client.asks()
        upstream.answers()
        assert statuses(client.replies) == [403, 200]
        assert stage.records[0].kind == "websocket"


def test_a_tunnel_after_requests_on_the_same_connections() -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        client.asks(*UPGRADE)
        upstream.says(SWITCHED)
        client.says(b"ping")
        assert upstream.got.endswith(b"ping")
        assert len(stage.upstreams) == 1
        client.resets()
        assert len(stage.records) == 2


def test_a_lane_that_closes_ends_its_tunnels() -> None:
    with tunnel() as (stage, client, upstream):
        assert len(stage.gateway.tunnels) == 2
        stage.gateway.close()
        stage.advance(1)
        assert stage.gateway.tunnels == set()
        assert (client.gone, upstream.gone) == (True, True)
