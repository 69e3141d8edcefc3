"""The beginnings of bodies, in whatever pieces they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devcors.traffic.capture import Captured


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8), st.integers(1, 60))
def test_the_beginning_is_kept_of_each_body(pieces: list[bytes], limit: int) -> None:
    captured = Captured(limit)
    for piece in pieces:
        captured.add_request(piece)
        captured.add_response(piece + piece)
    assert captured.request == b"".join(pieces)[:limit]
    assert captured.response == b"".join(piece + piece for piece in pieces)[:limit]


def test_a_body_in_one_piece_is_not_copied() -> None:
    captured, body = Captured(100), b"x" * 100
    captured.add_response(body)
    assert captured.response is body
