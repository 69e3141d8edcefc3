"""Which addresses lead back to devcors, and that those are not dialed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

import pytest

from devcors.proxy.dialing import Dialer, DialError
from devcors.proxy.ownership import Place, is_here, is_own, names_of_machine

LOCALHOST = (("127.0.0.1", 2677), ("::1", 2677))
EVERYWHERE = (("0.0.0.0", 2677),)
ONE = (("10.0.0.1", 2677),)


@pytest.mark.parametrize(
    ("address", "listeners", "own"),
    [
        ("127.0.0.1", LOCALHOST, True),
        ("::1", LOCALHOST, True),
        ("::ffff:127.0.0.1", LOCALHOST, True),
        ("0.0.0.0", LOCALHOST, True),
        ("::", LOCALHOST, True),
        ("127.0.0.2", LOCALHOST, False),  # nobody listens there, so somebody else may
        ("10.0.0.1", LOCALHOST, False),
        ("10.0.0.1", ONE, True),
        ("10.0.0.2", ONE, False),
        ("0.0.0.0", ONE, False),
        ("127.0.0.1", EVERYWHERE, True),
        ("127.0.0.2", EVERYWHERE, True),
        ("0.0.0.0", EVERYWHERE, True),
        ("10.0.0.1", EVERYWHERE, True),
        ("10.0.0.2", EVERYWHERE, False),
        ("::1", EVERYWHERE, False),  # the socket is for IPv4 alone
        ("fe80::1%eth0", (("fe80::1%eth0", 2677),), True),
    ],
)
def test_own_addresses(address: str, listeners: Iterable[Place], own: bool) -> None:
    here = ("127.0.0.1", "127.0.0.2", "0.0.0.0", "10.0.0.1").__contains__
    assert is_own((address, 2677), listeners, here) is own
    assert is_own((address, 2678), listeners, here) is False


def test_addresses_of_this_machine() -> None:
    assert is_here("127.0.0.1")
    assert not is_here("192.0.2.1")  # RFC 5737: nobody's
    assert not is_here("2001:db8::1")  # RFC 3849
    name, *addresses = names_of_machine()
    assert name == socket.gethostname().lower()
    assert all(map(is_here, addresses))


def _dial(resolved: tuple[str, ...]) -> list[str]:
    """What is dialed for a name that resolves so, in order."""
    dialed: list[str] = []

    async def connect(address: str, _: int) -> asyncio.Transport:
        dialed.append(address)
        return asyncio.Transport()

    async def resolve(*_: object) -> tuple[str, ...]:
        return resolved

    async def never(_: object) -> asyncio.Transport:
        raise AssertionError

    dialer = Dialer(resolve=resolve, own=lambda: LOCALHOST)
    asyncio.run(dialer.dial_with(connect, "rebound.test", 2677, None, never))
    return dialed


def test_a_name_that_resolves_to_devcors_is_not_dialed() -> None:
    with pytest.raises(DialError, match="the target is devcors itself"):
        _dial(("127.0.0.1",))
    with pytest.raises(DialError, match="the target is devcors itself"):
        _dial(("::1", "127.0.0.1"))


def test_another_address_of_the_name_is_dialed() -> None:
    assert _dial(("::1", "127.0.0.5")) == ["127.0.0.5"]
