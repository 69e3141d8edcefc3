"""The addon that carries out what the policy says, and records it: devcors' behaviour in mitmproxy's lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mitmproxy import http

from devcors.heads import value
from devcors.policy import Answer, Facts, Forward, Policy, Relay
from devcors.policy.checks import Refusal
from devcors.traffic.record import Exchange, Kind
from devcors.urls import parse_authority

from .dialing import is_loopback_peer
from .faults import failure_from
from .messages import answer_response, for_http2, request_head, response_head, write_request, write_response
from .recording import Recorder
from .stream import ABORTED, DESTINATION, IDLE, OPENED
from .upgrade import Upgraded


@dataclass(slots=True)
class _Entry:
    """What is known of an exchange under way; relayed ones have no record."""

    decision: Forward | Answer | Relay
    record: Exchange | None


class Exchanges:
    """`policy` gives the policy of the moment; an exchange keeps the one that it began with.

    Bodies are streamed, unless `whole_bodies` says that somebody's scripts want to see flows as stock mitmproxy has
    them. Server-sent events are streamed even then: their end may never come. `expect` is told how the upstream's
    certificate is checked, before it is dialed.
    """

    def __init__(
        self,
        policy: Callable[[], Policy],
        recorder: Recorder,
        whole_bodies: Callable[[], bool] = lambda: False,
        expect: Callable[[str, str, int, bool | str], None] = lambda *_: None,
    ) -> None:
        self._policy = policy
        self._recorder = recorder
        self._whole_bodies = whole_bodies
        self._expect = expect
        self._open: dict[str, _Entry] = {}

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """CONNECT: refused, a tunnel, or a connection that we will look into."""
        policy = self._policy()
        facts = facts_of(flow, f"{_bracketed(flow.request.host)}:{flow.request.port}")
        head = request_head(flow.request)
        if refusal := policy.refuses_connect(head, facts):
            self._answer(flow, policy.refuse(head, refusal, facts))
        elif policy.opens(_bracketed(flow.request.host), flow.request.port):
            flow.metadata[OPENED] = True

    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """A CONNECT that got no tunnel has ended."""
        self.response(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Asks the policy and puts its decision into the flow."""
        if flow.error:  # mitmproxy has found the request invalid and answers itself
            return
        policy = self._policy()
        facts = facts_of(flow, self._destination(flow, policy))
        head = request_head(flow.request)
        facts = facts._replace(sends_cookies=self._recorder.sends_cookies(head, facts))
        decision = policy.request(head, facts)
        if not _is_known_version(flow):
            refusal = Refusal(505, f"{flow.request.http_version} is not spoken here", "use HTTP/1.1")
            decision = policy.refuse(head, refusal, facts)
        if isinstance(decision, Answer):
            self._answer(flow, decision)
            return
        started = flow.request.timestamp_start
        record = self._recorder.forwarded(decision, started) if isinstance(decision, Forward) else None
        entry = _Entry(decision, record)
        self._open[flow.id] = entry
        if isinstance(decision, Forward):
            upstream = decision.upstream
            flow.request.data.host, flow.request.data.port = upstream.host, upstream.port
            flow.request.scheme = upstream.scheme
            self._expect(flow.client_conn.id, upstream.host, upstream.port, upstream.verify)
            flow.metadata[IDLE] = upstream.timeout.idle
        write_request(flow.request, decision.head)
        if not self._whole_bodies():
            flow.request.stream = self._counted(entry, response=False)

    @staticmethod
    def _destination(flow: http.HTTPFlow, policy: Policy) -> str | None:
        """Where our own layers did not note it (stock mitmproxy), a host that is not our own is a destination."""
        noted = flow.metadata.get(DESTINATION)
        if noted is not None or flow.client_conn.proxy_mode.type_name in ("devcors", "reverse"):
            return noted
        host, port = flow.request.host, flow.request.port
        return None if policy.door.is_own(host, port) else f"{_bracketed(host)}:{port}"

    def _answer(self, flow: http.HTTPFlow, answer: Answer) -> None:
        request = flow.request
        kind: Kind = "http"
        if request.method == "CONNECT":
            kind, answer = "tunnel", replace(answer, url=f"{request.host}:{request.port}")
        record = self._recorder.answered(answer, request_head(request), request.timestamp_start, kind)
        self._open[flow.id] = _Entry(answer, record)
        flow.response = answer_response(answer, request.http_version)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Asks the policy for the head that the client gets."""
        entry = self._open.get(flow.id)
        response = flow.response
        if entry is None or response is None or isinstance(entry.decision, Answer):
            return
        streamed = not self._whole_bodies() or _is_event_stream(response)
        if isinstance(entry.decision, Relay):
            response.stream = streamed
            return
        forward, record = entry.decision, entry.record
        assert record is not None
        received = response_head(response)
        outcome = forward.policy.response(forward, received)
        head = for_http2(outcome.head) if flow.client_conn.alpn == b"h2" else outcome.head
        write_response(response, head, body_dropped=outcome.body_dropped)
        if outcome.body_dropped:
            response.stream = _dropped
        elif streamed:
            response.stream = self._counted(entry, response=True)
        self._recorder.received(record, forward, received, outcome)

    @staticmethod
    def _counted(entry: _Entry, *, response: bool) -> Callable[[bytes], bytes]:
        record = entry.record

        def count(data: bytes) -> bytes:
            if record is None:
                return data
            (record.add_response if response else record.add_request)(data)
            return data

        return count

    def response(self, flow: http.HTTPFlow) -> None:
        """The exchange is complete, except after 101, where it goes on until either side ends it."""
        entry = self._open.get(flow.id)
        if entry is None or (
            flow.response and flow.response.status_code == 101 and not isinstance(entry.decision, Answer)
        ):
            return
        if entry.record is not None and flow.response is not None:
            _count_whole(entry.record, flow.request.raw_content or b"", flow.response.raw_content or b"")
        self._finish(flow)

    def devcors_upgrade_ended(self, upgraded: Upgraded) -> None:
        """A WebSocket, or whatever else was agreed on, is over."""
        entry = self._open.get(upgraded.flow.id)
        if entry and entry.record:
            entry.record.request_bytes, entry.record.response_bytes = upgraded.sent, upgraded.received
        self._finish(upgraded.flow)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """The same where mitmproxy's own WebSocket layer served it (with `scripts`)."""
        self._finish(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Before the response's head: an answer of ours (our stream sends it). After it: the exchange ends here."""
        entry = self._open.get(flow.id)
        aborted = flow.metadata.get(ABORTED)
        if flow.error is None or (entry is None and flow.request.method != "CONNECT"):
            return
        message = flow.server_conn.error or flow.error.msg
        if entry is None:
            self._tunnel_failed(flow, message)
            return
        if aborted is None and flow.response is None:
            self._failed(flow, entry, message)
            return
        if entry.record is not None:
            entry.record.aborted = aborted
            # a page that navigates away is no error (RFC 9110 knows no such thing); a server that dies is
            entry.record.error = None if aborted == "client" else message
        self._finish(flow)

    def _failed(self, flow: http.HTTPFlow, entry: _Entry, message: str) -> None:
        decision = entry.decision
        if isinstance(decision, Forward):
            answer = decision.policy.failure(decision, failure_from(message))
        else:
            answer = self._relay_failure(flow, message)
        flow.response = answer_response(answer, flow.request.http_version)
        if entry.record is not None:
            self._recorder.failed(entry.record, answer)

    def _relay_failure(self, flow: http.HTTPFlow, message: str) -> Answer:
        policy = self._policy()
        place = f"{_bracketed(flow.request.host)}:{flow.request.port}"
        refusal = Refusal(502, f"{place} cannot be reached: {failure_from(message).cause}", "check the address")
        return policy.refuse(request_head(flow.request), refusal, facts_of(flow, place))

    def _tunnel_failed(self, flow: http.HTTPFlow, message: str) -> None:
        if flow.response is None:
            self._answer(flow, self._relay_failure(flow, message))

    def _finish(self, flow: http.HTTPFlow) -> None:
        entry = self._open.pop(flow.id, None)
        if entry is not None and entry.record is not None:
            self._recorder.finish(entry.record)


def _count_whole(record: Exchange, request: bytes, response: bytes) -> None:
    """Of what was not streamed, nothing was counted yet, nor kept."""
    if request and not record.request_bytes:
        record.add_request(request)
    if response and not record.response_bytes:
        record.add_response(response)


def _is_known_version(flow: http.HTTPFlow) -> bool:
    """RFC 9112, section 2.3; "HTTP/2.0" written in text is none of HTTP/2's own frames."""
    version = flow.request.http_version
    return version in ("HTTP/1.0", "HTTP/1.1") or (version == "HTTP/2.0" and flow.client_conn.alpn == b"h2")


def _is_event_stream(response: http.Response) -> bool:
    return (value(response.headers.fields, b"content-type") or b"").lower().startswith(b"text/event-stream")


def _dropped(_: bytes) -> bytes:
    return b""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def facts_of(flow: http.HTTPFlow, destination: str | None) -> Facts:
    """What the policy wants to know of this connection."""
    client = flow.client_conn
    peer = client.peername[0]
    plain = flow.request.scheme if destination and flow.request.scheme in ("http", "https") else "http"
    return Facts(
        scheme="https" if client.tls_established else plain,
        authority=parse_authority(destination) if destination else None,
        peer=peer,
        local=client.sockname[0],
        peer_is_loopback=is_loopback_peer(peer),
    )
