"""mitmproxy's HTTP layer with what no hook can reach: answers of our own, one safe retry, and verbatim upgrades.

Seen on mitmproxy 11.0.2 and 12.2.3: a response set in `requestheaders` makes mitmproxy read the whole request body into
memory first; one set in `error` is ignored; after CONNECT the client is told 200 before the tunnel's server was dialed.
"""

from __future__ import annotations

import time
from typing import Any

from mitmproxy import flow as mitmflow
from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import (
    DropStream,
    HttpErrorHook,
    HttpLayer,
    HTTPMode,
    HttpRequestHeadersHook,
    HttpResponseHook,
    HttpStream,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    SendHttp,
)
from mitmproxy.proxy.layers.http._base import HttpEvent

from .faults import CANCELLED, TIMER_FIRED
from .upgrade import UpgradedConnection

DESTINATION = "devcors.destination"
"""Metadata of a flow: the authority that the client named outside of Host, or absent for the front door."""

ABORTED = "devcors.aborted"
"""Metadata of a flow: who ended it before its time, "client" or "server"."""

OPENED = "devcors.opened"
"""Metadata of a CONNECT flow: it is not a tunnel, we speak in its server's place."""

IDLE = "devcors.idle"
"""Metadata of a flow: seconds after which a silent upstream is given up; 0 is never."""

# RFC 9110, section 9.2.2
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})


class DevcorsHttpLayer(HttpLayer):
    """Makes our streams; everything else is mitmproxy's."""

    def make_stream(self, stream_id: int) -> layer.CommandGenerator[None]:
        """A stream for a new request."""
        context = self.context.fork()
        self.streams[stream_id] = DevcorsStream(context, stream_id)
        yield from self.event_to_child(self.streams[stream_id], events.Start())


class DevcorsStream(HttpStream):
    """One exchange."""

    _retried = False
    _heard = 0.0

    def state_wait_for_request_headers(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Notes how the client named the destination, before mitmproxy guesses one, and answers at once if told to."""
        assert isinstance(event, RequestHeaders)
        destination = self._destination(event.request)
        inner = super().state_wait_for_request_headers(event)
        reply: Any = None
        while True:
            try:
                command = inner.send(reply)
            except StopIteration:
                return
            if isinstance(command, HttpRequestHeadersHook) and destination is not None:
                self.flow.metadata[DESTINATION] = destination
            reply = yield command
            if isinstance(command, HttpRequestHeadersHook) and self.flow.response and not self.flow.error:
                inner.close()
                yield from self.answer()
                return

    def _destination(self, request: http.Request) -> str | None:
        if self.mode is HTTPMode.transparent:
            assert self.context.server.address
            host, port = self.context.server.address[:2]
        elif request.is_http2:  # RFC 9113, section 8.3.1: the front door's own; :authority is its Host
            return None
        elif request.authority and request.host:  # RFC 9112, section 3.2.2: absolute-form
            host, port = request.host, request.port
        else:
            # origin-form has no authority; where Host is missing, mitmproxy is to leave the refusal to us
            request.data.host = request.data.host or "front-door.invalid"
            return None
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def answer(self) -> layer.CommandGenerator[None]:
        """Sends `flow.response` now. What is left of the request is read and dropped."""
        response = self.flow.response
        assert response is not None
        self.client_state = self.server_state = self.state_errored
        yield HttpResponseHook(self.flow)
        self.flow.live = False
        content = response.raw_content
        yield SendHttp(ResponseHeaders(self.stream_id, response, not content), self.context.client)
        if content:
            yield SendHttp(ResponseData(self.stream_id, content), self.context.client)
        yield DropStream(self.stream_id)
        yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)

    def handle_protocol_error(
        self, event: RequestProtocolError | ResponseProtocolError
    ) -> layer.CommandGenerator[None]:
        """Before the response's head has come, an upstream's fault becomes an answer; later it can only end it all."""
        from_server = isinstance(event, ResponseProtocolError) and event.message != CANCELLED
        open_for_answer = from_server and self.flow.response is None and self.client_state != self.state_errored
        if not open_for_answer:
            self.flow.metadata[ABORTED] = "server" if from_server else "client"
            yield from super().handle_protocol_error(event)
        elif self._may_retry(event.message):
            yield from self._retry()
        else:
            self.flow.error = mitmflow.Error(event.message)
            self.server_state = self.state_errored
            yield HttpErrorHook(self.flow)
            if self.flow.response is not None:
                yield from self.answer()
            else:
                yield from super().handle_protocol_error(event)

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Wakeup):
            yield from self._check_idle()
            return
        self._heard = time.monotonic()
        yield from super()._handle_event(event)

    def passthrough(self, event: events.Event) -> layer.CommandGenerator[None]:
        """After an upgrade or CONNECT; the timer was for the answer."""
        if not isinstance(event, events.Wakeup):
            yield from super().passthrough(event)

    def make_server_connection(self) -> layer.CommandGenerator[bool]:
        """mitmproxy's, and the clock for the answer starts."""
        ok = yield from super().make_server_connection()
        if ok and (idle := self.flow.metadata.get(IDLE)):
            self._heard = time.monotonic()
            yield commands.RequestWakeup(idle)
        return ok

    def _check_idle(self) -> layer.CommandGenerator[None]:
        """Gives the upstream up if nothing has come, or gone to it, for `timeout.idle`."""
        idle = self.flow.metadata[IDLE]
        left = self._heard + idle - time.monotonic()
        if self.server_state in (self.state_done, self.state_errored):
            return
        if left > 0.001:
            yield commands.RequestWakeup(left)
            return
        message = f"{TIMER_FIRED}silent for timeout.idle = {idle:g}s"
        # the codes are another type in mitmproxy 12 than in 11; each has its own default
        give_up = RequestProtocolError(self.stream_id, message, RequestProtocolError.code)
        yield SendHttp(give_up, self.context.server)
        error = ResponseProtocolError(self.stream_id, message, ResponseProtocolError.code)
        yield from self.handle_protocol_error(error)

    def _may_retry(self, message: str) -> bool:
        """RFC 9110, section 9.2.2: a kept-alive connection closed just as we reused it; nothing is lost but a race."""
        request, opened = self.flow.request, self.flow.server_conn.timestamp_start
        return (
            not self._retried
            and not message.startswith(TIMER_FIRED)
            and opened is not None
            and opened < request.timestamp_start
            and request.method in _IDEMPOTENT
            and self.client_state == self.state_done
            and not request.raw_content
        )

    def _retry(self) -> layer.CommandGenerator[None]:
        self._retried = True
        ok = yield from self.make_server_connection()
        if ok:
            yield SendHttp(RequestHeaders(self.stream_id, self.flow.request, True), self.context.server)
            yield SendHttp(RequestEndOfMessage(self.stream_id), self.context.server)

    def handle_connect_regular(self) -> layer.CommandGenerator[None]:
        """A tunnel's server is dialed first, so that the client hears of a failure."""
        if not self.flow.response and OPENED not in self.flow.metadata:
            error = yield commands.OpenConnection(self.context.server)
            if error:
                self.flow.error = mitmflow.Error(error)
                yield HttpErrorHook(self.flow)
        self.child_layer = layer.NextLayer(self.context)
        yield from self.handle_connect_finish()

    def flow_done(self) -> layer.CommandGenerator[None]:
        """After 101 we relay bytes, unless somebody's script asked for WebSocket messages (option `websocket`)."""
        assert self.flow.response
        if self.flow.response.status_code != 101 or self.flow.websocket:
            yield from super().flow_done()
            return
        self.flow.live = False
        self.child_layer = UpgradedConnection(self.context, self.flow)
        self._handle_event = self.passthrough  # type: ignore[method-assign]  # how mitmproxy's layers change state
        yield from self.child_layer.handle_event(events.Start())
        yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)
