"""The network of the rules' walk: what a browser would send is really sent, once, and kept for the report.

Known: the messages that the rules ask for, first for Chromium and then for Firefox. Wanted: an answer to each, without
asking a server twice for what both browsers send alike; and where every host lies, for Local Network Access.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from devcors.cors.local_network import AddressSpace, address_space
from devcors.cors.walking import NetworkFailure, Sent
from devcors.heads import RequestHead, ResponseHead
from devcors.urls import Origin, is_loopback_host

from .asking import Send, Sending
from .failures import Failure
from .plan import Ask, location_of
from .report import Exchange
from .wire import Message, head_of

# all of a message but the fields that a page sets, which the browsers send alike
_Key = tuple[str, str, str | None, str | None, tuple[str, ...]]


@dataclass(slots=True)
class Event:
    """One message, who sends it, and what came of it."""

    sent: Sent
    outcome: Exchange | Failure
    browsers: list[str] = field(default_factory=list)


class RealNetwork:
    """`devcors.cors.walking.Network` over a real sender; `events` are in the order of sending."""

    def __init__(self, ask: Ask, send: Send) -> None:
        self._ask, self._send = ask, send
        self._events: dict[_Key, Event] = {}
        self._browser = ""
        self._chain: list[Origin] = []
        self._versions: dict[Origin, str] = {}
        self.untrusted: Failure | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """What was sent."""
        return tuple(self._events.values())

    def begin(self, browser: str) -> None:
        """The messages that follow are this browser's, from the first URL on."""
        self._browser, self._chain = browser, []

    def send(self, sent: Sent) -> ResponseHead | NetworkFailure:
        """The response to one message."""
        key = (sent.url, sent.method, sent.origin, sent.asked_method, sent.asked_headers)
        origin = location_of(sent.url).origin
        if not self._chain or self._chain[-1] != origin:
            self._chain.append(origin)
        if key not in self._events:
            self._events[key] = Event(sent, self.exchange(Message(sent, self._ask, tuple(self._chain))))
        event = self._events[key]
        if self._browser not in event.browsers:  # a redirect may lead to where it came from
            event.browsers.append(self._browser)
        if isinstance(event.outcome, Failure):
            return NetworkFailure(event.outcome.net_error.removeprefix("net::"))
        return event.outcome.response

    def exchange(self, message: Message, *, from_page: bool = True) -> Exchange | Failure:
        """Sends without remembering the answer."""
        return self.deliver(message.sent.url, head_of(message, from_page=from_page), message.body)

    def deliver(self, url: str, head: RequestHead, body: bytes | None = None) -> Exchange | Failure:
        """Sends what is ready for the wire."""
        outcome = self._send(Sending(url, head, body))
        if isinstance(outcome, Failure):
            return outcome
        self.untrusted = self.untrusted or outcome.untrusted
        self._versions[location_of(url).origin] = outcome.http_version
        return Exchange(url, head, outcome.head, outcome.http_version, outcome.milliseconds)

    def multiplexed(self, url: str) -> bool:
        """Whether the server spoke HTTP/2 when it was last asked."""
        return self._versions.get(location_of(url).origin) == "HTTP/2"

    def address_space(self, url: str) -> AddressSpace:
        """Where the host of a URL lies; a name that does not resolve is taken for public."""
        return space_of(location_of(url).origin.host) or "public"


def space_of(host: str) -> AddressSpace | None:
    """By the address that the host's name resolves to; None where it does not."""
    if is_loopback_host(host):
        return "loopback"
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return None
    return address_space(str(found[0][4][0]))
