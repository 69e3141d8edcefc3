"""Which address is dialed, how long it is waited for, and what is said when it fails."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from devcors.config.schema import Timeout
from devcors.policy.rules import Upstream
from devcors.proxy.dialing import Dialer, DialError, Streams, is_loopback_peer

pytestmark = pytest.mark.alone

STREAMS = cast("Streams", object())


def refusal(number: int = errno.ECONNREFUSED) -> OSError:
    return OSError(number, os.strerror(number))


class Network:
    """A `connect` that knows who listens; what is not known refuses."""

    def __init__(self, *listening: str, instead: Callable[[str], Exception] = lambda _: refusal()) -> None:
        self.listening = set(listening)
        self.dialed: list[str] = []
        self._instead = instead

    async def connect(self, address: str, _: int) -> Streams:
        self.dialed.append(address)
        if address not in self.listening:
            raise self._instead(address)
        return STREAMS


def upstream(host: str = "localhost", *, wait: float = 0.0, connect: float = 10.0) -> Upstream:
    return Upstream("http", host, 80, wait=wait, timeout=Timeout(connect=connect))


def dial(dialer: Dialer, host: str = "localhost", *, wait: float = 0.0, connect: float = 10.0) -> Streams:
    return asyncio.run(dialer.dial(host, 80, upstream(host, wait=wait, connect=connect)))


async def resolved(*_: Any) -> tuple[str, ...]:
    return ("10.0.0.1", "fd00::1")


@pytest.mark.parametrize(
    ("listening", "first", "second"),
    [("127.0.0.1", ["127.0.0.1"], ["127.0.0.1"]), ("::1", ["127.0.0.1", "::1"], ["::1"])],
)
def test_localhost_is_both_families_and_the_one_that_answered_is_first(
    listening: str, first: list[str], second: list[str]
) -> None:
    network = Network(listening)
    dialer = Dialer(connect=network.connect)
    for expected in (first, second):
        network.dialed.clear()
        assert dial(dialer) is STREAMS
        assert network.dialed == expected


def test_a_server_that_moves_to_the_other_family_is_found() -> None:
    network = Network("::1")
    dialer = Dialer(connect=network.connect)
    dial(dialer)
    network.listening = {"127.0.0.1"}
    dial(dialer)
    network.dialed.clear()
    dial(dialer)
    assert network.dialed == ["127.0.0.1"]


def test_every_address_of_a_name_is_tried() -> None:
    network = Network("fd00::1")
    dialer = Dialer(connect=network.connect, resolve=resolved)
    dial(dialer, "both.test")
    dial(dialer, "both.test")
    assert network.dialed == ["10.0.0.1", "fd00::1", "fd00::1"]


@pytest.mark.parametrize("host", ["localhost", "both.test"])
def test_a_refusal_is_told_at_once(host: str) -> None:
    network = Network()
    began = time.monotonic()
    with pytest.raises(DialError) as caught:
        dial(
            Dialer(connect=network.connect, resolve=resolved)
            if host != "localhost"
            else Dialer(connect=network.connect),
            host,
            wait=5,
        )
    assert (caught.value.cause, caught.value.timer) == ("ECONNREFUSED", None)
    assert len(network.dialed) == 2
    assert time.monotonic() - began < 1


def test_a_machine_without_ipv6_names_the_refusal() -> None:
    network = Network(instead=lambda address: refusal(errno.EADDRNOTAVAIL) if ":" in address else refusal())
    with pytest.raises(DialError, match="ECONNREFUSED"):
        dial(Dialer(connect=network.connect))
    network = Network(instead=lambda address: refusal() if ":" in address else refusal(errno.ENETUNREACH))
    with pytest.raises(DialError, match="ECONNREFUSED"):
        dial(Dialer(connect=network.connect))


async def held(dialer: Dialer, network: Network, wait: float) -> float:
    """Seconds until a server that comes up after 0.1 s is reached."""
    asyncio.get_running_loop().call_later(0.1, network.listening.add, "127.0.0.1")
    began = time.monotonic()
    await dialer.dial("localhost", 80, upstream(wait=wait))
    return time.monotonic() - began


def test_a_server_that_is_starting_is_waited_for() -> None:
    network = Network()
    assert 0.1 <= asyncio.run(held(Dialer(starting=lambda: True, connect=network.connect), network, 5)) < 2


def test_a_server_that_was_there_is_waited_for() -> None:
    network = Network("::1")
    dialer = Dialer(connect=network.connect)
    dial(dialer)
    network.listening.clear()
    assert 0.1 <= asyncio.run(held(dialer, network, 5)) < 2


def test_the_wait_has_an_end() -> None:
    began = time.monotonic()
    with pytest.raises(DialError, match="ECONNREFUSED"):
        dial(Dialer(starting=lambda: True, connect=Network().connect), wait=0.2)
    assert 0.2 <= time.monotonic() - began < 2


def test_only_a_refusal_is_worth_waiting_for() -> None:
    network = Network(instead=lambda _: refusal(errno.EHOSTUNREACH))
    began = time.monotonic()
    with pytest.raises(DialError, match="EHOSTUNREACH"):
        dial(Dialer(starting=lambda: True, connect=network.connect), wait=5)
    assert time.monotonic() - began < 1


def test_the_connect_timer_names_itself() -> None:
    async def never(*_: Any) -> Streams:
        await asyncio.sleep(60)
        return STREAMS

    with pytest.raises(DialError) as caught:
        dial(Dialer(connect=never), connect=0.05)
    assert (caught.value.cause, caught.value.timer) == (
        "no connection within timeout.connect = 0.05s",
        "timeout.connect",
    )


def test_the_systems_own_timeout_is_not_ours() -> None:
    network = Network(instead=lambda _: refusal(errno.ETIMEDOUT))
    with pytest.raises(DialError) as caught:
        dial(Dialer(connect=network.connect), connect=0.0)
    assert (caught.value.cause, caught.value.timer) == ("ETIMEDOUT", None)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test"])
def test_what_is_no_name_for_dns_is_told(host: str) -> None:
    with pytest.raises(DialError, match="not a host name"):
        dial(Dialer(), host)


def test_an_unknown_name_is_told_in_the_systems_words() -> None:
    async def unknown(*_: Any) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(DialError, match="Name or service not known"):
        dial(Dialer(starting=lambda: True, resolve=unknown), "no-such.test", wait=5)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("", False),
    ],
)
def test_peers_of_this_machine(address: str, loopback: bool) -> None:
    assert is_loopback_peer(address) is loopback
