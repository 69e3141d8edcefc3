from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from benchmarks.backends.frames import CLOSE, PING, PONG, accept_key, echo, from_client, from_server, masked


def test_the_examples_of_the_standard() -> None:
    # RFC 6455, sections 1.3 and 5.7
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert from_server(b"Hello") == b"\x81\x05Hello"
    assert masked(bytes.fromhex("7f9f4d5158"), bytes.fromhex("37fa213d")) == b"Hello"


@given(st.binary(max_size=125))
def test_masking_twice_is_nothing(payload: bytes) -> None:
    assert masked(masked(payload, b"\x01\xff\x00\x80"), b"\x01\xff\x00\x80") == payload


@given(st.text(max_size=30))
def test_another_implementation_reads_our_frames(text: str) -> None:
    server, client = Connection(ConnectionType.SERVER), Connection(ConnectionType.CLIENT)
    server.receive_data(from_client(text.encode()))
    client.receive_data(from_server(text.encode()))
    for side in (server, client):
        (event,) = side.events()
        assert isinstance(event, TextMessage)
        assert event.data == text


@given(st.lists(st.binary(max_size=125), max_size=4), st.integers(1, 50))
def test_the_echo_is_the_same_however_the_bytes_come(payloads: list[bytes], piece: int) -> None:
    data = b"".join(map(from_client, payloads))
    wanted = b"".join(map(from_server, payloads))
    assert echo(data) == (wanted, b"", False)
    out, rest = b"", b""
    for at in range(0, len(data), piece):
        more, rest, _ = echo(rest + data[at : at + piece])
        out += more
    assert (out, rest) == (wanted, b"")


def test_a_close_is_answered_and_ends_it() -> None:
    data = from_client(b"a") + from_client(b"\x03\xe8", CLOSE) + from_client(b"b")
    assert echo(data) == (from_server(b"a") + from_server(b"\x03\xe8", CLOSE), from_client(b"b"), True)


def test_a_ping_gets_a_pong_and_a_pong_nothing() -> None:
    assert echo(from_client(b"x", PING) + from_client(b"y", PONG))[0] == from_server(b"x", PONG)


def test_what_is_not_spoken_here_is_refused() -> None:
    with pytest.raises(ValueError, match="125"):
        from_client(b"x" * 126)
    with pytest.raises(ValueError, match="without mask"):
        echo(from_server(b"a clear one"))
