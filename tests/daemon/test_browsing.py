"""Where `devcors browser` looks for devcors."""

from __future__ import annotations

import pytest

from devcors.config.schema import Server
from devcors.daemon.browsing import listening_at


@pytest.mark.parametrize(
    ("listen", "port", "found"),
    [
        ("localhost:2677", None, ("127.0.0.1", 2677)),
        ("localhost:2677", 2680, ("127.0.0.1", 2680)),
        ("0.0.0.0:80", None, ("127.0.0.1", 80)),
        ("[::]:80", None, ("[::1]", 80)),
        ("[::1]:80", None, ("[::1]", 80)),
        ("192.0.2.7:80", None, ("192.0.2.7", 80)),
    ],
)
def test_where_devcors_listens(listen: str, port: int | None, found: tuple[str, int]) -> None:
    assert listening_at(Server(listen=listen), port) == found
