"""The gateway lane: what its connections share, and which requests are theirs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import lru_cache, partial

from devcors.errors import MalformedError
from devcors.heads import RequestHead, value
from devcors.policy import Facts, Forward, Policy, Relay
from devcors.policy.checks import MAX_HEAD, Refusal
from devcors.proxy.authority import CertificateAuthority
from devcors.proxy.dialing import Dialer
from devcors.proxy.recording import Recorder
from devcors.proxy.tasks import spawn
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange
from devcors.urls import parse_authority

from .client import ClientConnection
from .decided import Decided
from .heads import MEMORABLE, ReceivedRequest
from .pool import Pool
from .tls import FrontDoorCertificates, accept_tls
from .tunnel import TunnelEnd

# RFC 9112, section 3.2.2; the path may be empty
_ABSOLUTE_FORM = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)")

_REMEMBERED = 2048  # decisions: an unbundled page has a thousand modules, and is loaded again and again

HandOver = Callable[[ClientConnection], None]


class Gateway:
    """`current` gives the policy of the moment; an exchange keeps the one that it began with.

    `hand_over` takes a client's connection to mitmproxy's lane, with the bytes that `leave` gives.
    """

    max_head = MAX_HEAD

    def __init__(
        self,
        current: Callable[[], Policy],
        journal: Journal,
        dialer: Dialer,
        hand_over: HandOver,
        authority: Callable[[], CertificateAuthority],
    ) -> None:
        self._current = current
        self.hand_over = hand_over
        self.recorder = Recorder(journal, "gateway")
        self.pool = Pool(dialer)
        self.clients: set[ClientConnection] = set()
        self.tunnels: set[TunnelEnd] = set()
        self._asked: Policy | None = None
        self._remembered: Callable[[RequestHead, Facts], Decided]
        self._certificates = FrontDoorCertificates(authority, self._serves)

    @property
    def policy(self) -> Policy:
        """The policy that a request gets that comes now."""
        return self._current()

    def decide(self, head: RequestHead, facts: Facts, size: int) -> tuple[Decided, Exchange]:
        """What is done with a request of the front door, whose head came in `size` bytes, and its record."""
        started = time.time()
        if self.recorder.sends_cookies(head, facts):
            facts = facts._replace(sends_cookies=True)
        decided = self._decided(head, facts, size)
        decision = decided.decision
        if isinstance(decision, Forward):
            return decided, self.recorder.forwarded(decision, started)
        return decided, self.recorder.answered(decision, head, started)

    def _decided(self, head: RequestHead, facts: Facts, size: int) -> Decided:
        policy = self._current()
        if policy is not self._asked:
            self._asked, self._remembered = policy, lru_cache(maxsize=_REMEMBERED)(partial(_decide, policy))
        return self._remembered(head, facts) if size <= MEMORABLE else _decide(policy, head, facts)

    def named(self, request: ReceivedRequest, facts: Facts) -> tuple[ReceivedRequest, Facts] | Refusal | None:
        """A request whose target is not a path: as one for the front door, where it is; None: the other lane's."""
        head = request.head
        found = _ABSOLUTE_FORM.fullmatch(head.target)
        if found is None:
            return request, facts  # `*`, or what the policy refuses
        scheme, authority, path = found.groups()
        try:
            host = parse_authority(authority)
        except MalformedError as error:
            return Refusal(400, f"the request target is {error.message}", "send http://host:port/path")
        if scheme.lower() != b"http" or not self.policy.door.is_own(host.host, host.port_or("http")):
            return None
        fields = _with_host(request, authority).fields
        if not path and head.method == b"OPTIONS":  # RFC 9112, section 3.2.4
            path = b"*"
        elif not path.startswith(b"/"):
            path = b"/" + path
        own = RequestHead(head.method, path, fields)
        return request._replace(head=own), facts._replace(authority=host)

    def is_tunnel_to_itself(self, request: ReceivedRequest, facts: Facts) -> bool:
        """Whether a CONNECT is for the front door (a browser sends one for a WebSocket), and nothing is wrong with it.

        What is refused goes to the other lane with the rest, which asks the policy too, and answers.
        """
        head = request.head
        try:
            host = parse_authority(head.target)
        except MalformedError:
            return False
        policy = self.policy
        if not policy.door.is_own(host.host, host.port_or("https")):
            return False
        return policy.refuses_connect(_with_host(request, head.target), facts._replace(authority=host)) is None

    def secure(self, client: ClientConnection) -> None:
        """A TLS handshake has begun: ours where the front door is https, or in a tunnel to it."""
        https = self.policy.door.https
        if https == "h2" and not client.tunneled:
            self.hand_over(client)
        elif https or client.tunneled:
            # what comes before the certificate is there is not for this connection to read
            client.transport.pause_reading()
            spawn(self._serve_tls(client), name="front door TLS")
        else:
            client.transport.close()

    async def _serve_tls(self, client: ClientConnection) -> None:
        context = self._certificates.context(client.facts.local)
        await accept_tls(client.transport, ClientConnection(self, "https"), context, client.leave())

    def _serves(self, name: str) -> bool:
        return self.policy.serves(name)

    @staticmethod
    def spoilt(data: bytes) -> RequestHead:
        """As much of a request that cannot be read as a record can tell: the method and target, if there are any."""
        words = data[:4096].split(b"\n", 1)[0].rstrip(b"\r").split(b" ")
        method = words[0][:20] if len(words) > 1 else b"?"
        target = words[1] if len(words) > 1 and words[1].startswith(b"/") else b"/"
        return RequestHead(method, target, ())

    def close(self) -> None:
        """Ends all connections at once."""
        for client in tuple(self.clients):
            client.transport.abort()
        for end in tuple(self.tunnels):
            end.transport.abort()
        self.pool.close()


def _decide(policy: Policy, head: RequestHead, facts: Facts) -> Decided:
    decision = policy.request(head, facts)
    assert not isinstance(decision, Relay)  # only what is for another host is relayed
    return Decided(decision)


def _with_host(request: ReceivedRequest, authority: bytes) -> RequestHead:
    """The head with the authority of its target as Host where it has none and need not have (RFC 9112, section 3.2)."""
    head = request.head
    if request.minor == 1 or value(head.fields, b"host") is not None:
        return head
    return head._replace(fields=((b"Host", authority), *head.fields))
