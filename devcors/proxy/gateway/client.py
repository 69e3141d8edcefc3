"""One connection from a client: requests are read off it and answered, one after another.

Heads are collected within limits of size and time; what follows a request while it is answered waits, and no more of
it is read than a window. A connection whose first or next request is for the proxy and not for the front door is
handed over to mitmproxy's lane.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from devcors.errors import MalformedError
from devcors.policy import Answer, Facts, Forward
from devcors.policy.checks import HEAD_SECONDS, Refusal
from devcors.proxy.dialing import is_loopback_peer

from .bodies import Body, ChunkedBody, LengthBody
from .departure import abort_if_departed
from .exchange import GatewayExchange
from .framing import Framing
from .heads import ReceivedRequest, find_end, read_request, too_large, unfinished, write_response
from .resetting import reset
from .window import HIGH_WATER, PIPELINED

if TYPE_CHECKING:
    from .lane import Gateway

TLS_HANDSHAKE = b"\x16"  # RFC 8446, section 5.1: the content type of a first record
_LINGER = 2.0  # seconds, and bytes, for which a client that still sends is heard out before the connection ends:
_LINGER_BYTES = 1024 * 1024  # closed at once, it would be reset, and the client might never read the answer
_DEPARTURES = (0.02, 0.2, 1.0, 5.0)  # seconds between looks whether a client that said no more is still there
_HELD_LOOKS = (0.4,)  # the same while it is not read from, so that not even its FIN is seen


class ClientConnection(asyncio.Protocol):
    """`persistent`: another request may follow. `minor`: of the present request's HTTP/1 version, 0 or 1.

    `choked`: the client reads slower than is written to it, so that nothing more is to be read for it.
    """

    def __init__(self, lane: Gateway, scheme: str = "http") -> None:
        self.transport: asyncio.Transport = cast("asyncio.Transport", None)
        self.persistent = True
        self.minor = 1
        self.tunneled = self.choked = False
        self._lane = lane
        self._scheme = scheme
        self._facts: Facts | None = None
        self._buffer = b""
        self._searched = 0
        self._out: list[bytes] = []
        self._body: Body | None = None
        self._exchange: GatewayExchange | None = None
        self._at_start = True
        self._advancing = self._ending = self._eof = self._held = self._watched = False
        self._timer: asyncio.TimerHandle | None = None
        self._discarded = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The clock of a head starts with its first byte: browsers open connections ahead of need."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        self._lane.clients.add(self)

    @property
    def finished(self) -> bool:
        """Whether the client has ended its half of the connection."""
        return self._eof

    @property
    def facts(self) -> Facts:
        """What the policy wants to know of this connection."""
        if self._facts is None:
            peer, local = self._address("peername"), self._address("sockname")
            self._facts = Facts(self._scheme, None, peer, local, is_loopback_peer(peer))
        return self._facts

    def _address(self, end: str) -> str:
        """Empty where uvloop does not know it any more: a client that has reset the connection has no name."""
        return (self.transport.get_extra_info(end) or ("",))[0]

    # what comes in

    def data_received(self, data: bytes) -> None:
        """Heads and bodies, in whatever pieces."""
        if self._ending:
            self._discard(len(data))
            return
        self._buffer = self._buffer + data if self._buffer else data
        self._advance()

    def _advance(self) -> None:
        """Takes what can be taken now: one request at a time."""
        if self._advancing:
            return
        self._advancing = True
        try:
            while self._buffer and not self._ending:
                if self._body is not None:
                    self._take_body(self._body)
                elif self._exchange is not None or self.choked:
                    self._wait_behind()
                    break
                elif not self._take_head():
                    break
        finally:
            self._advancing = False
        self.flush()
        if self._eof:
            self._nothing_follows()

    def _nothing_follows(self) -> None:
        """All that was read before the client's end of its half is used up, or waits for its turn."""
        if self._body is not None:
            self.transport.close()  # the rest of this request will never come
        elif self._exchange is None and not self._unanswered:
            self.end()

    @property
    def _unanswered(self) -> bool:
        """Whether requests are there that are taken up when the client has read what was written."""
        return self.choked and bool(self._buffer)

    def _wait_behind(self) -> None:
        """RFC 9112, section 9.3.2: pipelined requests wait for their turn, and for a client that does not read."""
        if len(self._buffer) > PIPELINED:
            self.hold_request()

    def _take_head(self) -> bool:
        data = self._buffer
        if self._at_start:
            self._at_start = False
            if data.startswith(TLS_HANDSHAKE):
                self._lane.secure(self)
                return False
        if data[:1] in (b"\r", b"\n"):  # RFC 9112, section 2.2: empty lines before a request line are ignored
            data = self._buffer = data.lstrip(b"\r\n")
        if not data:
            return False
        end = find_end(data, self._searched)
        if end < 0:
            return self._want_more(data)
        if end > self._lane.max_head:
            self._refuse(unfinished(data) or too_large())
            return False
        self._searched = 0
        self._stop_timer()
        request = read_request(data if end == len(data) else data[:end])
        if isinstance(request, Refusal):
            self._refuse(request)
            return False
        return self._begin(request, data, end)

    def _want_more(self, data: bytes) -> bool:
        if refusal := unfinished(data):
            self._refuse(refusal)
        else:
            self._searched = max(0, len(data) - 3)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._head_late)
        return False

    def _begin(self, request: ReceivedRequest, data: bytes, end: int) -> bool:
        """A request is there. False where the connection is not ours any more, or ends."""
        facts = self.facts
        if request.head.target[:1] != b"/":
            if request.head.method == b"CONNECT":
                return self._connect(request, data[end:])
            verdict = self._lane.named(request, facts)
            if verdict is None:
                self._lane.hand_over(self)
                return False
            if isinstance(verdict, Refusal):
                self._refuse(verdict)
                return False
            request, facts = verdict
        self._buffer = data[end:]
        self.minor, self.persistent = request.minor, request.persistent
        framing = request.block.framing
        if framing.chunked:
            self._body = ChunkedBody()
        elif framing.length:
            self._body = LengthBody(framing.length)
        decided, record = self._lane.decide(request.head, facts, end)
        if isinstance(decided.decision, Forward):
            self._exchange = exchange = GatewayExchange(self._lane, self, decided, decided.decision, framing, record)
            if self._body is None:
                exchange.request_sent = True
            exchange.start()
        else:
            self.answer(decided.decision)
            self.flush()  # so that it is seen at once if the client does not read
            self._lane.recorder.finish(record)
            self._after_exchange()
        return True

    def _connect(self, request: ReceivedRequest, rest: bytes) -> bool:
        """RFC 9110, section 9.3.6. A tunnel to the front door ends here; whatever comes in it is a new connection's."""
        if not self._lane.is_tunnel_to_itself(request, self.facts):
            self._lane.hand_over(self)
            return False
        self.tunneled = self._at_start = True
        self._buffer = rest
        self.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        return True

    def _take_body(self, body: Body) -> None:
        data, self._buffer = self._buffer, b""
        exchange = self._exchange
        try:
            piece = body.feed(data)
        except MalformedError as error:
            self._body = None
            assert exchange is not None  # a body is read for an exchange only
            exchange.request_refused(Refusal(400, error.message, "send a body that is framed as it says"))
            return
        if piece and exchange is not None:
            exchange.request_data(piece)
        if body.done:
            self._body, self._buffer = None, body.rest
            if exchange is not None:
                exchange.request_end(body.trailers)

    # what goes out

    def write(self, data: bytes) -> None:
        """With the next `flush`."""
        self._out.append(data)

    def flush(self) -> None:
        """What was written since goes out in one piece."""
        out = self._out
        if out:
            self.transport.write(out[0] if len(out) == 1 else b"".join(out))
            out.clear()

    @property
    def connection_line(self) -> bytes:
        """What a response head says of the connection (RFC 9112, section 9.3)."""
        if not self.persistent:
            return b"Connection: close\r\n"
        return b"" if self.minor == 1 else b"Connection: keep-alive\r\n"

    def answer(self, answer: Answer) -> None:
        """An answer of devcors' own; its fields have its length."""
        if self._body is not None:
            self.persistent = False
        length = None if answer.head.status == 204 else _length_of(answer)
        self.write(write_response(answer.head, Framing(length=length), self.connection_line))
        if answer.body:
            self.write(answer.body)

    def _refuse(self, refusal: Refusal) -> None:
        """What cannot be read as a request is answered and ends the connection (RFC 9112, section 2.2)."""
        head = self._lane.spoilt(self._buffer)
        self.persistent = False
        self.minor = 1
        answer = self._lane.policy.refuse(head, refusal, self.facts)
        self._lane.recorder.finish(self._lane.recorder.answered(answer, head, time.time()))
        self._buffer = b""
        self.answer(answer)
        self.end()

    def _head_late(self) -> None:
        self._timer = None
        self._refuse(Refusal(408, f"the head was not whole after {HEAD_SECONDS:g} s", "send it at once"))
        self.flush()

    # between two exchanges, and the end

    def exchange_done(self, exchange: GatewayExchange) -> None:
        """Its response is written."""
        if self._exchange is exchange:
            self._exchange = None
            self._after_exchange()

    def _after_exchange(self) -> None:
        if not self.persistent or self._body is not None:
            self.end()
            return
        self.resume_request()
        if self._buffer or self._eof:
            self.flush()  # only now it is known whether the client takes it
            self._advance()

    def end(self) -> None:
        """Ends the connection when all is written, in a way that lets the client read it."""
        if self._ending:
            return
        self._ending = True
        self._stop_timer()
        self.flush()
        self.resume_request()
        self._body, self._buffer = None, b""
        if self.transport.is_closing():
            return
        if self._eof or not self.transport.can_write_eof():
            self.transport.close()
            return
        # RFC 9112, section 9.6: close our half, and the rest when the client has seen it
        self.transport.write_eof()
        self._timer = asyncio.get_running_loop().call_later(_LINGER, self.transport.close)

    def _discard(self, size: int) -> None:
        self._discarded += size
        if self._discarded > _LINGER_BYTES:
            self.transport.close()

    def break_off(self, *, abruptly: bool) -> None:
        """The response cannot be finished; the client must see that."""
        self._exchange = None
        self._ending = True
        self.flush()
        if abruptly:
            reset(self.transport)
        else:
            self.transport.close()

    def leave(self) -> bytes:
        """The connection becomes something else's; what was read and not used goes with it."""
        self._stop_timer()
        self._lane.clients.discard(self)
        self._exchange = self._body = None
        self._ending = True  # it is not for us to end any more
        self._held = False
        rest, self._buffer = self._buffer, b""
        return rest

    def eof_received(self) -> bool:
        """The client says no more: it has closed one half (and is answered), or everything."""
        if self._ending or self._body is not None or (self._exchange is None and not self._unanswered):
            return False
        self._eof, self.persistent = True, self.persistent and bool(self._buffer)
        # while somebody is to be answered
        abort_if_departed(self.transport, _DEPARTURES, lambda: self._exchange is not None or self.choked)
        return self.transport.can_write_eof()  # TLS has no half-open connections in asyncio

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The connection is gone; whatever was under way is for nobody."""
        self._stop_timer()
        self._lane.clients.discard(self)
        self._ending = True
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.client_gone()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # back-pressure

    def pause_writing(self) -> None:
        """The client reads slower than the upstream sends, or than devcors answers."""
        self.choked = True
        if self._exchange is not None:
            self._exchange.hold_response()

    def resume_writing(self) -> None:
        """It has caught up."""
        self.choked = False
        if self._exchange is not None:
            self._exchange.resume_response()
        elif self._buffer and not self._ending:
            self.resume_request()
            self._advance()

    def hold_request(self) -> None:
        """No more of what the client sends is taken for now."""
        if not self._held and not self.transport.is_closing():
            self._held = True
            self.transport.pause_reading()
            if not self._watched:
                self._watched = True
                abort_if_departed(self.transport, _HELD_LOOKS, self._is_held)

    def _is_held(self) -> bool:
        self._watched = self._held and not self.transport.is_closing()
        return self._watched

    def resume_request(self) -> None:
        """It is again."""
        if self._held:
            self._held = False
            self.transport.resume_reading()


def _length_of(answer: Answer) -> int:
    """Of an answer to HEAD, what its fields say; else what is sent."""
    if answer.body:
        return len(answer.body)
    return next((int(text) for name, text in answer.head.fields if name == b"Content-Length"), 0)
