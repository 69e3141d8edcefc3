"""After 101: bytes both ways, verbatim, with back-pressure. Frames, close codes and abrupt ends stay as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from devcors.traffic.record import Exchange

from .resetting import reset, unheard
from .window import HIGH_WATER

if TYPE_CHECKING:
    from .client import ClientConnection
    from .lane import Gateway
    from .upstream import UpstreamConnection


Side = Literal["client", "server"]


class TunnelEnd(asyncio.Protocol):
    """One side; what it reads is written to the other. `cut` is called if it ends abruptly, `ended` when both have."""

    def __init__(
        self, transport: asyncio.Transport, side: Side, cut: Callable[[Side], None], ended: Callable[[], None]
    ) -> None:
        self.transport = transport
        self.side: Side = side
        self.other: TunnelEnd = self
        self.count = 0
        self._cut = cut
        self._ended = ended
        self._eof = False
        self._lost = False

    def data_received(self, data: bytes) -> None:
        """On to the other side."""
        self.count += len(data)
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        """One direction is over; the other goes on until it ends too."""
        self._eof = True
        other = self.other.transport
        if self.other._eof or not other.can_write_eof():  # noqa: SLF001 - the same class
            other.close()
            return False
        other.write_eof()
        # TLS has no half-open connections in asyncio
        return self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """An abrupt end stays abrupt."""
        self._lost = True
        if not self.other._lost:  # noqa: SLF001 - the same class
            if exc is None:
                self.other.transport.close()
            else:
                self._cut(self.side)
                for data in unheard(self.transport):  # such as a close frame
                    self.data_received(data)
                reset(self.other.transport)
        else:
            self._ended()

    def let_go(self) -> None:
        """When all is over: two that know each other would else wait for the garbage collector, buffers and all."""
        del self.other, self._cut, self._ended

    def pause_writing(self) -> None:
        """This side reads slower than the other sends."""
        if not self.other._lost:  # noqa: SLF001 - the same class
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        if not self.other._lost:  # noqa: SLF001 - the same class
            self.other.transport.resume_reading()


def join(lane: Gateway, client: ClientConnection, upstream: UpstreamConnection, record: Exchange, data: bytes) -> None:
    """Makes a tunnel of two connections. `data` has come from the upstream behind its 101."""

    def ended() -> None:
        lane.tunnels -= {near, far}
        record.request_bytes, record.response_bytes = near.count, far.count
        lane.recorder.finish(record)
        near.let_go()
        far.let_go()

    def cut(side: Side) -> None:
        record.aborted = side
        if side == "server":  # a client that leaves is no error
            record.error = "it reset the connection"

    upstream.release()
    near = TunnelEnd(client.transport, "client", cut, ended)
    far = TunnelEnd(upstream.transport, "server", cut, ended)
    near.other, far.other = far, near
    lane.tunnels |= {near, far}
    for end in (near, far):
        end.transport.set_protocol(end)
        end.transport.set_write_buffer_limits(high=HIGH_WATER)
        cast("asyncio.ReadTransport", end.transport).resume_reading()
    if data:
        far.data_received(data)
    if rest := client.leave():
        near.data_received(rest)
    if client.finished and not near.eof_received():
        near.transport.close()
