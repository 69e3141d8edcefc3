"""The beginnings of bodies, in whatever pieces they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devcors.traffic.record import Exchange


def exchange(capture: int) -> Exchange:
    return Exchange(1, "gateway", "http", "GET", "http://localhost/", None, None, None, 0.0, capture=capture)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8), st.integers(0, 60))
def test_the_beginning_is_kept_of_each_body(pieces: list[bytes], limit: int) -> None:
    record = exchange(limit)
    for piece in pieces:
        record.add_request(piece)
        record.add_response(piece + piece)
    asked, answered = b"".join(pieces), b"".join(piece + piece for piece in pieces)
    assert (record.request_kept, record.response_kept) == (asked[:limit], answered[:limit])
    assert (record.request_bytes, record.response_bytes) == (len(asked), len(answered))


def test_a_body_in_one_piece_is_not_copied() -> None:
    record, body = exchange(100), b"x" * 100
    record.add_response(body)
    assert record.response_kept is body
