"""An exchange of either lane as a mitmproxy flow, made when one is wanted: for HAR, dump files and mitmproxy's tools.

The flow is the exchange as the browser saw it: its URL, and the response that it got. Bodies are as far as they were
captured; that there is more is told in the flow's comment.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from mitmproxy import flow as mitmflow
from mitmproxy import http
from mitmproxy.connection import Client, ConnectionState, Server

from devcors.traffic.record import Exchange
from devcors.traffic.redaction import redacted_text
from devcors.urls import DEFAULT_PORTS


def flow_of(exchange: Exchange) -> http.HTTPFlow:
    """A finished exchange. Its heads are not redacted. ValueError for one of which no request head was kept."""
    if exchange.request is None:
        raise ValueError(f"exchange {exchange.id} has no request head")
    flow = http.HTTPFlow(_client(exchange), _server(exchange), live=False)
    flow.timestamp_created = exchange.started
    flow.request = _request(exchange)
    flow.response = _response(exchange)
    flow.comment = comment_of(exchange)
    if exchange.error is not None and flow.response is None:
        flow.error = mitmflow.Error(exchange.error)
    return flow


def _client(exchange: Exchange) -> Client:
    return Client(
        peername=("127.0.0.1", 0),
        sockname=("127.0.0.1", 0),
        state=ConnectionState.CLOSED,
        timestamp_start=exchange.started,
    )


def _server(exchange: Exchange) -> Server:
    _, host, port = _place(exchange.target or exchange.url)
    return Server(address=(host, port), timestamp_start=exchange.started)


def _place(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. A tunnel's URL has no scheme, and that of a refused request may be anything."""
    try:
        place = urlsplit(url if "://" in url else f"//{url}")
        return place.scheme, place.hostname or "", place.port or DEFAULT_PORTS.get(place.scheme, 80)
    except ValueError:
        return "http", "", 80


def _request(exchange: Exchange) -> http.Request:
    head, (scheme, host, port) = exchange.request, _place(exchange.url)
    assert head is not None
    tunnel = exchange.kind == "tunnel"
    return http.Request(
        host=host,
        port=port,
        method=head.method,
        scheme=scheme.encode(),
        authority=exchange.url.encode("latin-1", "replace") if tunnel else b"",
        path=b"" if tunnel else head.target,
        http_version=b"HTTP/1.1",
        headers=http.Headers(head.fields),
        content=bytes(exchange.request_kept) if exchange.capture else None,
        trailers=None,
        timestamp_start=exchange.started,
        timestamp_end=exchange.started,
    )


def _response(exchange: Exchange) -> http.Response | None:
    head = exchange.sent
    if head is None:
        return None
    return http.Response(
        http_version=b"HTTP/1.1",
        status_code=head.status,
        reason=head.reason,
        headers=http.Headers(head.fields),
        content=bytes(exchange.response_kept) if exchange.capture else None,
        trailers=None,
        timestamp_start=exchange.first_byte or exchange.started,
        timestamp_end=exchange.ended or exchange.started,
    )


def comment_of(exchange: Exchange) -> str:
    """What the flow does not hold: why there was no answer, how much of the bodies was not kept."""
    said = [redacted_text(exchange.error)] if exchange.error else []
    for name, size, kept in _bodies(exchange):
        if size > kept:
            said.append(f"{kept} of {size} bytes of the {name} were kept")
    return "; ".join(said)


def _bodies(exchange: Exchange) -> tuple[tuple[str, int, int], ...]:
    request, response = len(exchange.request_kept), len(exchange.response_kept)
    return ("request", exchange.request_bytes, request), ("response", exchange.response_bytes, response)
