"""What ends at this hop, and what a client cannot make end here."""

from __future__ import annotations

import pytest

from devcors.heads import Fields
from devcors.policy.hops import end_to_end, is_upgrade

KEPT: Fields = ((b"Host", b"h"), (b"X-A", b"1"), (b"x-a", b"2"))


ENDING = ("Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer")


@pytest.mark.parametrize("name", [*ENDING, "Transfer-Encoding", "UPGRADE"])
def test_fields_of_one_connection_are_removed(name: str) -> None:
    assert end_to_end((*KEPT, (name.encode(), b"x"))) == KEPT


def test_what_connection_names_is_removed_over_all_its_lines() -> None:
    fields = ((b"Connection", b"close, X-B"), (b"connection", b" x-c ,"), (b"x-b", b"1"), (b"X-C", b"2"))
    assert end_to_end((*KEPT, *fields)) == KEPT


@pytest.mark.parametrize("name", [b"Host", b"Cookie", b"Authorization", b"Content-Length", b"Origin", b"Set-Cookie"])
def test_connection_cannot_strip_what_the_backend_judges_by(name: bytes) -> None:
    fields: Fields = ((name, b"1"),)
    assert end_to_end((*fields, (b"Connection", b"close, " + name.lower()))) == fields


def test_the_one_transfer_coding_wish_that_is_passed_on() -> None:
    assert end_to_end((*KEPT, (b"TE", b"gzip, trailers"))) == (*KEPT, (b"Connection", b"TE"), (b"TE", b"trailers"))


@pytest.mark.parametrize(
    ("fields", "upgrade"),
    [
        (((b"Connection", b"keep-alive, Upgrade"), (b"Upgrade", b"websocket")), True),
        (((b"Connection", b"keep-alive"), (b"Upgrade", b"websocket")), False),
        (((b"Connection", b"upgrade"),), False),
    ],
)
def test_an_upgrade_is_said_anew(fields: Fields, upgrade: bool) -> None:
    assert is_upgrade(fields) is upgrade
    expected = ((b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")) if upgrade else ()
    assert end_to_end(fields, upgrade=upgrade) == expected
