"""Back-pressure: who does not read is not read for, in each direction, and goes on where it stopped."""

from __future__ import annotations

import pytest

from devcors.proxy.gateway.window import HIGH_WATER, PIPELINED
from tests.policy.asking import policy_of

from .stage import PlayedUpstream, Stage, statuses, talk

KIB = 1024
BIG = 100 * KIB * KIB
HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {BIG}\r\n\r\n".encode()
MOST = HIGH_WATER + 64 * KIB + 1000  # the limit, and one piece that comes before it is noticed


def pour(upstream: PlayedUpstream, most: int = 1000, piece: bytes = b"x" * 64 * KIB) -> int:
    """Sends as long as it is read; how much was."""
    for number in range(most):
        if not upstream.is_read:
            return number * len(piece)
        upstream.says(piece)
    return most * len(piece)


def test_a_client_that_does_not_read_is_not_read_for() -> None:
    with talk() as (_, client, upstream):
        client.stops_reading()
        upstream.says(HEAD)
        assert pour(upstream) <= MOST
        assert client.transport.get_write_buffer_size() <= MOST
        client.reads(50 * KIB)  # a little is not enough
        assert not upstream.is_read
        client.reads(100 * KIB)
        assert upstream.is_read
        assert pour(upstream) <= MOST
        client.reads()
        assert upstream.is_read
        assert pour(upstream, 10) == 640 * KIB
        assert client.reply.body == b"x" * len(client.reply.body)
        assert len(client.reply.body) > 700 * KIB


def test_an_upstream_that_does_not_read_is_not_read_for() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", f"Content-Length: {BIG}")
        upstream = stage.upstream()
        upstream.stops_reading()
        sent = 0
        while client.is_read and sent < BIG:
            client.says(b"x" * 64 * KIB)
            sent += 64 * KIB
        assert sent <= MOST
        assert upstream.transport.get_write_buffer_size() <= MOST
        upstream.reads()
        assert client.is_read
        assert len(upstream.got.partition(b"\r\n\r\n")[2]) == sent
        upstream.answers()  # early: the client's half is not held any more
        assert client.ended


def test_a_body_does_not_pile_up_while_the_upstream_is_dialed() -> None:
    with Stage() as stage:
        stage.loop.dial_seconds = 5
        client = stage.client()
        client.asks("POST /", f"Content-Length: {BIG}")
        sent = 0
        while client.is_read and sent < BIG:
            client.says(b"x" * 64 * KIB)
            sent += 64 * KIB
        assert sent <= MOST
        stage.advance(6)
        assert client.is_read
        assert len(stage.upstream().got.partition(b"\r\n\r\n")[2]) == sent


def test_pipelined_requests_do_not_pile_up() -> None:
    with talk() as (stage, client, upstream):
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1000 + b"\r\n\r\n"
        sent = 1
        while client.is_read and sent < 1000:
            client.methods.append("GET")
            client.says(request)
            sent += 1
        assert PIPELINED < sent * len(request) < PIPELINED + 2 * len(request) + 1000
        for _ in range(sent):
            upstream.answers()
        assert statuses(client.replies) == [200] * sent
        assert client.is_read
        assert len(stage.upstreams) == 1


@pytest.mark.parametrize("pooled", [True, False])
def test_the_next_response_waits_too_where_the_last_one_is_not_read(pooled: bool) -> None:
    with talk(("GET /api",)) as (stage, client, upstream):
        upstream.answers()
        if not pooled:
            upstream.finishes()
        client.asks("GET /a")
        client.asks("GET /api/b")
        client.stops_reading()
        stage.upstream().answers(b"a" * (HIGH_WATER + 1))
        last = stage.upstreams[0] if pooled else stage.upstream()
        assert not last.asked[-1].startswith(b"GET /api/b")  # it is not even asked for
        assert client.transport.get_write_buffer_size() < 2 * MOST
        client.reads()
        last = stage.upstreams[0] if pooled else stage.upstream()
        assert last.asked[-1].startswith(b"GET /api/b")
        last.says(HEAD)
        assert last.is_read
        assert pour(last, 3) == 192 * KIB
        assert statuses(client.replies) == [200, 200, 200]


def test_devcors_own_answers_do_not_pile_up() -> None:
    with Stage(policy_of('[routes]\n"/x" = "http://127.0.0.1:8000"')) as stage:
        client = stage.client()
        client.stops_reading()
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        sent = 0
        while client.is_read and sent < 100_000:
            client.says(request * 1000)
            sent += 1000
        assert sent < 10_000
        assert client.transport.get_write_buffer_size() <= MOST
        client.finishes()  # it is heard when the rest has been read
        client.reads()
        client.methods = ["GET"] * sent
        assert statuses(client.replies) == [404] * sent
        assert client.gone


def test_a_client_that_half_closes_before_it_has_read_is_answered() -> None:
    with Stage(policy_of('[routes]\n"/x" = "http://127.0.0.1:8000"')) as stage:
        client = stage.client()
        client.stops_reading()
        client.methods = ["GET"] * 1000
        client.says(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000)
        client.finishes()
        assert not client.gone
        client.reads()
        assert statuses(client.replies) == [404] * 1000
        assert client.gone


def test_who_leaves_while_held_leaves_nothing() -> None:
    with talk() as (stage, client, upstream):
        client.stops_reading()
        upstream.says(HEAD)
        pour(upstream)
        client.resets()
        assert upstream.gone
        assert stage.record.aborted == "client"


def test_an_upstream_that_dies_while_held_is_noticed_when_it_is_read_again() -> None:
    with talk() as (stage, client, upstream):
        client.stops_reading()
        upstream.says(HEAD)
        sent = pour(upstream)
        upstream.resets()
        assert not client.ended
        client.reads()
        assert client.gone
        assert (len(client.reply.body), client.reply.whole) == (sent, False)
        assert (stage.record.aborted, stage.record.response_bytes) == ("server", sent)
