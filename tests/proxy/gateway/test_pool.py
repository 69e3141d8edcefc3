"""Kept connections: for how long, for which requests, how many, and that none is left open unseen."""

from __future__ import annotations

import pytest

from devcors.policy.rules import Target
from devcors.proxy.gateway.upstream import UpstreamConnection

from .stage import Played, PlayedUpstream, Stage, talk
from .virtual import FakeTransport

HERE = Target("http", "127.0.0.1", 8000, True)


def idle(stage: Stage, target: Target = HERE, promised: float | None = None) -> UpstreamConnection:
    """A connection that has just done its work."""
    connection = UpstreamConnection(stage.gateway.pool, target)
    transport = FakeTransport(stage.loop, connection, ("127.0.0.1", 1), (target.host, target.port))
    connection.connection_made(transport)

    def put() -> None:
        stage.gateway.pool.put(connection, promised)

    stage.loop.call_soon(put)
    stage.loop.settle()
    return connection


@pytest.mark.parametrize(
    ("promised", "repeatable", "kept"),
    [
        (None, True, 4.0),  # where the server says nothing
        (None, False, 1.0),  # what cannot be repeated wants a fresh one
        (5.0, True, 4.0),  # the server's word, less a margin
        (2.0, True, 1.6),
        (120.0, True, 96.0),
        (120.0, False, 1.0),
        (1.0, False, 0.8),
        (0.0, True, 0.0),
    ],
)
def test_for_how_long_a_connection_is_trusted(promised: float | None, repeatable: bool, kept: float) -> None:
    for wait, found in ((kept - 0.01, True), (kept + 0.01, False)):
        if wait < 0:
            continue
        with Stage() as stage:
            connection = idle(stage, promised=promised)
            stage.loop.now += wait  # before any sweep
            taken = stage.gateway.pool.take(HERE, repeatable=repeatable)
            assert taken is (connection if found else None)
            assert connection.reused is found
            assert connection.transport.is_closing() is not found


def test_the_one_that_was_used_last_is_taken_first() -> None:
    with Stage() as stage:
        older = idle(stage)
        stage.advance(1)
        newer = idle(stage)
        pool = stage.gateway.pool
        assert pool.take(HERE, repeatable=True) is newer
        assert pool.take(HERE, repeatable=True) is older
        assert pool.take(HERE, repeatable=True) is None


@pytest.mark.parametrize(
    "other",
    [
        HERE._replace(scheme="https"),
        HERE._replace(host="::1"),
        HERE._replace(port=8001),
        HERE._replace(verify=False),
        HERE._replace(verify="/ca.pem"),
    ],
)
def test_a_connection_is_good_for_its_own_target_only(other: Target) -> None:
    with Stage() as stage:
        idle(stage)
        assert stage.gateway.pool.take(other, repeatable=True) is None
        assert stage.idle == 1


def test_so_many_are_kept_and_no_more() -> None:
    with Stage() as stage:
        made = [idle(stage) for _ in range(70)]
        assert stage.idle == 64
        assert [connection.transport.is_closing() for connection in made] == [False] * 64 + [True] * 6
        idle(stage, HERE._replace(port=8001))  # each target for itself
        assert stage.idle == 65


def test_what_nobody_takes_is_swept_away() -> None:
    with Stage() as stage:
        short, long = idle(stage, promised=1.0), idle(stage, promised=50.0)
        stage.advance(3)
        later = idle(stage)
        stage.advance(2)
        assert [one.transport.is_closing() for one in (short, long, later)] == [True, False, False]
        stage.advance(40)
        assert [one.transport.is_closing() for one in (long, later)] == [True, True]
        assert stage.idle == 0
        assert not stage.loop.timers()


def test_a_connection_that_is_closing_is_not_taken() -> None:
    with Stage() as stage:
        connection = idle(stage)
        connection.transport.close()
        assert stage.gateway.pool.take(HERE, repeatable=True) is None
        assert stage.idle == 0


@pytest.mark.parametrize("end", [Played.finishes, Played.resets])
def test_a_connection_that_ends_is_forgotten(end: object) -> None:
    assert callable(end)
    with Stage() as stage:
        connection = idle(stage)
        assert isinstance(connection.transport, FakeTransport)
        end(PlayedUpstream(stage, connection.transport, ("127.0.0.1", 8000)))
        assert stage.idle == 0
        assert connection.transport.lost


def test_what_cannot_be_repeated_gets_a_new_connection_after_a_pause() -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        stage.advance(0.9)
        client.asks("POST /")
        upstream.answers()
        assert len(stage.upstreams) == 1
        stage.advance(1.1)
        client.asks("POST /")
        assert len(stage.upstreams) == 2
        assert upstream.gone
        stage.upstream().answers()
        stage.advance(3)
        client.asks("GET /")
        assert len(stage.upstreams) == 2


def test_a_servers_promise_is_kept_to() -> None:
    with talk() as (stage, client, upstream):
        upstream.answers(b"", "Keep-Alive: timeout=60")
        stage.advance(45)
        client.asks()
        assert len(stage.upstreams) == 1
        upstream.answers(b"", "Keep-Alive: timeout=2")
        stage.advance(1.7)
        client.asks()
        assert len(stage.upstreams) == 2


def test_the_end_of_the_pool_ends_all_connections() -> None:
    with talk((), ("GET /api",)) as (stage, client, upstream):
        upstream.answers()
        assert stage.idle == 1
        busy = stage.upstream()
        stage.loop.call_soon(stage.gateway.close)
        stage.loop.settle()
        assert client.gone
        assert upstream.gone
        assert busy.gone


def test_devcors_itself_is_never_dialed() -> None:
    with Stage() as stage:
        stage.own = {("127.0.0.1", 8000)}
        client = stage.client()
        client.asks()
        assert client.reply.status == 502
        assert b"the target is devcors itself" in client.reply.body
        assert not stage.upstreams
