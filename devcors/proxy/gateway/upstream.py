"""One connection to an upstream: responses are read off it, one exchange after another."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from devcors.errors import MalformedError
from devcors.policy.checks import MAX_HEAD, Refusal
from devcors.policy.failures import Failure
from devcors.policy.rules import Target

from .bodies import Body, ChunkedBody, CloseBody, LengthBody, NoBody
from .heads import ReceivedResponse, find_end, read_response
from .resetting import unheard
from .window import HIGH_WATER

if TYPE_CHECKING:
    from .exchange import GatewayExchange
    from .pool import Pool

_MAX_INTERIM = 64  # an upstream that sends nothing but 1xx is not waited for


class UpstreamConnection(asyncio.Protocol):
    """Serves one exchange at a time; between two it is in the pool, where anything that it says makes it useless."""

    def __init__(self, pool: Pool, target: Target) -> None:
        self.target = target
        self.transport: asyncio.Transport = cast("asyncio.Transport", None)
        self.idle_since = 0.0
        self.idle_seconds = 0.0
        self.reused = False
        self.heard = 0.0
        self._pool = pool
        self._exchange: GatewayExchange | None = None
        self._head = b""
        self._body: Body | None = None
        self._persistent = False
        self._promised: float | None = None
        self._interim = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected; over TLS this comes again when its handshake is done."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)

    def serve(self, exchange: GatewayExchange) -> None:
        """What is read from now on is the response to this exchange's request."""
        self._exchange = exchange
        self._head, self._body = b"", None
        self._interim = 0

    @property
    def answering(self) -> bool:
        """Whether a byte of the response has come."""
        return self._body is not None or self._interim > 0 or bool(self._head)

    def data_received(self, data: bytes) -> None:
        """More of a response."""
        exchange = self._exchange
        if exchange is None:
            self.close()  # nobody asked: a late body, an error page before closing, or worse
            return
        self.heard = time.monotonic()
        try:
            self._take(exchange, data)
        except MalformedError as error:
            self._fail(Failure("malformed", error.message))
        exchange.flush()

    def _take(self, exchange: GatewayExchange, data: bytes) -> None:
        if self._body is None:
            data = self._take_heads(exchange, data)
            if self._body is None:
                return
        piece = self._body.feed(data)
        if piece:
            exchange.response_data(piece)
        if self._body.done:
            self._complete(exchange, self._body)

    def _take_heads(self, exchange: GatewayExchange, data: bytes) -> bytes:
        """Reads interim heads and the final one; gives what follows it. Half a head is kept."""
        seen = max(0, len(self._head) - 3)
        data, self._head = self._head + data, b""
        while (end := find_end(data, seen)) >= 0:
            if end > MAX_HEAD:
                break
            response, data, seen = read_response(data[:end]), data[end:], 0
            if isinstance(response, Refusal):
                raise MalformedError(response.message)
            status = response.head.status
            if status >= 200:
                self._persistent, self._promised = _can_be_kept(response), response.block.idle
                self._body = _body_of(exchange.method, response)
                exchange.response_head(response, self._body)
                return data
            if status == 101:
                self._exchange = None
                exchange.switched(response.head, data)
                return b""
            self._interim += 1
            if self._interim > _MAX_INTERIM:
                raise MalformedError("nothing but interim responses come (RFC 9110, section 15.2)")
            exchange.interim(response.head)
        if len(data) > MAX_HEAD:
            raise MalformedError(f"the response's head is longer than {MAX_HEAD} bytes")
        self._head = data
        return b""

    def _complete(self, exchange: GatewayExchange, body: Body) -> None:
        self._exchange = None
        # RFC 9112, section 9.3: only after whole messages both ways, and with nothing behind the response
        if self._persistent and not body.rest and exchange.request_sent and not isinstance(body, CloseBody):
            self._pool.put(self, self._promised)
        elif exchange.request_sent:
            self.close()
        else:
            self.abort()  # it may never take the rest of the request
        exchange.response_end(body.trailers)

    def eof_received(self) -> None:
        """The upstream has nothing more to say."""
        exchange = self._exchange
        if exchange is None:
            self.close()
        elif self._body is not None and self._body.end():
            self._complete(exchange, self._body)
            exchange.flush()
        else:
            self._fail(self._closed())
            exchange.flush()

    def _closed(self) -> Failure:
        if self._body is not None:
            return Failure("closed", "it closed within the body")
        return Failure("closed", "it closed within the head" if self.answering else "it closed without a response")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by whomever."""
        if exc is not None:
            self._hear_out()
        self._pool.forget(self)
        if (exchange := self._exchange) is not None:
            self._fail(Failure("closed", "it reset the connection") if exc else self._closed())
            exchange.flush()

    def _hear_out(self) -> None:
        """A server that refuses an upload closes with the rest of it unread (RFC 9112, section 9.6)."""
        for data in unheard(self.transport):
            if self._exchange is None:
                return
            self.data_received(data)

    def _fail(self, failure: Failure) -> None:
        exchange, self._exchange = self._exchange, None
        unanswered = not self.answering
        self.abort()
        if exchange is not None:
            exchange.upstream_failed(failure, unanswered=unanswered)

    def pause_writing(self) -> None:
        """The upstream reads slower than the client sends."""
        if self._exchange is not None:
            self._exchange.hold_request()

    def resume_writing(self) -> None:
        """It has caught up."""
        if self._exchange is not None:
            self._exchange.resume_request()

    def release(self) -> None:
        """It is no connection for exchanges any more."""
        self._exchange = None
        self._pool.forget(self)

    def close(self) -> None:
        """Ends it; what was written is still sent."""
        self._pool.forget(self)
        self.transport.close()

    def abort(self) -> None:
        """Ends it at once."""
        self._exchange = None
        self._pool.forget(self)
        self.transport.abort()


def _can_be_kept(response: ReceivedResponse) -> bool:
    """Whether the connection is good for another exchange, as far as a response's head tells."""
    framing = response.block.framing
    # RFC 9110, section 8.6: a server that announces a body with 204 may well send it, perhaps after the next request
    if response.head.status == 204 and (framing.chunked or framing.length):
        return False
    # RFC 9112, section 6.1: the framing of a 1.0 message with Transfer-Encoding is not to be relied on
    return response.persistent and not (framing.chunked and response.minor == 0)


def _body_of(method: bytes, response: ReceivedResponse) -> Body:
    """RFC 9112, section 6.3, for responses."""
    status, framing = response.head.status, response.block.framing
    if method == b"HEAD" or status in (204, 304):
        return NoBody()
    if framing.chunked:
        return ChunkedBody()
    return CloseBody() if framing.length is None else LengthBody(framing.length)
