"""What follows a 101: bytes both ways, verbatim.

mitmproxy's own WebSocket layer takes frames apart, holds a message until it is whole, and turns an abnormal end into a
clean close. A page debugging its socket must see what its server did, so devcors relays bytes: frames, pings, close
codes and abrupt ends stay as they are, for every protocol.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.utils import expect


@dataclass
class DevcorsUpgradeEndedHook(commands.StartHook):
    """An upgraded connection has ended; `flow` is its handshake."""

    flow: HTTPFlow
    sent: int
    received: int

    def args(self) -> list[object]:
        """mitmproxy hands addons a single argument."""
        return [Upgraded(self.flow, self.sent, self.received)]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgraded connection carried: bytes from the client (`sent`) and to it (`received`)."""

    flow: HTTPFlow
    sent: int
    received: int


class UpgradedConnection(layer.Layer):
    """Relays until either side ends, then ends the other."""

    def __init__(self, context: Context, flow: HTTPFlow) -> None:
        super().__init__(context)
        self._flow = flow
        self._sent = self._received = 0

    @expect(events.Start)
    def start(self, _: events.Event) -> layer.CommandGenerator[None]:
        """Nothing to negotiate."""
        self._handle_event = self.relay
        yield from ()

    _handle_event = start

    @expect(events.DataReceived, events.ConnectionClosed)
    def relay(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Bytes of one side go to the other; so does the end."""
        client, server = self.context.client, self.context.server
        if isinstance(event, events.DataReceived):
            from_client = event.connection == client
            if from_client:
                self._sent += len(event.data)
            else:
                self._received += len(event.data)
            yield commands.SendData(server if from_client else client, event.data)
        else:
            self._handle_event = self.done
            yield commands.CloseConnection(server)
            yield commands.CloseConnection(client)
            yield DevcorsUpgradeEndedHook(self._flow, self._sent, self._received)

    @expect(events.DataReceived, events.ConnectionClosed)
    def done(self, _: events.Event) -> layer.CommandGenerator[None]:
        """What still comes is of no use to anybody."""
        yield from ()
