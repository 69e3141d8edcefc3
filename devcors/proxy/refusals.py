"""Clients that refuse devcors' certificate: told apart, and from then on left alone with that host.

Known: an app that pins its server's certificate, or has a certificate store of its own, ends the handshake, most by an
alert that names the certificate (RFC 8446, section 6.2), some by closing. No other connection of theirs would go
better; but who only does not know our authority yet says the same, and may be told to trust it and come again.
Wanted: who goes on refusing works, untouched, while browsers that trust devcors are still looked into. So what is
remembered is the host and the kind of client: its User-Agent in CONNECT, and the shape of its ClientHello, which comes
from the TLS library and how it is set up.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mitmproxy import connection, http, tls

from devcors.policy import Policy

log = logging.getLogger(__name__)

_ALERT = re.compile(r"alert (unknown ca|bad certificate|certificate unknown)")
_CLOSED = "The client disconnected during the handshake"
_SILENT = "closed each time that it saw it"
# how often in a row: browsers also drop handshakes of connections that they no longer need
_TIMES = 3
# server_name, padding, pre_shared_key and early_data differ from one connection of a client to the next
_PASSING = frozenset({0, 21, 41, 42})


class Kind(NamedTuple):
    """A kind of client."""

    agent: str
    ciphers: frozenset[int]
    extensions: frozenset[int]
    alpn: tuple[bytes, ...]


class _Handshake(NamedTuple):
    host: str
    kind: Kind


class Refusals:
    """An addon. `policy` gives the policy of the moment; `forget` opens every host again.

    So does a change in the folder `trusted`: `devcors trust` has been called, and who refused may not any more.
    """

    def __init__(self, policy: Callable[[], Policy], trusted: Path) -> None:
        self._policy = policy
        self._folder = trusted
        self._stamp = self._changed_at()
        self._agents: dict[str, str] = {}
        self._begun: dict[str, _Handshake] = {}
        self._doubtful: Counter[_Handshake] = Counter()
        self._refused: set[_Handshake] = set()
        self._trusted: set[_Handshake] = set()

    def forget(self) -> None:
        """As if nobody had refused anything."""
        self._refused.clear()
        self._doubtful.clear()

    def _changed_at(self) -> int:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:  # nothing was trusted yet
            return 0

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Browsers and most libraries say in CONNECT who they are."""
        self._agents[flow.client_conn.id] = flow.request.headers.get("user-agent", "")

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """A kind that has refused this host is let through to it."""
        client, address = data.context.client, data.context.server.address
        if address is None or self._policy().door.is_own(*address[:2]):
            return  # the front door has nowhere to let anybody through to
        kind = kind_of(self._agents.get(client.id, ""), data.client_hello)
        handshake = self._begun[client.id] = _Handshake(address[0].lower(), kind)
        if handshake in self._refused and (stamp := self._changed_at()) != self._stamp:
            self._stamp = stamp
            self.forget()
        data.ignore_connection = handshake in self._refused

    def tls_established_client(self, data: tls.TlsData) -> None:
        """It trusts us: closes of its kind, before and after, mean something else."""
        if handshake := self._begun.pop(data.context.client.id, None):
            self._trusted.add(handshake)
            del self._doubtful[handshake]

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """The handshake has failed; where the certificate is why, this was the last of its kind."""
        handshake = self._begun.pop(data.context.client.id, None)
        if handshake is None or handshake in self._refused:
            return
        error = data.conn.error or ""
        why = refusal_of(error)
        if why is None and error.startswith(_CLOSED) and handshake not in self._trusted:
            why = _SILENT
        if why is not None:
            self._count(handshake, why)

    def _count(self, handshake: _Handshake, why: str) -> None:
        self._doubtful[handshake] += 1
        if self._doubtful[handshake] >= _TIMES:
            self._refused.add(handshake)
            log.warning(_told(handshake, why))
        elif self._doubtful[handshake] == 1 and why != _SILENT:
            log.warning(_untrusting(handshake, why))

    def client_disconnected(self, client: connection.Client) -> None:
        """Nothing is kept for a connection that has ended."""
        self._agents.pop(client.id, None)
        self._begun.pop(client.id, None)


def refusal_of(error: str) -> str | None:
    """The alert by which a client refused the certificate; None for other failures.

    The error texts are those of mitmproxy 11.0.2 and 12.2.3.
    """
    found = _ALERT.search(error)
    return f"TLS alert: {found[1]}" if found else None


def kind_of(agent: str, hello: tls.ClientHello) -> Kind:
    """What all connections of one client have in common: neither order (Chromium permutes it) nor GREASE (RFC 8701)."""
    return Kind(
        agent,
        frozenset(cipher for cipher in hello.cipher_suites if not _is_grease(cipher)),
        frozenset(number for number, _ in hello.extensions if not _is_grease(number)) - _PASSING,
        tuple(hello.alpn_protocols),
    )


def _is_grease(number: int) -> bool:
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def _refusal(handshake: _Handshake, why: str) -> str:
    kind = handshake.kind
    who = f"a client ({kind.agent})" if kind.agent else "a client"
    return f"{who} refused devcors' certificate for {handshake.host} ({why})"


def _untrusting(handshake: _Handshake, why: str) -> str:
    return (
        f"{_refusal(handshake, why)}: let it trust devcors' certificate authority, by devcors trust, devcors browser or"
        f" devcors run. If it goes on refusing, its connections to {handshake.host} pass through untouched"
    )


def _told(handshake: _Handshake, why: str) -> str:
    return (
        f"{_refusal(handshake, why)}: from now on its connections to {handshake.host} pass through untouched. To open"
        " them again, let it trust devcors' certificate authority: by devcors trust, or otherwise, and then restart"
        " devcors or edit devcors.toml"
    )
