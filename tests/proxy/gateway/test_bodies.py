"""Where a body ends, whichever way the stream is cut."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.errors import MalformedError
from devcors.heads import Fields
from devcors.proxy.gateway.bodies import Body, ChunkedBody, CloseBody, LengthBody, NoBody, chunk, last_chunk

from .cutting import bytewise, cut, places

Result = tuple[bytes, bool, Fields, bytes] | str


def read(body: Body, pieces: Iterable[bytes]) -> Result:
    """What comes of a stream: the octets, whether it was whole, trailers, what followed; or the refusal."""
    out, rest = b"", b""
    try:
        for piece in pieces:
            if body.done:
                rest += piece
            else:
                out += body.feed(piece)
    except MalformedError as error:
        return error.message
    return out, body.done, body.trailers, body.rest + rest


TOO_LONG = 16 * 1024
WHOLE: list[tuple[bytes, bytes, Fields]] = [
    (b"0\r\n\r\n", b"", ()),
    (b"5\r\nhello\r\n0\r\n\r\n", b"hello", ()),
    (b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", b"hello world", ()),
    (b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", b"0123456789" * 2, ()),
    (b"00000000000000A\r\n0123456789\r\n000\r\n\r\n", b"0123456789", ()),
    (b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n", ()),  # data that looks like line ends
    (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n", ()),  # and like the last chunk
    (b"3;name=value;flag\r\nabc\r\n0;last\r\n\r\n", b"abc", ()),
    (b'3;q="a;\t\\"b";r\r\nabc\r\n0\r\n\r\n', b"abc", ()),
    (b"0\r\nX-Sum: 1\r\nX-More:\r\n\r\n", b"", ((b"X-Sum", b"1"), (b"X-More", b""))),
    (b"1\r\na\r\n0\r\nX-Sum:  1 \r\n\r\n", b"a", ((b"X-Sum", b"1"),)),
    (b"0\r\nX: " + b"x" * (TOO_LONG - 7) + b"\r\n\r\n", b"", ((b"X", b"x" * (TOO_LONG - 7)),)),
]
REFUSED = [
    b"0x2\r\nab\r\n0\r\n\r\n",
    b"-2\r\nab\r\n0\r\n\r\n",
    b"+2\r\nab\r\n0\r\n\r\n",
    b"1_0\r\n0123456789012345\r\n0\r\n\r\n",
    b" 2\r\nab\r\n0\r\n\r\n",
    b"2 \r\nab\r\n0\r\n\r\n",
    b"2\t;a\r\nab\r\n0\r\n\r\n",
    b"\r\n0\r\n\r\n",
    b";a\r\nab\r\n",
    b"g\r\n",
    b"2\nab\n0\n\n",  # bare LF
    b"2\r\nab\n0\r\n\r\n",
    b"2\rab\r\n0\r\n\r\n",
    b"2\r\nabc\r\n0\r\n\r\n",  # longer than it says
    b"2\r\nab0\r\n\r\n",
    b"2\r\nab\r\r\n0\r\n\r\n",
    b"1000000000000000\r\n",  # beyond 15 digits
    b"FFFFFFFFFFFFFFFFF\r\nab\r\n",
    b"2;a\x00\r\nab\r\n",
    b"2;\r\nab\r\n",  # no name, no token, no value, no end of a quoted one
    b"2;\xff\r\nab\r\n",
    b"2;a=\r\nab\r\n",
    b'2;a="b\r\nab\r\n',
    b"2;a\t\r\nab\r\n",
    b"2;a\rb\r\nab\r\n",
    b"2;a\nb\r\nab\r\n",
    b"2;" + b"x" * 4096 + b"\r\nab\r\n",  # one line beyond its limit
    (b"1;" + b"x" * 1000 + b"\r\na\r\n") * 17 + b"0\r\n\r\n",  # extensions beyond their total
    b"0\r\nX : 1\r\n\r\n",
    b"0\r\nX\r\n\r\n",
    b"0\r\n: 1\r\n\r\n",
    b"0\r\nX: 1\n\r\n\r\n",
    b"0\r\nX: 1\n\n",
    b"0\r\nX: 1\r\n Y: 2\r\n\r\n",
    b"0\r\nX: a\rb\r\n\r\n",
    b"0\r\nX: \x00\r\n\r\n",
    b"0\r\n\n\n",
    b"0\r\n\rX: 1\r\n\r\n",
    b"0\r\nContent-Length: 4, 5\r\n\r\n",
    b"0\r\nX: " + b"x" * (TOO_LONG - 6) + b"\r\n\r\n",  # trailers beyond their limit
]


@pytest.mark.parametrize(("stream", "octets", "trailers"), WHOLE)
@pytest.mark.parametrize("rest", [b"", b"GET / HTTP/1.1\r\n", b"\r\n", b"0\r\n\r\n"])
def test_a_chunked_body_ends_where_it_says(stream: bytes, octets: bytes, trailers: Fields, rest: bytes) -> None:
    expected = (octets, True, trailers, rest)
    assert read(ChunkedBody(), [stream + rest]) == expected
    assert read(ChunkedBody(), bytewise(stream + rest)) == expected
    assert read(ChunkedBody(), [stream, rest]) == expected


@pytest.mark.parametrize(("stream", "octets", "trailers"), WHOLE)
def test_a_chunked_body_that_ends_before_its_end_is_not_whole(stream: bytes, octets: bytes, trailers: Fields) -> None:
    for length in range(max(0, len(stream) - 200), len(stream)):
        body = ChunkedBody()
        begun = body.feed(stream[:length])
        assert octets.startswith(begun)
        assert not body.end()


@pytest.mark.parametrize("stream", REFUSED)
def test_a_malformed_chunk_is_refused_as_soon_as_it_is_seen(stream: bytes) -> None:
    refusal = read(ChunkedBody(), [stream])
    assert isinstance(refusal, str)
    assert "RFC 9112" in refusal
    assert read(ChunkedBody(), bytewise(stream)) == refusal


@given(st.sampled_from([stream for stream, *_ in WHOLE] + REFUSED), places)
def test_no_way_of_cutting_a_chunked_body_makes_a_difference(stream: bytes, at: list[int]) -> None:
    assert read(ChunkedBody(), cut(stream, at)) == read(ChunkedBody(), [stream])


TOKENS = [b"0", b"2", b"f", b"a", b"\r\n", b"\r", b"\n", b"ab", b";", b"x", b": ", b" ", b"X: 1\r\n", b"0\r\n\r\n"]
TOKENS += [b"2\r\nab\r\n", b"\x00", b"\xff", b"-", b"_", b"0x"]
streams = st.lists(st.sampled_from(TOKENS), max_size=12).map(b"".join)


@given(streams, places)
def test_no_way_of_cutting_anything_makes_a_difference(stream: bytes, at: list[int]) -> None:
    whole = read(ChunkedBody(), [stream] if stream else [])
    cuts = read(ChunkedBody(), cut(stream, at))
    if isinstance(whole, str) or isinstance(cuts, str) or whole[1]:
        assert whole == cuts
    else:
        assert whole[:3] == cuts[:3]


@given(st.binary(max_size=40), st.integers(0, 40), places)
def test_a_length_is_a_length(data: bytes, length: int, at: list[int]) -> None:
    expected = (data[:length], len(data) >= length, (), data[length:])
    assert read(LengthBody(length), cut(data, at)) == expected
    assert read(LengthBody(length), bytewise(data)) == expected


def test_less_than_the_length_is_not_whole() -> None:
    body = LengthBody(3)
    body.feed(b"ab")
    assert not body.end()
    body.feed(b"c")
    assert body.end()


def test_what_ends_with_the_connection_is_taken_to_be_whole() -> None:
    body = CloseBody()
    assert (body.feed(b"ab"), body.done, body.feed(b"c")) == (b"ab", False, b"c")
    assert body.end()
    assert body.done


def test_no_body_leaves_everything_to_the_next_message() -> None:
    body = NoBody(b"HT")
    assert body.done
    assert body.feed(b"TP") == b""
    assert (body.rest, body.end()) == (b"HTTP", True)


names = st.from_regex(rb"X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,8}", fullmatch=True)
texts = st.from_regex(rb"([\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]{0,8}[\x21-\x7e\x80-\xff])?)?", fullmatch=True)
some_trailers = st.lists(st.tuples(names, texts), max_size=4).map(tuple)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5), some_trailers, st.binary(max_size=8), places)
def test_what_is_written_is_read_again(pieces: list[bytes], trailers: Fields, rest: bytes, at: list[int]) -> None:
    stream = b"".join([*map(chunk, pieces), last_chunk(trailers), rest])
    assert read(ChunkedBody(), cut(stream, at)) == (b"".join(pieces), True, trailers, rest)
