"""One exchange in the gateway lane: a request on its way to an upstream, and the response on its way back.

The client's connection tells it what comes of the request, the upstream's what comes of the response; it asks the
policy what to make of either, frames both anew, and keeps the record.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from devcors.heads import Fields, ResponseHead
from devcors.policy import Answer, Forward
from devcors.policy.checks import Refusal
from devcors.policy.failures import Failure
from devcors.policy.hops import end_to_end
from devcors.policy.trailing import trailers_to_send
from devcors.proxy.tasks import spawn
from devcors.traffic.record import Exchange

from .bodies import Body, LengthBody, NoBody, chunk, last_chunk
from .decided import Decided
from .framing import CHUNKED, UNFRAMED, Framing
from .heads import ReceivedResponse, write_request, write_response
from .pool import DialFailed
from .tunnel import join
from .window import HIGH_WATER

if TYPE_CHECKING:
    from .client import ClientConnection
    from .lane import Gateway
    from .upstream import UpstreamConnection

# RFC 9110, section 9.2.2
_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"))


class GatewayExchange:
    """Made for a request that is forwarded; `start` sends it on its way."""

    __slots__ = (
        "_awaiting",
        "_begun",
        "_chunked",
        "_client",
        "_close_delimited",
        "_decided",
        "_dialing",
        "_dropped",
        "_ended",
        "_framing",
        "_idle_timer",
        "_lane",
        "_pending",
        "_retried",
        "_upstream",
        "forward",
        "method",
        "record",
        "request_sent",
    )

    def __init__(
        self,
        lane: Gateway,
        client: ClientConnection,
        decided: Decided,
        forward: Forward,
        framing: Framing,
        record: Exchange,
    ) -> None:
        self._lane = lane
        self._client = client
        self._decided = decided
        self.forward = forward
        self.method = forward.received.method
        self.record = record
        self.request_sent = False
        self._framing = framing
        self._upstream: UpstreamConnection | None = None
        self._dialing: asyncio.Task[None] | None = None
        self._pending: list[bytes] = []
        self._awaiting = 0
        self._retried = self._begun = self._ended = self._dropped = False
        self._chunked = self._close_delimited = False
        self._idle_timer: asyncio.TimerHandle | None = None

    # the request

    def start(self) -> None:
        """Takes a connection to the upstream, or dials one."""
        pool = self._lane.pool
        upstream = pool.take(self.forward.upstream.target, repeatable=self._repeatable)
        if upstream is not None:
            self._send_on(upstream)
        else:
            self._dial()

    @property
    def _repeatable(self) -> bool:
        """RFC 9110, section 9.2.2: whether it may be sent again where nobody knows if it was carried out."""
        return self.method in _IDEMPOTENT and not self._framing.chunked and not self._framing.length

    def _dial(self) -> None:
        self._dialing = spawn(self._dialed(), name="dial")

    async def _dialed(self) -> None:
        try:
            upstream = await self._lane.pool.dial(self.forward.upstream)
        except DialFailed as error:
            self._dialing = None
            self.upstream_failed(error.failure, unanswered=False)
            self.flush()
            return
        self._dialing = None
        if self._ended:
            upstream.abort()
        elif upstream.transport.is_closing():  # it has ended before there was anybody to be told of it
            self.upstream_failed(Failure("closed", "it closed without a response"), unanswered=False)
            self.flush()
        else:
            self._send_on(upstream)

    def _send_on(self, upstream: UpstreamConnection) -> None:
        self._upstream = upstream
        upstream.serve(self)
        if self._client.choked:  # by an earlier response; there will be no other sign of it
            upstream.transport.pause_reading()
        pending, self._pending = self._pending, []
        if pending:  # before they are written: the upstream may be slow to take them, and hold the client again
            self._awaiting = 0
            self._client.resume_request()
        head = write_request(self.forward.head, self._framing)
        upstream.transport.write(b"".join((head, *pending)) if pending else head)
        if self.forward.upstream.timeout.idle:
            self._watch_idle()

    def request_data(self, data: bytes) -> None:
        """A piece of the request's body, not empty."""
        self.record.add_request(data)
        self._write_on(chunk(data) if self._framing.chunked else data)

    def request_end(self, trailers: Fields) -> None:
        """The request is whole."""
        self.request_sent = True
        if self._framing.chunked:
            self._write_on(last_chunk(trailers_to_send(trailers)))

    def _write_on(self, data: bytes) -> None:
        if self._upstream is not None:
            self._upstream.heard = time.monotonic()
            self._upstream.transport.write(data)
        elif not self._ended:
            self._pending.append(data)
            self._awaiting += len(data)
            if self._awaiting > HIGH_WATER:
                self._client.hold_request()

    def hold_request(self) -> None:
        """The upstream does not keep up."""
        self._client.hold_request()

    def resume_request(self) -> None:
        """The upstream keeps up again."""
        self._client.resume_request()

    # the response

    def interim(self, head: ResponseHead) -> None:
        """RFC 9110, section 15.2: an interim response is forwarded, but not to a client of HTTP/1.0."""
        if self._client.minor == 1 and not self._begun:
            sent = ResponseHead(head.status, head.reason, end_to_end(head.fields))
            self._client.write(write_response(sent, UNFRAMED))

    def switched(self, head: ResponseHead, data: bytes) -> None:
        """101: from here on bytes go both ways as they are."""
        upstream = self._upstream
        assert upstream is not None
        if not self.forward.upgrade:
            upstream.abort()
            self.upstream_failed(Failure("malformed", "101 although no upgrade was asked for"), unanswered=False)
            return
        outcome = self._decided.outcome(head)
        self._lane.recorder.received(self.record, self.forward, head, outcome)
        self._stop_timer()
        self._ended = True
        self._client.write(write_response(outcome.head, UNFRAMED))
        self._client.flush()
        join(self._lane, self._client, upstream, self.record, data)

    def response_head(self, response: ReceivedResponse, body: Body) -> None:
        """The final response's head; `body` is what reads its body."""
        forward, head = self.forward, response.head
        outcome = self._decided.outcome(head)
        self._lane.recorder.received(self.record, forward, head, outcome)
        self._begun = True
        client = self._client
        self._dropped = outcome.body_dropped
        framing = self._framing_out(outcome.head.status, response, body)
        if not self.request_sent:
            client.persistent = False  # the rest of the body is not waited for
        client.write(write_response(outcome.head, framing, client.connection_line))

    def _framing_out(self, status: int, response: ReceivedResponse, body: Body) -> Framing:
        """How the client is told where the body ends (RFC 9112, section 6)."""
        if status == 204 or self._dropped:  # RFC 9110, section 8.6: no Content-Length there
            return UNFRAMED
        if isinstance(body, (NoBody, LengthBody)):  # of HEAD and 304, the length that there would have been
            return UNFRAMED if response.block.framing.chunked else response.block.framing
        if self._client.minor == 1:
            self._chunked = True
            return CHUNKED
        self._close_delimited, self._client.persistent = True, False
        return UNFRAMED

    def response_data(self, data: bytes) -> None:
        """A piece of the response's body, not empty."""
        if not self._dropped:
            self.record.add_response(data)
            self._client.write(chunk(data) if self._chunked else data)

    def response_end(self, trailers: Fields) -> None:
        """The response is whole."""
        if self._chunked:
            self._client.write(last_chunk(trailers_to_send(trailers)))
        self._finish()
        self._client.exchange_done(self)

    def flush(self) -> None:
        """What was written goes out."""
        self._client.flush()

    def hold_response(self) -> None:
        """The client reads slower than the upstream sends."""
        if self._upstream is not None:
            self._upstream.transport.pause_reading()

    def resume_response(self) -> None:
        """The client has caught up."""
        if self._upstream is not None:
            self._upstream.heard = time.monotonic()
            self._upstream.transport.resume_reading()

    # ends before their time

    def upstream_failed(self, failure: Failure, *, unanswered: bool) -> None:
        """No response, or no more of it. `unanswered`: not a byte of one has come."""
        upstream, self._upstream = self._upstream, None
        if self._ended:
            return
        if self._begun:
            self._break_off(failure)
            return
        reused = upstream is not None and upstream.reused
        if reused and unanswered and self._repeatable and not self._retried and failure.kind == "closed":
            # RFC 9110, section 9.2.2: the server closed an idle connection just as we used it
            self._retried = True
            self._stop_timer()
            self._dial()
            return
        self._answer(self.forward.policy.failure(self.forward, failure))

    def _answer(self, answer: Answer) -> None:
        """In place of the response that there is none of."""
        self._lane.recorder.failed(self.record, answer)
        self._finish()
        if not self.request_sent:
            self._client.persistent = False
        self._client.answer(answer)
        self._client.exchange_done(self)

    def _break_off(self, failure: Failure) -> None:
        """RFC 9112, section 8: the client must not take what it has got for the whole."""
        self.record.aborted, self.record.error = "server", failure.cause
        self._finish()
        self._client.break_off(abruptly=self._close_delimited)

    def request_refused(self, refusal: Refusal) -> None:
        """The rest of the request cannot be read (RFC 9112, section 7.1): that is answered, where nothing was yet."""
        self._give_up()
        if self._begun:
            # whatever followed now would be taken for more of the response
            self.record.aborted, self.record.error = "client", refusal.message
            self._finish()
            self._client.break_off(abruptly=self._close_delimited)
            return
        self._answer(self.forward.policy.refuse(self.forward.received, refusal, self._client.facts))

    def client_gone(self) -> None:
        """Nobody waits for the response any more."""
        if self._ended:
            return
        self.record.aborted = "client"
        self._give_up()
        self._finish()

    def _give_up(self) -> None:
        if self._dialing is not None:
            self._dialing.cancel()
        if self._upstream is not None:
            self._upstream.abort()

    def _finish(self) -> None:
        self._ended = True
        self._stop_timer()
        self._upstream = None
        self._pending.clear()
        self._lane.recorder.finish(self.record)

    # timeout.idle

    def _watch_idle(self) -> None:
        upstream = self._upstream
        assert upstream is not None
        upstream.heard = time.monotonic()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(self.forward.upstream.timeout.idle, self._check_idle)

    def _check_idle(self) -> None:
        """Gives the upstream up if nothing has come, or gone to it, for `timeout.idle`."""
        upstream, idle = self._upstream, self.forward.upstream.timeout.idle
        if upstream is None:
            return
        if self._client.choked:  # the upstream is not read: its silence is not its own
            upstream.heard = time.monotonic()
        left = upstream.heard + idle - time.monotonic()
        if left > 0.001:
            self._idle_timer = asyncio.get_running_loop().call_later(left, self._check_idle)
            return
        upstream.abort()
        self.upstream_failed(Failure("timeout", f"silent for timeout.idle = {idle:g}s"), unanswered=False)
        self.flush()

    def _stop_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
