"""The addon that carries out what the policy says, and records it: devcors' behaviour in mitmproxy's lane."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from mitmproxy import http

from devcors.heads import RequestHead, value
from devcors.policy import Answer, Facts, Forward, Policy, Relay
from devcors.policy.checks import Refusal
from devcors.traffic.jars import SeenJars
from devcors.traffic.journal import Journal
from devcors.traffic.record import Exchange
from devcors.traffic.senders import CookieSenders
from devcors.urls import parse_authority

from .dialing import is_loopback_peer
from .faults import failure_from
from .messages import answer_response, for_http2, request_head, response_head, write_request, write_response
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
    them. Server-sent events are streamed even then: their end may never come.
    """

    def __init__(
        self, policy: Callable[[], Policy], journal: Journal, whole_bodies: Callable[[], bool] = lambda: False
    ) -> None:
        self._policy = policy
        self._journal = journal
        self._whole_bodies = whole_bodies
        self._senders = CookieSenders()
        self._jars = SeenJars()
        self._open: dict[str, _Entry] = {}

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """CONNECT: refused, a tunnel, or a connection that we will look into."""
        policy = self._policy()
        facts = facts_of(flow, f"{_bracketed(flow.request.host)}:{flow.request.port}")
        if refusal := policy.refuses_connect(facts):
            self._answer(flow, policy.refuse(request_head(flow.request), refusal, facts))
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
        facts = replace(facts, sends_cookies=self._senders.note(head, _place(facts, head)))
        decision = policy.request(head, facts)
        if not _is_known_version(flow):
            refusal = Refusal(505, f"{flow.request.http_version} is not spoken here", "use HTTP/1.1")
            decision = policy.refuse(head, refusal, facts)
        if isinstance(decision, Answer):
            self._answer(flow, decision)
            return
        entry = _Entry(decision, self._record(flow, decision) if isinstance(decision, Forward) else None)
        self._open[flow.id] = entry
        if isinstance(decision, Forward):
            upstream = decision.upstream
            flow.request.data.host, flow.request.data.port = upstream.host, upstream.port
            flow.request.scheme = upstream.scheme
            flow.metadata[IDLE] = upstream.timeout.idle
        write_request(flow.request, decision.head)
        if not self._whole_bodies():
            flow.request.stream = self._counted(entry, "request_bytes")

    @staticmethod
    def _destination(flow: http.HTTPFlow, policy: Policy) -> str | None:
        """Where our own layers did not note it (stock mitmproxy), a host that is not our own is a destination."""
        noted = flow.metadata.get(DESTINATION)
        if noted is not None or flow.client_conn.proxy_mode.type_name in ("devcors", "reverse"):
            return noted
        host, port = flow.request.host, flow.request.port
        return None if policy.door.is_own(host, port) else f"{_bracketed(host)}:{port}"

    def _record(self, flow: http.HTTPFlow, forward: Forward) -> Exchange:
        cors = forward.cors
        record = Exchange(
            id=self._journal.next_id(),
            lane="mitmproxy",
            kind="websocket" if forward.upgrade else "http",
            method=forward.received.method.decode("latin-1"),
            url=forward.url,
            target=forward.target_url,
            route=forward.rule.name,
            origin=_origin(flow.request),
            started=flow.request.timestamp_start,
            request=forward.received,
            jar=self._jars.at(forward, flow.request.timestamp_start),
        )
        if cors is not None and cors.preflight:
            self._journal.preflighted(record, cors.method)
        elif cors is not None:
            record.preflight = self._journal.preflight_of(cors.origin, cors.url, cors.method)
        return record

    def _answer(self, flow: http.HTTPFlow, answer: Answer) -> None:
        record = Exchange(
            id=self._journal.next_id(),
            lane="mitmproxy",
            kind="tunnel" if flow.request.method == "CONNECT" else "http",
            method=flow.request.data.method.decode("latin-1"),
            url=f"{flow.request.host}:{flow.request.port}" if flow.request.method == "CONNECT" else answer.url,
            target=None,
            route=answer.route,
            origin=_origin(flow.request),
            started=flow.request.timestamp_start,
            error=answer.error,
        )
        self._open[flow.id] = _Entry(answer, record)
        flow.response = answer_response(answer, flow.request.http_version)
        self._responded(record, flow.response)

    @staticmethod
    def _responded(record: Exchange, response: http.Response) -> None:
        record.first_byte = time.time()
        record.status = response.status_code

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
        outcome = forward.policy.response(forward, response_head(response))
        record.response = response_head(response)
        head = for_http2(outcome.head) if flow.client_conn.alpn == b"h2" else outcome.head
        write_response(response, head, body_dropped=outcome.body_dropped)
        if outcome.body_dropped:
            response.stream = _dropped
        elif streamed:
            response.stream = self._counted(entry, "response_bytes")
        record.cors, record.cookies, record.warnings = outcome.cors, outcome.cookies, outcome.warnings
        if outcome.cookies:
            self._senders.forget(f"{forward.own_origin.scheme}://{forward.own_origin.host}", outcome.head.fields)
            self._jars.receive(forward, outcome, time.time())
        self._responded(record, response)

    @staticmethod
    def _counted(entry: _Entry, counter: str) -> Callable[[bytes], bytes]:
        record = entry.record

        def count(data: bytes) -> bytes:
            if record is not None:
                setattr(record, counter, getattr(record, counter) + len(data))
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
            # of what was not streamed, nothing was counted yet
            entry.record.request_bytes = entry.record.request_bytes or len(flow.request.raw_content or b"")
            entry.record.response_bytes = entry.record.response_bytes or len(flow.response.raw_content or b"")
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
            entry.record.error = answer.error
            self._responded(entry.record, flow.response)
            entry.record.response_bytes = len(answer.body)

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
            entry.record.ended = time.time()
            self._journal.finish(entry.record)


def _place(facts: Facts, head: RequestHead) -> str:
    """Scheme and host that the browser takes the request to be for."""
    host = facts.authority.host if facts.authority else (value(head.fields, b"host") or b"").decode("latin-1").lower()
    return f"{facts.scheme}://{host if facts.authority else host.rpartition(':')[0] or host}"


def _origin(request: http.Request) -> str | None:
    """As received; bytes that are no text must not end in a record as half a character."""
    raw = value(request.headers.fields, b"origin")
    return None if raw is None else raw.decode("latin-1")


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
