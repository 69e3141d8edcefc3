"""Clients that refuse the certificate, by what mitmproxy's hooks say of them."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy.layers.tls import parse_client_hello
from mitmproxy.tls import ClientHello

from devcors.config.schema import Config
from devcors.policy import Door, compile_policy
from devcors.proxy.refusals import Refusals, kind_of, refusal_of

CLOSED = "The client disconnected during the handshake. If this happens consistently for pinned.test, …"


def hello(server_name: str, *protocols: str) -> ClientHello:
    """OpenSSL's ClientHello."""
    context = ssl.create_default_context()
    if protocols:
        context.set_alpn_protocols(list(protocols))
    out = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=server_name).do_handshake()
    data = out.read()
    assert starts_like_tls_record(data)
    parsed = parse_client_hello(data)
    assert parsed is not None
    return parsed


class Client:
    """Connections of one kind of client, told to the addon as mitmproxy would."""

    def __init__(self, addon: Refusals, *protocols: str, agent: str = "", address: Any = ("pinned.test", 443)) -> None:
        self._addon = addon
        self._hello = hello("pinned.test", *protocols)
        self._agent = agent
        self._address = address
        self._number = 0

    def connect(self, error: str | None) -> bool:
        """One connection, which ends its handshake with `error`; whether it is passed through instead."""
        self._number += 1
        client: Any = SimpleNamespace(id=f"{id(self)} {self._number}", error=error)
        context = SimpleNamespace(client=client, server=SimpleNamespace(address=self._address))
        request = SimpleNamespace(headers={"user-agent": self._agent})
        self._addon.http_connect(SimpleNamespace(client_conn=client, request=request))  # type: ignore[arg-type]
        data: Any = SimpleNamespace(context=context, client_hello=self._hello, ignore_connection=False, conn=client)
        self._addon.tls_clienthello(data)
        if not data.ignore_connection:
            (self._addon.tls_failed_client if error else self._addon.tls_established_client)(data)
        self._addon.client_disconnected(client)
        return bool(data.ignore_connection)


@pytest.fixture
def addon(tmp_path: Path) -> Refusals:
    policy = compile_policy(Config.model_validate({"intercept": {"pinned.test": {}}}), Door(2677))
    return Refusals(lambda: policy, tmp_path / "trusted")


def test_who_goes_on_refusing_is_passed_through(addon: Refusals, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(addon, agent="App/1")
    with caplog.at_level(logging.WARNING):
        passed = [client.connect("tlsv1 alert bad certificate") for _ in range(5)]
    assert passed == [False, False, False, True, True]
    first, last = caplog.messages
    assert "a client (App/1) refused devcors' certificate for pinned.test (TLS alert: bad certificate)" in first
    assert "devcors run" in first
    assert "and then restart devcors or edit devcors.toml" in last


def test_who_does_not_know_the_authority_may_learn_of_it(addon: Refusals, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(addon, agent="App/1")
    unknown = "tlsv1 alert unknown ca"
    with caplog.at_level(logging.WARNING):
        assert not any(client.connect(error) for error in (unknown, unknown, None, unknown, unknown))
        assert "devcors run" in caplog.messages[0]
        assert [client.connect(error) for error in (unknown, None)] == [False, True]
    assert "pass through untouched. To open them again" in caplog.messages[-1]


def test_other_kinds_and_hosts_are_not(addon: Refusals) -> None:
    refusing = Client(addon, agent="App/1")
    assert not any(refusing.connect("tlsv1 alert bad certificate") for _ in range(3))
    assert not Client(addon, agent="App/2").connect(None)
    assert not Client(addon, "h2", agent="App/1").connect(None)
    assert not Client(addon, agent="App/1", address=("other.test", 443)).connect(None)
    assert Client(addon, agent="App/1", address=("PINNED.test", 8443)).connect(None)


def test_closes_count_where_nothing_else_ever_came(addon: Refusals) -> None:
    client = Client(addon)
    assert [client.connect(error) for error in [CLOSED, CLOSED, CLOSED, None]] == [False, False, False, True]


def test_closes_of_a_kind_that_trusts_us_mean_something_else(addon: Refusals) -> None:
    client = Client(addon)
    assert not any(client.connect(error) for error in [CLOSED, CLOSED, None, *[CLOSED] * 10, None])


def test_other_failures_are_no_refusal(addon: Refusals, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(addon)
    assert not any(client.connect("OpenSSL Error([('SSL routines', '', 'no shared cipher')])") for _ in range(4))
    assert not caplog.messages


def test_the_front_door_is_never_passed_through(addon: Refusals) -> None:
    for address in (("localhost", 2677), None):
        client = Client(addon, address=address)
        assert not any(client.connect("tlsv1 alert bad certificate") for _ in range(5))


def test_trusting_opens_every_host_again(addon: Refusals, tmp_path: Path) -> None:
    client = Client(addon)
    assert [client.connect("tlsv1 alert unknown ca") for _ in range(4)] == [False, False, False, True]
    (tmp_path / "trusted").mkdir()
    assert not client.connect(None)


def test_forgotten(addon: Refusals) -> None:
    client = Client(addon)
    for _ in range(3):
        client.connect("tlsv1 alert bad certificate")
    addon.forget()
    assert not client.connect(None)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("tlsv1 alert unknown ca", "TLS alert: unknown ca"),
        ("ssl/tls alert bad certificate", "TLS alert: bad certificate"),
        ("OpenSSL Error([('SSL routines', '', 'sslv3 alert certificate unknown')])", "TLS alert: certificate unknown"),
        (CLOSED, None),
        ("OpenSSL Error([('SSL routines', '', 'tlsv1 alert protocol version')])", None),
    ],
)
def test_the_alerts(error: str, why: str | None) -> None:
    assert refusal_of(error) == why


def test_the_name_asked_for_does_not_make_another_kind() -> None:
    assert kind_of("", hello("a.test")) == kind_of("", hello("b.test"))
    assert kind_of("", hello("a.test")) != kind_of("", hello("a.test", "http/1.1"))
