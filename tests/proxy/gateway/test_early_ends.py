"""Exchanges that end before their time: early responses, clients that leave, upstreams that refuse, die, are mute."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .stage import Played, PlayedClient, Stage, statuses, talk

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\nConnection: x\r\nX: 1\r\n\r\n"


@pytest.mark.parametrize("early", ["length", "chunked", "close"])
def test_an_early_response_is_relayed_at_once_and_ends_the_connection_gently(early: str) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 1000000", body=b"x" * 100)
        upstream = stage.upstream()
        if early == "length":
            upstream.answers(b"too large", status="413 Content Too Large")
        elif early == "chunked":
            upstream.says(b"HTTP/1.1 413 No\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ntoo large\r\n0\r\n\r\n")
        else:
            upstream.says(b"HTTP/1.1 413 No\r\n\r\ntoo large")
            upstream.finishes()
        assert (client.reply.status, client.reply.body, client.reply.whole) == (413, b"too large", True)
        assert client.reply.get("connection") == "close"
        assert client.ended
        assert not client.gone  # it may still be sending: it is heard out, or it would be reset
        client.says(b"x" * 1000)
        assert upstream.gone
        client.finishes()
        assert client.gone
        assert (stage.record.status, stage.record.request_bytes) == (413, 100)


def test_a_client_that_never_stops_sending_is_not_heard_for_ever() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 100000000")
        stage.upstream().answers(status="413 No")
        for _ in range(10):
            client.says(b"x" * 100_000)
        assert not client.gone
        client.says(b"x" * 100_000)
        assert client.gone


def test_lingering_has_an_end() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("GET /", "Connection: close")
        stage.upstream().answers()
        stage.advance(1.9)
        assert not client.gone
        stage.advance(0.2)
        assert client.gone


def test_a_response_that_is_whole_before_the_request_keeps_the_upstream_out_of_the_pool() -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 5", body=b"abc")
        stage.upstream().says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok")
        client.says(b"de")  # the request is whole first, after all
        stage.upstream().says(b"ok")
        assert client.reply.body == b"okok"
        assert client.ended  # it was told so when nobody knew yet
        assert stage.idle == 1


GONE = [Played.resets, Played.finishes]


def leave(client: PlayedClient, how: str) -> None:
    """The ways in which a browser goes away; closing everything and closing one half look the same at first."""
    if how == "reset":
        client.resets()
    else:
        client.transport.departed = True
        client.finishes()


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", HINTS]
)
def test_a_client_that_leaves_takes_its_request_back(how: str, begun: bytes) -> None:
    with talk() as (stage, client, upstream):
        upstream.says(begun)
        leave(client, how)
        stage.advance(0.03)
        assert client.gone
        assert upstream.gone
        record = stage.record
        assert (record.aborted, record.error) == ("client", None)
        assert record.response_bytes == (3 if begun.endswith(b"abc") else 0)
        assert record.status == (200 if begun.endswith(b"abc") else None)


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_client_that_leaves_within_its_request(how: str) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Content-Length: 10", body=b"abc")
        leave(client, how)
        assert stage.upstream().gone
        assert (stage.record.aborted, stage.record.request_bytes) == ("client", 3)


@pytest.mark.parametrize("rest", [b"Content-Length: 9\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
def test_a_pipelined_request_that_will_never_be_whole_is_not_waited_for(rest: bytes) -> None:
    with talk() as (stage, client, upstream):
        client.says(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + rest)
        client.finishes()
        upstream.answers(b"first")
        assert client.reply.body == b"first"
        assert client.gone
        assert upstream.gone
        assert [record.aborted for record in stage.records] == [None, "client"]


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_client_that_leaves_while_its_upstream_is_dialed(how: str) -> None:
    with Stage() as stage:
        stage.loop.dial_seconds = 5
        client = stage.client()
        client.asks()
        leave(client, how)
        stage.advance(1)
        assert client.gone
        assert stage.record.aborted == "client"
        stage.advance(10)
        assert not stage.upstreams  # the attempt was given up


@pytest.mark.parametrize("pieces", [b"", b"GET / HT", b"\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_client_that_leaves_before_its_request_leaves_nothing(pieces: bytes) -> None:
    for deed in GONE:
        with Stage() as stage:
            client = stage.client()
            client.says(pieces)
            deed(client)
            assert client.gone
            assert not stage.records
            assert client.got == b""


def test_a_client_that_half_closes_is_answered() -> None:
    with talk((), ("GET /b",)) as (stage, client, upstream):
        client.finishes()
        stage.advance(60)
        upstream.answers(b"a")
        assert not client.ended
        upstream.answers(b"b")
        assert [reply.body for reply in client.replies] == [b"a", b"b"]
        assert client.gone
        assert [record.aborted for record in stage.records] == [None, None]


def test_a_half_closed_client_that_departs_later_is_noticed() -> None:
    with talk() as (stage, client, upstream):
        client.finishes()
        stage.advance(20)
        assert not client.gone
        client.transport.departed = True
        stage.advance(5.1)
        assert client.gone
        assert upstream.gone
        assert stage.record.aborted == "client"


# a request whose body cannot be read


SPOILT = [b"zz\r\n", b"1\r\nabc", b"1;\x00\r\n", b"0\r\nX : 1\r\n\r\n"]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_request_that_goes_wrong_in_its_body_is_refused(spoilt: bytes) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Transfer-Encoding: chunked", "Origin: http://localhost:5173", body=b"3\r\nabc\r\n")
        client.says(spoilt)
        assert statuses(client.replies) == [400]
        assert (client.reply.whole, client.reply.get("connection")) == (True, "close")
        assert client.reply.get("access-control-allow-origin") == "http://localhost:5173"  # the page can read it
        assert client.ended
        assert stage.upstream().gone
        assert not stage.upstream().got.endswith(b"0\r\n\r\n")  # it must not take what it has got for the whole
        assert (stage.record.status, stage.record.aborted, stage.record.request_bytes) == (400, None, 3)
        assert "RFC 9112" in (stage.record.error or "")


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("framing", ["Content-Length: 500", "Transfer-Encoding: chunked", "X: to the end"])
def test_nothing_is_put_into_a_response_that_has_begun(framing: str, spoilt: bytes) -> None:
    with Stage() as stage:
        client = stage.client()
        client.asks("POST /", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n")
        piece = b"4\r\nearl\r\n" if framing.endswith("chunked") else b"earl"
        stage.upstream().says(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode() + piece)
        client.says(spoilt)
        assert client.gone
        assert (client.reply.body, client.reply.whole) == (b"earl", False)
        assert stage.upstream().gone
        assert (stage.record.status, stage.record.aborted, stage.record.response_bytes) == (200, "client", 4)
        assert "RFC 9112" in (stage.record.error or "")


# an upstream that fails before it has answered


def test_a_refused_connection_is_told() -> None:
    with Stage() as stage:
        stage.refused.add(8000)
        client = stage.client()
        client.asks()
        assert client.reply.status == 502
        assert b"ECONNREFUSED" in client.reply.body
        assert not client.ended
        stage.refused.clear()
        client.asks()
        stage.upstream().answers()
        assert statuses(client.replies) == [502, 200]
        assert [record.error is None for record in stage.records] == [False, True]
        assert stage.records[0].response_bytes == len(client.replies[0].body)


def test_a_refused_connection_for_a_request_with_a_body() -> None:
    with Stage() as stage:
        stage.refused.add(8000)
        client = stage.client()
        client.asks("POST /", "Content-Length: 5", body=b"abc")
        assert client.reply.status == 502
        assert client.reply.get("connection") == "close"
        assert client.ended


@pytest.mark.parametrize("death", GONE)
@pytest.mark.parametrize(
    ("line", "lines", "body", "again"),
    [
        ("GET /", (), b"", True),
        ("HEAD /", (), b"", True),
        ("OPTIONS /", (), b"", True),
        ("DELETE /", (), b"", True),
        ("PUT /", ("Content-Length: 0",), b"", True),
        ("PUT /", ("Content-Length: 2",), b"ab", False),
        ("PUT /", ("Transfer-Encoding: chunked",), b"0\r\n\r\n", False),
        ("POST /", (), b"", False),
        ("POST /", ("Content-Length: 2",), b"ab", False),
        ("PATCH /", (), b"", False),
        ("BREW /", (), b"", False),
    ],
)
def test_what_can_be_repeated_is_sent_again_once(
    death: Callable[[Played], None], line: str, lines: tuple[str, ...], body: bytes, again: bool
) -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        client.asks(line, *lines, body=body)
        assert len(upstream.asked) >= 2  # on the connection of before
        death(upstream)
        assert len(stage.upstreams) == 1 + again
        if again:
            assert stage.upstream().got == upstream.got.partition(b"\r\n\r\n")[2]
            death(stage.upstream())  # and no more than once
            assert len(stage.upstreams) == 2
        assert statuses(client.replies) == [200, 502]
        assert len(stage.records) == 2
        assert "closed the connection before it answered" in (stage.records[-1].error or "")


@pytest.mark.parametrize("death", GONE)
def test_a_new_connections_death_is_told_at_once(death: Callable[[Played], None]) -> None:
    with talk() as (stage, client, upstream):
        death(upstream)
        assert statuses(client.replies) == [502]
        assert len(stage.upstreams) == 1


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200 OK\r\n", CONTINUE])
def test_a_response_that_has_begun_is_not_asked_for_again(begun: bytes) -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        client.asks()
        upstream.says(begun)
        upstream.resets()
        assert len(stage.upstreams) == 1
        assert client.reply.status == 502


def test_a_request_sent_again_is_answered() -> None:
    with talk() as (stage, client, upstream):
        upstream.answers()
        client.asks("GET /again")
        upstream.resets()
        stage.upstream().answers(b"again")
        assert client.reply.body == b"again"
        assert stage.idle == 1
        assert [record.error for record in stage.records] == [None, None]


# timeout.idle


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
def test_a_silent_upstream_is_given_up_by_its_timer(begun: bytes) -> None:
    with talk(("GET /idle",)) as (stage, client, upstream):
        stage.advance(9)
        upstream.says(begun or HINTS)
        stage.advance(9)
        assert not upstream.gone
        stage.advance(1.1)
        assert upstream.gone
        assert "timeout.idle = 10s" in (stage.record.error or "")
        if begun:
            assert (client.gone, stage.record.aborted, client.reply.whole) == (True, "server", False)
        else:
            assert (client.reply.status, stage.record.aborted) == (504, None)
            assert not client.ended


def test_an_upstream_that_is_not_read_is_not_taken_for_silent() -> None:
    with talk(("GET /idle",)) as (stage, client, upstream):
        client.stops_reading()
        upstream.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500_000)
        assert not upstream.is_read
        stage.advance(25)
        client.reads()
        stage.advance(9.9)
        assert not upstream.gone
        upstream.says(b"x" * 500_000)
        assert client.reply.whole
        assert stage.record.error is None


def test_without_the_timer_an_upstream_may_be_silent() -> None:
    with talk() as (stage, client, upstream):
        stage.advance(100_000)
        upstream.answers()
        assert client.reply.status == 200
