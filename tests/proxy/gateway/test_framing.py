"""Content-Length and Transfer-Encoding: which lines agree on a framing, and which are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.heads import Fields
from devcors.policy.checks import Refusal
from devcors.proxy.gateway.framing import CHUNKED, UNFRAMED, Framing, framing_of


def lengths(*texts: bytes) -> Fields:
    return tuple((b"Content-Length", text) for text in texts)


def codings(*texts: bytes) -> Fields:
    return tuple((b"transfer-ENCODING", text) for text in texts)


@pytest.mark.parametrize(
    ("fields", "framing"),
    [
        ((), UNFRAMED),
        (((b"X", b"1"),), UNFRAMED),
        (lengths(b"0"), Framing(length=0)),
        (lengths(b"4"), Framing(length=4)),
        (lengths(b"0004"), Framing(length=4)),
        (lengths(b"4", b"4"), Framing(length=4)),
        (lengths(b"4, 4"), Framing(length=4)),
        (lengths(b"9" * 20), Framing(length=int("9" * 20))),
        (codings(b"chunked"), CHUNKED),
        (codings(b"ChunKed"), CHUNKED),
        (codings(b" chunked\t"), CHUNKED),
    ],
)
def test_lines_that_agree(fields: Fields, framing: Framing) -> None:
    assert framing_of(fields) == framing


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((*lengths(b"4"), *codings(b"chunked")), 400),
        ((*codings(b"chunked"), *lengths(b"4")), 400),
        ((*codings(b""), *lengths(b"0")), 400),
        (lengths(b"4", b"5"), 400),
        (lengths(b"4, 5"), 400),
        (lengths(b"4", b"04"), 400),
        (lengths(b"4,"), 400),
        (lengths(b""), 400),
        (lengths(b"+4"), 400),
        (lengths(b"-1"), 400),
        (lengths(b"0x4"), 400),
        (lengths(b"1_0"), 400),
        (lengths(b"4.0"), 400),
        (lengths(b"4 4"), 400),
        (lengths(b"\xb2"), 400),
        (lengths(b"1" * 21), 400),
        (codings(b"chunked", b"chunked"), 400),
        (codings(b"chunked, chunked"), 400),
        (codings(b"chunked, gzip"), 400),
        (codings(b"chunked", b"gzip"), 400),
        (codings(b"chunked,"), 400),
        (codings(b""), 400),
        (codings(b"\x0bchunked"), 400),
        (codings(b"chunked\x0c"), 400),
        (codings(b"chunked\x00"), 400),
        (codings(b"chunked;q=1"), 400),
        (codings(b'"chunked"'), 400),
        (codings(b"gzip, chunked"), 501),
        (codings(b"gzip", b"chunked"), 501),
        (codings(b"gzip"), 501),
        (codings(b"identity"), 501),
        (codings(b"xchunked"), 501),
    ],
)
def test_lines_that_are_refused(fields: Fields, status: int) -> None:
    refusal = framing_of(fields)
    assert isinstance(refusal, Refusal)
    assert refusal.status == status
    assert "RFC 9112" in refusal.message


@given(st.lists(st.tuples(st.sampled_from([b"Content-Length", b"Transfer-Encoding"]), st.binary(max_size=12))))
def test_a_framing_says_itself_again(fields: list[tuple[bytes, bytes]]) -> None:
    framing = framing_of(tuple(fields))
    if isinstance(framing, Framing) and framing.line:
        name, _, text = framing.line.removesuffix(b"\r\n").partition(b": ")
        assert framing_of(((name, text),)) == framing
